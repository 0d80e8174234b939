/* Which value of a key counts. What cargo makes of the same files is compared in tests/cli. */
#include "world.h"

#include "config/network.h"

#include <time.h>

#define P "@proj/.cargo/config.toml\n"
#define S "@proj/sub/.cargo/config.toml\n"
#define H "@ch/config.toml\n"
#define C "@ch/credentials.toml\n"

static struct world world;

static struct str valued(const struct setting *setting)
{
    return str_format(&world.arena, "%s @ %s", setting->value.data,
                      setting_location(&world.arena, setting).data);
}

static struct str joined(const struct settings *list, bool with_places)
{
    struct buf text = buf_new(&world.arena);
    for (size_t i = 0; i < list->count; i++) {
        struct str value = with_places ? valued(&list->items[i])
                           : i == 0    ? setting_program(&world.config, &list->items[0])
                                       : list->items[i].value;
        buf_addf(&text, "%s%s", i == 0 ? "" : with_places ? ", " : "|", value.data);
    }
    return list->count > 0 ? buf_str(&text) : STR("unset");
}

/* The key a.b: the string as seen `here`, in `home` or `above` the working directory, a boolean, a
 * number, a list or a program. */
static struct err *ask(const char *question, struct str *out)
{
    struct config *config = &world.config;
    char kind = *question;
    struct key key = KEY(STR("a"), STR("b"));
    struct view view = kind == 'h' && question[1] == 'o'
                           ? (struct view){config->project_count, false, false}
                       : kind == 'a' ? (struct view){1, false, false}
                                     : VIEW_HERE;
    enum toml_type type = kind == 'b' ? TOML_BOOLEAN : kind == 'n' ? TOML_INTEGER : TOML_STRING;
    struct setting setting;
    struct settings list;
    if (kind == 'l') {
        TRY(config_list(config, view, &key, &list));
        *out = joined(&list, true);
    } else if (kind == 'p') {
        TRY(config_program(config, view, &key, &list));
        *out = joined(&list, false);
    } else {
        TRY(config_get(config, view, &key, type, &setting));
        *out = !setting.value.data    ? STR("unset")
               : type == TOML_BOOLEAN ? str_of(setting.boolean ? "true" : "false")
               : type == TOML_INTEGER ? str_format(&world.arena, "%ju", (uintmax_t)setting.number)
                                      : valued(&setting);
    }
    return NULL;
}

static const char *answer(const char *question)
{
    struct str text = STR("");
    struct err *err = ask(question, &text);
    return err ? world_chain(&world, err) : world_shown(&world, text);
}

struct question {
    const char *world;
    const char *question;
    const char *answer;
};

static void check(const struct question *questions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        world_begin(&world, questions[i].world);
        world_load(&world);
        assert_string_equal(answer(questions[i].question), questions[i].answer);
        world_end(&world);
    }
}

static void the_first_layer_that_has_a_key_wins(void **state)
{
    (void)state;
    static const char all[] = P "a.b = 'project'\n" S "a.b = 'sub'\n" H "a.b = 'home'\n" C
                                "a.b = 'credentials'\n$CARGO_A_B=variable\n+a.b = 'cli'\n";
    static const char files[] = P "a.b = 'project'\n" S "a.b = 'sub'\n" H "a.b = 'home'\n";
    static const struct question questions[] = {
        /* the credentials file beats --config, and a variable beats any file */
        {all, "here", "variable @ environment variable `CARGO_A_B`"},
        {all, "home", "variable @ environment variable `CARGO_A_B`"},
        {P "a.b = 'p'\n$CARGO_A_B=v\n+a.b='1'\n+a.b='2'\n", "here", "2 @ --config cli option"},
        {P "a.b = 'p'\n" C "a.b = 'c'\n", "here", "c @ ROOT/ch/credentials.toml:1"},
        {C "a.b = 'c'\n+a.b='x'\n", "here", "c @ ROOT/ch/credentials.toml:1"},
        {files, "here", "sub @ ROOT/proj/sub/.cargo/config.toml:1"},
        {files, "above", "project @ ROOT/proj/.cargo/config.toml:1"},
        {files, "home", "home @ ROOT/ch/config.toml:1"},
        {"@x.toml\na.b = 'x'\n+../../x.toml\n", "here", "x @ ROOT/proj/sub/../../x.toml:1"},
        {P "a.b = 'x'\n$CARGO_A_B=\xFF\n", "here", "x @ ROOT/proj/.cargo/config.toml:1"},
        {"$CARGO_A_B=\xFF\n", "here", "error in environment variable `CARGO_A_B`: it is not UTF-8"},
        {P "a.b = 'x'\n$cargo_a_b=y\n", "here", "x @ ROOT/proj/.cargo/config.toml:1"},
        {"", "here", "unset"},
    };
    check(questions, COUNT(questions));
}

static void a_value_has_one_type(void **state)
{
    (void)state;
    static const struct question questions[] = {
        {P "a.b = 1\n", "here",
         "error in ROOT/proj/.cargo/config.toml: `a.b` expected a string, but found a integer"},
        {P "a.b = true\n", "boolean", "true"},
        {"$CARGO_A_B=yes\n", "boolean",
         "error in environment variable `CARGO_A_B`: `a.b` expected true/false, but found a "
         "different "
         "text"},
        {"+a.b=7\n", "number", "7"},
        {"$CARGO_A_B=9223372036854775807\n", "number", "9223372036854775807"},
        {"$CARGO_A_B=9223372036854775808\n", "number",
         "error in environment variable `CARGO_A_B`: `a.b` expected an integer that is not "
         "negative, "
         "but found a different text"},
        {P "a.b = -1\n", "number",
         "error in ROOT/proj/.cargo/config.toml: `a.b` expected an integer that is not negative, "
         "but "
         "found a integer"},
        {"", "number", "unset"},
    };
    check(questions, COUNT(questions));
}

static void lists_are_joined_and_programs_are_not(void **state)
{
    (void)state;
    static const char all[] =
        P "a.b = ['p', 'q']\n" H "a.b = ['h']\n$CARGO_A_B=x  y\n+a.b=['1']\n+a.b=['2']\n";
    static const struct question questions[] = {
        {all, "list",
         "h @ ROOT/ch/config.toml:1, p @ ROOT/proj/.cargo/config.toml:1, "
         "q @ ROOT/proj/.cargo/config.toml:1, x @ environment variable `CARGO_A_B`, "
         "y @ environment variable `CARGO_A_B`, 1 @ --config cli option, 2 @ --config cli option"},
        {"", "list", "unset"},
        {P "a.b = 'x'\n", "list",
         "error in ROOT/proj/.cargo/config.toml: `a.b` expected a list, but found a string"},
        {P "a.b = [1]\n", "list",
         "error in ROOT/proj/.cargo/config.toml: `a.b` expected a list of strings, but found a "
         "integer"},
        {all, "program", "2"},
        {P "a.b = ['bin/x', 'a b']\n", "program", "ROOT/proj/bin/x|a b"},
        {P "a.b = ' x  y\u2003z\u00A0w'\n", "program", "x|y|z|w"},
        {"$CARGO_A_B=./x y\n", "program", "ROOT/proj/sub/./x|y"},
        {"$CARGO_A_B= \n", "program",
         "error in environment variable `CARGO_A_B`: `a.b` has no program"},
        {P "a.b = 1\n", "program",
         "error in ROOT/proj/.cargo/config.toml: `a.b` expected a string or an array of strings, "
         "but found a integer"},
        {"", "program", "unset"},
    };
    check(questions, COUNT(questions));
}

static void keys_are_shown_as_they_are_written(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct key key = KEY(STR("a-B_1"), STR("c d"), STR("e\"f"), STR("g\"h'"));
    assert_string_equal(key_shown(&arena, &key).data, "a-B_1.\"c d\".\"e\"f\".\"g\"h'\"");
    assert_string_equal(key_shown(&arena, &KEY(STR(""), STR("\n"))).data, "\"\".\"\\n\"");
    assert_string_equal(key_variable(&arena, &KEY(STR("a-b"), STR("\u00E9x"))).data,
                        "CARGO_A_B_\u00C9X");
    arena_free(&arena);
}

static void many_variables_cost_little(void **state)
{
    (void)state;
    enum { MANY = 60000 };
    struct arena arena = {0};
    char **block = arena_new_array(&arena, char *, MANY + 4);
    static char last[] = "CARGO_X7=twice";
    static char wrong[] = "Cargo_x-lower=v";
    static char invalid[] = "CARGO_\xFF=v";
    for (size_t i = 0; i < MANY; i++) {
        struct str entry = str_format(&arena, "CARGO_X%zu=%zu", i, i);
        block[i] = memcpy(arena_alloc(&arena, entry.len + 1), entry.data, entry.len);
    }
    block[MANY] = last;
    block[MANY + 1] = wrong;
    block[MANY + 2] = invalid;
    int64_t start = (int64_t)clock();
    struct environment environment;
    environment_init(&environment, &arena, block);
    assert_true((int64_t)clock() - start < 3 * CLOCKS_PER_SEC);
    assert_int_equal(environment.count, MANY + 1);
    assert_string_equal(environment_get(&environment, STR("CARGO_X59999"))->value.data, "59999");
    assert_string_equal(environment_get(&environment, STR("CARGO_X7"))->value.data, "twice");
    assert_null(environment_get(&environment, STR("CARGO_X_LOWER")));
    assert_string_equal(
        ((const struct variable *)map_get(&environment.wrong_case, STR("CARGO_X_LOWER")))
            ->name.data,
        "Cargo_x-lower");
    assert_null(map_get(&environment.wrong_case, STR("CARGO_Y")));
    arena_free(&arena);
}

/* Settings of the network: proxy, cainfo, agent, versions, timeout, check-revoke, retry. */
static const char *network_of(void)
{
    struct network network;
    struct err *err = network_settings(&world.config, VIEW_HERE, &network);
    if (err) {
        return world_chain(&world, err);
    }
    struct str text = str_format(
        &world.arena, "%.*s %.*s %.*s %.*s-%.*s %lld %d %llu", STR_ARG(network.proxy),
        STR_ARG(network.cainfo), STR_ARG(network.user_agent), STR_ARG(network.ssl_min),
        STR_ARG(network.ssl_max), network.timeout ? (long long)*network.timeout : -1,
        network.check_revoke ? *network.check_revoke : -1, (unsigned long long)network.retry);
    return world_shown(&world, text);
}

static void the_network_is_as_cargo_has_it(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"", "   - -1 -1 3", ""},
        {H "[http]\nproxy = 'p'\ncainfo = 'ca'\nuser-agent = 'u'\nssl-version = 'tlsv1.2'\n"
           "timeout = 7\ncheck-revoke = false\n[net]\nretry = 0\n",
         "p ROOT/ca u tlsv1.2- 7 0 0", ""},
        {P "http.ssl-version = {min = 'tlsv1', max = 'tlsv1.3'}\n", "   tlsv1-tlsv1.3 -1 -1 3",
         "ROOT/proj/.cargo/config.toml:1"},
        {H "http.ssl-version = 'default'\n", "   - -1 -1 3", ""},
        {H "http.ssl-version = 'x'\n",
         "Invalid ssl version `x`,choose from 'default', 'tlsv1', 'tlsv1.0', 'tlsv1.1', "
         "'tlsv1.2', 'tlsv1.3'.",
         ""},
        {"$CARGO_NET_RETRY=x\n",
         "error in environment variable `CARGO_NET_RETRY`: `net.retry` expected an integer that is "
         "not negative, but found a different text",
         ""},
        {P "\nhttp.proxy = 'p'\n", "p   - -1 -1 3", "ROOT/proj/.cargo/config.toml:2"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct setting setting;
        world_begin(&world, cases[i][0]);
        world_load(&world);
        assert_string_equal(network_of(), cases[i][1]);
        bool untrusted = network_untrusted(&world.config, &setting);
        assert_string_equal(
            untrusted ? world_shown(&world, setting_location(&world.arena, &setting)) : "",
            cases[i][2]);
        world_end(&world);
    }
}

static void the_network_may_be_off(void **state)
{
    (void)state;
    static const struct {
        const char *world;
        const char *option;
        const char *failure;
    } cases[] = {
        {"", NULL, ""},
        {"", "--frozen", "attempting to make an HTTP request, but --frozen was specified"},
        {"$CARGO_NET_OFFLINE=true\n", NULL,
         "attempting to make an HTTP request, but `net.offline` was specified"},
        {P "net.offline = false\n", NULL, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        world_begin(&world, cases[i].world);
        world_load(&world);
        assert_string_equal(world_chain(&world, network_allowed(&world.config, cases[i].option)),
                            cases[i].failure);
        world_end(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_layer_that_has_a_key_wins),
        cmocka_unit_test(a_value_has_one_type),
        cmocka_unit_test(lists_are_joined_and_programs_are_not),
        cmocka_unit_test(keys_are_shown_as_they_are_written),
        cmocka_unit_test(many_variables_cost_little),
        cmocka_unit_test(the_network_is_as_cargo_has_it),
        cmocka_unit_test(the_network_may_be_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
