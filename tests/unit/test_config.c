#include "config_world.h"

#include "util/fs.h"
#include "config/config_layer.h"
#include "config/config_schema.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void keys_have_variables_and_quotes(void **state)
{
    struct world *world = *state;
    struct config_key key = config_key(&world->arena, STR("registries.my-reg.index"));
    assert_int_equal(key.count, 3);
    assert_string_equal(key.env.data, "CARGO_REGISTRIES_MY_REG_INDEX");
    assert_string_equal(config_key_display(&world->arena, &key).data, "registries.my-reg.index");

    struct config_key source = config_key(&world->arena, STR("source"));
    source = config_key_push_sensitive(&world->arena, &source, STR("a b.c"));
    assert_string_equal(source.env.data, "CARGO_SOURCE_a b.c");
    assert_string_equal(config_key_display(&world->arena, &source).data, "source.\"a b.c\"");

    static const char *const quoted[][2] = {
        {"", ""},
        {"a b", "\"a b\""},
        {"a\tb", "\"a\\tb\""},
        {"a\"b", "'a\"b'"},
        {"a\\b", "'a\\b'"},
        {"a\"'", "\"\"\"a\"'\"\"\""},
        {"a\nb", "\"\"\"\na\nb\"\"\""},
        {"a\\'\n", "'''\na\\'\n'''"},
        {"a\\'''", "\"a\\\\'''\""},
        {"a\"\"\"\n'''", "\"\"\"\na\"\"\\\"\n'''\"\"\""},
        {"\x01\r", "\"\\u0001\\r\""},
        {"\f\t\x7f", "\"\\f\\t\\u007F\""},
        {"\"\"a\"", "'\"\"a\"'"},
        {"''a\"'", "\"\"\"''a\"'\"\"\""},
        {"\x01\n", "\"\"\"\n\\u0001\n\"\"\""},
    };
    for (size_t i = 0; i < COUNT(quoted); i++) {
        struct str part = str_of(quoted[i][0]);
        struct config_key one = {.parts = &part, .count = 1};
        assert_string_equal(config_key_display(&world->arena, &one).data, quoted[i][1]);
    }
}

static void letters_beyond_ascii_have_capitals(void **state)
{
    struct world *world = *state;
    struct str part = environment_part(&world->arena, STR("\xC3\xBC-stra\xC3\x9F"));
    assert_true(str_eq(part, STR("\xC3\x9C_STRASS")) || /* where libunistring is not installed */
                str_eq(part, STR("\xC3\xBC_STRA\xC3\x9F")));
}

static void nearer_files_win(void **state)
{
    struct world *world = *state;
    put(world, "proj/sub/.cargo/config.toml", "registry.default = 'near'\na.l = ['near']\n");
    put(world, "proj/.cargo/config.toml", "registry.default = 'far'\nb.x = 'far'\na.l = ['far']\n");
    put(world, "ch/config.toml", "[registry]\ntoken = 'home'\n[a]\nl = ['home']\nm = 'm'\n");
    start(world);
    assert_set(world, "registry.default", "near", "/proj/sub/.cargo/config.toml");
    assert_set(world, "b.x", "far", "/proj/.cargo/config.toml");
    assert_set(world, "registry.token", "home", "/ch/config.toml");
    assert_set(world, "a.m", "m", "/ch/config.toml");
    assert_string_equal(words(world, "a.l"), "home far near");
    assert_null(string(world, "registry.index"));
    assert_null(words(world, "a.n"));
}

static void a_program_is_replaced_as_a_whole(void **state)
{
    struct world *world = *state;
    put(world, "proj/.cargo/config.toml",
        "a.b = 1\nregistry.default = 'x'\nregistry.credential-provider = ['./p', 'x']\n");
    put(world, "ch/config.toml",
        "a.b = 2\nregistry.default = 'y'\nregistry.credential-provider = ['q', 'y']\n");
    start(world);
    assert_string_equal(program(world, "registry.credential-provider"),
                        str_format(&world->arena, "%.*s x", STR_ARG(at(world, "proj/./p"))).data);
}

static void home_is_read_once(void **state)
{
    struct world *world = *state;
    put(world, "proj/.cargo/config.toml", "a.l = ['once']\n");
    assert_int_equal(symlink(at(world, "proj/.cargo").data, at(world, "link").data), 0);
    assert_int_equal(setenv("CARGO_HOME", at(world, "link").data, 1), 0);
    start(world);
    assert_string_equal(words(world, "a.l"), "once");
}

static void tables_and_plain_values_do_not_mix(void **state)
{
    struct world *world = *state;
    put(world, "proj/.cargo/config.toml", "[registry]\ntoken = []\n");
    put(world, "ch/config.toml", "[registry]\ntoken = 'x'\n");
    start(world);
    const char *expected =
        "could not load Cargo configuration / failed to merge configuration at "
        "`ROOT/ch/config.toml` / failed to merge key `registry` between "
        "ROOT/proj/.cargo/config.toml and ROOT/ch/config.toml / failed to merge key `token` "
        "between ROOT/proj/.cargo/config.toml and ROOT/ch/config.toml / failed to merge config "
        "value from `ROOT/ch/config.toml` into `ROOT/proj/.cargo/config.toml`: expected array, "
        "but found string";
    assert_chain(world, string_error(world, "registry.default"), expected);
    assert_chain(world, string_error(world, "registry.default"), expected); /* and again */
}

static void floats_are_refused_with_their_place(void **state)
{
    struct world *world = *state;
    put(world, "ch/config.toml", "a.'b c'.d = [1, {e = 1.5}]\n");
    start(world);
    assert_chain(world, string_error(world, "a.b"),
                 "could not load Cargo configuration / failed to load TOML configuration from "
                 "`ROOT/ch/config.toml` / failed to parse config at `a.\"b c\".d[1].e` / "
                 "unsupported TOML configuration type `float`");
}

static void variables_beat_files_and_arguments_beat_variables(void **state)
{
    struct world *world = *state;
    put(world, "ch/config.toml", "registry.default = 'file'\na.b = 'file'\n");
    variable(world, "CARGO_REGISTRY_DEFAULT=env");
    variable(world, "CARGO_A_B=env");
    start(world);
    assert_set(world, "registry.default", "env", "environment variable `CARGO_REGISTRY_DEFAULT`");
    assert_chain(world, configure(world, "registry.default='cli'", NULL), "");
    assert_set(world, "registry.default", "cli", "--config cli option");
    assert_set(world, "a.b", "env", "environment variable `CARGO_A_B`");
}

static void a_wrong_type_is_an_error_even_below_a_variable(void **state)
{
    struct world *world = *state;
    put(world, "ch/config.toml", "registry.default = 5\n");
    variable(world, "CARGO_REGISTRY_DEFAULT=env");
    start(world);
    assert_chain(world, string_error(world, "registry.default"),
                 "error in environment variable `CARGO_REGISTRY_DEFAULT`: could not load config "
                 "key `registry.default` / error in ROOT/ch/config.toml: `registry.default` "
                 "expected a string, but found a integer");
    assert_chain(world, string_error(world, "registry.default.x"),
                 "expected table for configuration key `registry.default`, but found integer in "
                 "ROOT/ch/config.toml");
}

static void a_variable_that_is_not_utf8_is_seen_but_not_read(void **state)
{
    struct world *world = *state;
    variable(world, "CARGO_REGISTRY_DEFAULT=\xFF");
    start(world);
    assert_chain(world, string_error(world, "registry.default"),
                 "error in environment variable `CARGO_REGISTRY_DEFAULT`: could not load config "
                 "key `registry.default` / missing config key `registry.default`");
}

static void variables_join_lists_and_replace_programs(void **state)
{
    struct world *world = *state;
    put(world, "ch/config.toml",
        "[registry]\nglobal-credential-providers = ['a b', 'c']\ncredential-provider = ['p', "
        "'q']\n");
    variable(world, "CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS= d \xE2\x80\x83 e ");
    variable(world, "CARGO_REGISTRY_CREDENTIAL_PROVIDER=./r s");
    start(world);
    assert_string_equal(words(world, "registry.global-credential-providers"), "a b c d e");
    struct str expected = at(world, "proj/sub/./r s");
    assert_string_equal(program(world, "registry.credential-provider"), expected.data);
    /* --config is above the variable */
    assert_chain(world, configure(world, "registry.credential-provider=['t']", NULL), "");
    assert_string_equal(program(world, "registry.credential-provider"), "t");
}

static void an_empty_program_is_an_error(void **state)
{
    struct world *world = *state;
    variable(world, "CARGO_REGISTRY_CREDENTIAL_PROVIDER= ");
    start(world);
    const struct registry_config *config = NULL;
    assert_chain(world, config_registry(&world->context, STR(""), &config),
                 "invalid length 0, expected at least one element");
}

static void list_elements_are_checked(void **state)
{
    struct world *world = *state;
    static const char *const wrong[][2] = {
        {"true", "boolean `true`"},
        {"false", "boolean `false`"},
        {"{}", "map"},
        {"['b']", "sequence"},
    };
    const struct config_strings *list = NULL;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        put(world, "ch/config.toml", str_format(&world->arena, "x.y = [%s]\n", wrong[i][0]).data);
        start(world);
        struct config_key y = config_key(&world->arena, STR("x.y"));
        struct err *err = config_strings(&world->context, &y, &list);
        assert_non_null(err);
        assert_string_equal(
            err->cause->message.data,
            str_format(&world->arena, "invalid type: %s, expected a string", wrong[i][1]).data);
    }
    put(world, "ch/config.toml", "registry.global-credential-providers = ['a', 3]\nx.y = 'z'\n");
    start(world);
    struct config_key key = config_key(&world->arena, STR("registry.global-credential-providers"));
    assert_chain(world, config_strings(&world->context, &key, &list),
                 "error in ROOT/ch/config.toml: failed to parse config at "
                 "`registry.global-credential-providers[1]` / invalid type: integer `3`, expected "
                 "a string");
    key = config_key(&world->arena, STR("x.y"));
    assert_chain(world, config_strings(&world->context, &key, &list),
                 "invalid configuration for key `x.y`\nexpected a list, but found a string for "
                 "`x.y` in ROOT/ch/config.toml");
}

static void a_program_from_one_string_splits_at_ascii_space(void **state)
{
    struct world *world = *state;
    struct config_string text = {.value = STR(" p  a\v\tb\fc\rd\ne ")};
    struct config_program split = config_program_split(&world->arena, &text);
    assert_string_equal(split.program.value.data, "p");
    static const char *const arguments[] = {"a\v", "b", "c", "d", "e"};
    assert_int_equal(split.count, COUNT(arguments));
    for (size_t i = 0; i < COUNT(arguments); i++) {
        assert_string_equal(split.arguments[i].data, arguments[i]);
    }
}

static void a_registry_can_be_the_environments_alone(void **state)
{
    struct world *world = *state;
    variable(world, "CARGO_REGISTRIES_MY_REG_SECRET_KEY_SUBJECT=s");
    start(world);
    const struct registry_config *config = NULL;
    assert_chain(world, config_registry(&world->context, STR("my-reg"), &config), "");
    assert_non_null(config);
    assert_null(config->token);
    assert_null(config->secret_key); /* the variable's name begins with this one's */
    assert_string_equal(config->secret_key_subject->value.data, "s");
    assert_chain(world, config_registry(&world->context, STR("other"), &config), "");
    assert_null(config);
}

static void sources_are_read_by_name(void **state)
{
    struct world *world = *state;
    put(world, "ch/config.toml",
        "[source.crates-io]\nreplace-with = 'a.b'\n[source.'a.b']\ndirectory = 'd'\n");
    start(world);
    const struct source_entry *entries = NULL;
    size_t count = 0;
    assert_chain(world, config_sources(&world->context, &entries, &count), "");
    assert_int_equal(count, 2);
    assert_string_equal(entries[0].name.data, "crates-io");
    assert_string_equal(entries[0].config->replace_with->value.data, "a.b");
    assert_string_equal(entries[1].config->directory->value.data, "d");
    struct str root = definition_root(&world->context, entries[1].config->directory->definition);
    assert_string_equal(root.data, world->root.data);
}

static void includes_are_below_the_file_and_in_order(void **state)
{
    struct world *world = *state;
    put(world, "ch/config.toml",
        "include = ['a.toml', {path = 'd/b.toml'}, {path = 'no.toml', optional = true}]\n"
        "x.own = 'own'\n");
    put(world, "ch/a.toml", "x.own = 'a'\nx.a = 'a'\nx.both = 'a'\nx.l = ['a']\n");
    put(world, "ch/d/b.toml", "include = ['c.toml']\nx.both = 'b'\nx.l = ['b']\n");
    put(world, "ch/d/c.toml", "x.l = ['c']\nx.c = 'c'\n");
    start(world);
    assert_set(world, "x.own", "own", "/ch/config.toml");
    assert_set(world, "x.a", "a", "/ch/a.toml");
    assert_set(world, "x.both", "b", "/ch/d/b.toml");
    assert_set(world, "x.c", "c", "/ch/d/c.toml");
    assert_string_equal(words(world, "x.l"), "a c b");
}

static void a_circle_of_includes_is_seen(void **state)
{
    struct world *world = *state;
    put(world, "ch/config.toml", "include = ['./a.toml']\n");
    put(world, "ch/a.toml", "include = ['.//a.toml']\n");
    start(world);
    assert_chain(world, string_error(world, "x"),
                 "could not load Cargo configuration / failed to load config include `./a.toml` "
                 "from `ROOT/ch/config.toml` / failed to load config include `.//a.toml` from "
                 "`ROOT/ch/./a.toml` / config `include` cycle detected with path "
                 "`ROOT/ch/././/a.toml`");
}

static void a_circle_that_never_looks_the_same_ends_too(void **state)
{
    struct world *world = *state;
    put(world, "ch/config.toml", "include = ['a.toml']\n");
    put(world, "ch/a.toml", "include = ['../ch/a.toml']\n");
    start(world);
    const struct err *err = string_error(world, "x");
    assert_non_null(err);
    while (err->cause) {
        err = err->cause;
    }
    assert_true(strstr(err->message.data, "more than") || strstr(err->message.data, "too long"));
}

static void arguments_are_one_dotted_key(void **state)
{
    struct world *world = *state;
    start(world);
    assert_chain(world, configure(world, "a.b=1\nc=2", NULL),
                 "--config argument `a.b=1\nc=2` was not a TOML dotted key expression (such as "
                 "`build.jobs = 2`)");
    assert_chain(world, configure(world, "a.b={}", NULL),
                 "--config argument `a.b={}` sets a value to an inline table, which is not "
                 "accepted");
    assert_chain(world, configure(world, "a=1 # c", NULL),
                 "--config argument `a=1 # c` includes non-whitespace decoration");
    assert_chain(world, configure(world, "a=['#']", NULL), "");
    assert_chain(world, configure(world, "a.b=[1]", "a.b=2"),
                 "failed to merge --config argument `a.b=2` / failed to merge key `a` between "
                 "--config cli option and --config cli option / failed to merge key `b` between "
                 "--config cli option and --config cli option / failed to merge config value from "
                 "`--config cli option` into `--config cli option`: expected array, but found "
                 "integer");
}

static void no_message_shows_a_token(void **state)
{
    struct world *world = *state;
    put(world, "ch/config.toml", "[registry]\ntoken = 'cio-secret\n");
    put(world, "ch/credentials.toml", "[registry]\nx = 'cio-secret\n");
    start(world);
    const char *arguments[] = {
        "registry.token='cio-secret'",         "registry.token=cio-secret",
        "registries.a.token='cio-secret",      "registry.token='cio-secret' #",
        "registries={a={token='cio-secret'}}", "registry.secret-key='cio-secret'",
        "registry.token\t=\t'cio-secret' #"};
    for (size_t i = 0; i < COUNT(arguments); i++) {
        struct err *err = configure(world, arguments[i], NULL);
        assert_non_null(err);
        assert_null(strstr(chain(world, err).data, "cio-secret"));
    }
    struct err *err = string_error(world, "registry.token");
    assert_non_null(err);
    assert_null(strstr(chain(world, err).data, "cio-secret"));

    put(world, "ch/config.toml", "");
    start(world);
    err = context_load_credentials(&world->context);
    assert_non_null(err);
    assert_null(strstr(chain(world, err).data, "cio-secret"));
}

static void credentials_are_above_the_files(void **state)
{
    struct world *world = *state;
    put(world, "ch/config.toml",
        "[registry]\ntoken = 'config'\ndefault = 'd'\n[registries.r]\nindex = 'i'\n");
    put(world, "ch/credentials.toml",
        "token = 'old'\n[registry]\ntoken = 'own'\n[registries]\nr.token = 'r'\n");
    start(world);
    assert_set(world, "registry.token", "config", "/ch/config.toml");
    assert_chain(world, context_load_credentials(&world->context), "");
    assert_set(world, "registry.token", "own", "/ch/credentials.toml");
    assert_set(world, "registry.default", "d", "/ch/config.toml");
    assert_set(world, "registries.r.token", "r", "/ch/credentials.toml");
    assert_set(world, "registries.r.index", "i", "/ch/config.toml");
    const struct config_file *file = world->context.files;
    assert_string_equal(file->path.data, at(world, "ch/config.toml").data);
    assert_false(file->is_credentials);
    assert_string_equal(file->next->path.data, at(world, "ch/credentials.toml").data);
    assert_true(file->next->is_credentials);
    assert_int_equal(world->context.credentials_hidden.len, 0);
}

static void arguments_stay_behind_all_files_in_a_list(void **state)
{
    struct world *world = *state;
    put(world, "ch/config.toml", "a.l = ['config']\n");
    put(world, "ch/credentials.toml", "a.l = ['credentials']\n");
    start(world);
    assert_chain(world, configure(world, "a.l=['argument']", NULL), "");
    assert_chain(world, context_load_credentials(&world->context), "");
    assert_string_equal(words(world, "a.l"), "config credentials argument");
}

static void an_old_token_counts_beside_an_empty_registry(void **state)
{
    struct world *world = *state;
    put(world, "ch/config.toml", "[registry]\ndefault = 'd'\n");
    put(world, "ch/credentials", "token = 'old'\n[registry]\nsecret-key = 's'\n");
    put(world, "ch/credentials.toml", "token = 'hidden'\n");
    start(world);
    assert_chain(world, context_load_credentials(&world->context), "");
    assert_set(world, "registry.token", "old", "/ch/credentials");
    assert_set(world, "registry.secret-key", "s", "/ch/credentials");
    assert_set(world, "registry.default", "d", "/ch/config.toml");
    assert_string_equal(world->context.credentials_hidden.data,
                        at(world, "ch/credentials.toml").data);
}

static void a_table_called_token_is_none(void **state)
{
    struct world *world = *state;
    put(world, "ch/credentials.toml", "[token]\nx = 1\n");
    start(world);
    assert_chain(world, context_load_credentials(&world->context), "");
    assert_null(string(world, "registry.token"));
}

static void term_is_dropped_for_one_bad_value(void **state)
{
    struct world *world = *state;
    put(world, "ch/config.toml", "[term]\nquiet = true\nprogress.when = 'always'\n");
    start(world);
    struct term_config term;
    config_term(&world->context, &term);
    assert_null(term.quiet);
    put(world, "ch/config.toml", "[term]\nquiet = true\nprogress = {when = 'always', width = 5}\n");
    start(world);
    config_term(&world->context, &term);
    assert_true(*term.quiet);
    assert_int_equal(*term.progress->width, 5);
    put(world, "ch/config.toml", "[term]\nquiet = true\nprogress.when = 'never'\n");
    start(world);
    config_term(&world->context, &term);
    assert_true(*term.quiet);
    static const char *const bad[] = {"when = 'sometimes'", "when = 3", "width = -1",
                                      "width = 'x'"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        put(world, "ch/config.toml",
            str_format(&world->arena, "[term]\nquiet = true\nprogress.%s\n", bad[i]).data);
        start(world);
        config_term(&world->context, &term);
        assert_null(term.quiet);
    }
}

/* What is printed to standard error by the call. */
static struct str printed_by(struct world *world, void (*call)(struct world *))
{
    struct str path = at(world, "stderr");
    int saved = dup(STDERR_FILENO);
    int file = open(path.data, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(saved >= 0 && file >= 0);
    assert_true(dup2(file, STDERR_FILENO) >= 0);
    call(world);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    struct str text;
    assert_null(fd_read(&world->arena, file, 100000, &text));
    (void)close(saved);
    (void)close(file);
    return chain(world, err_new(&world->arena, "%.*s", STR_ARG(text)));
}

static void look_around(struct world *world)
{
    start(world);
    shell_set_color(&world->shell, COLOR_NEVER);
    world->shell.verbosity = VERBOSITY_NORMAL;
    (void)context_term_color(&world->context);
    context_warn_alias(&world->context);
    struct context_options options = {0};
    assert_null(context_configure(&world->context, &options));
    const struct registry_config *config = NULL;
    assert_null(config_registry(&world->context, STR("r"), &config));
    assert_null(config_registry(&world->context, STR("r"), &config));
}

static void each_warning_is_given_once(void **state)
{
    struct world *world = *state;
    put(world, "ch/config",
        "alias.logout = 'x'\nterm.foo = 1\nnet.ssh.foo = 1\nregistries.r = {foo = 1, token = "
        "'x'}\n");
    variable(world, "cargo_registries_r_token=x");
    assert_string_equal(
        printed_by(world, look_around).data,
        "warning: `ROOT/ch/config` is deprecated in favor of `config.toml`\n"
        "  |\n"
        "  = help: if you need to support cargo 1.38 or earlier, you can symlink `config` to "
        "`config.toml`\n"
        "warning: unused config key `term.foo` in `ROOT/ch/config`\n"
        "warning: user-defined alias `logout` is ignored, because it is shadowed by a built-in "
        "command\n"
        "warning: unused config key `net.ssh.foo` in `ROOT/ch/config`\n"
        "warning: unused config key `registries.r.foo` in `ROOT/ch/config`\n"
        "warning: environment variables are expected to use uppercase letters and underscores, the "
        "variable `cargo_registries_r_token` will be ignored and have no effect\n");
}

static void a_variable_in_the_wrong_case_is_told(void **state)
{
    struct world *world = *state;
    variable(world, "cargo_registry_default=x");
    start(world);
    assert_null(string(world, "registry.default"));
    assert_non_null(world->context.warnings);
    assert_non_null(
        environment_wrong_case(&world->context.environment, STR("CARGO_REGISTRY_DEFAULT")));
}

enum { MANY = 3000 };

static void large_tables_merge_key_by_key(void **state)
{
    struct world *world = *state;
    struct buf near = buf_new(&world->arena);
    struct buf far = buf_new(&world->arena);
    for (int i = 0; i < MANY; i++) {
        buf_addf(&near, "[registries.r%d]\nindex = 'i'\n", i);
        buf_addf(&far, "[registries.r%d]\ntoken = 't%d'\n", i + MANY / 2, i + MANY / 2);
    }
    put(world, "proj/.cargo/config.toml", buf_str(&near).data);
    put(world, "ch/config.toml", buf_str(&far).data);
    start(world);
    struct config_key key = config_key(&world->arena, STR("registries"));
    struct config_iter iter;
    assert_chain(world, config_map(&world->context, &key, &iter), "");
    int count = 0;
    int merged = 0;
    while (config_next(&iter)) {
        struct config_value value;
        count++;
        merged += config_table_get(&iter.value, STR("index"), &value) &&
                  config_table_get(&iter.value, STR("token"), &value);
    }
    assert_int_equal(count, MANY + MANY / 2);
    assert_int_equal(merged, MANY / 2);
    assert_set(world, "registries.r2000.token", "t2000", "/ch/config.toml");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_have_variables_and_quotes),
        TEST(letters_beyond_ascii_have_capitals),
        TEST(nearer_files_win),
        TEST(a_program_is_replaced_as_a_whole),
        TEST(home_is_read_once),
        TEST(tables_and_plain_values_do_not_mix),
        TEST(floats_are_refused_with_their_place),
        TEST(variables_beat_files_and_arguments_beat_variables),
        TEST(a_wrong_type_is_an_error_even_below_a_variable),
        TEST(a_variable_that_is_not_utf8_is_seen_but_not_read),
        TEST(variables_join_lists_and_replace_programs),
        TEST(an_empty_program_is_an_error),
        TEST(list_elements_are_checked),
        TEST(a_program_from_one_string_splits_at_ascii_space),
        TEST(a_registry_can_be_the_environments_alone),
        TEST(sources_are_read_by_name),
        TEST(includes_are_below_the_file_and_in_order),
        TEST(a_circle_of_includes_is_seen),
        TEST(a_circle_that_never_looks_the_same_ends_too),
        TEST(arguments_are_one_dotted_key),
        TEST(no_message_shows_a_token),
        TEST(credentials_are_above_the_files),
        TEST(arguments_stay_behind_all_files_in_a_list),
        TEST(an_old_token_counts_beside_an_empty_registry),
        TEST(a_table_called_token_is_none),
        TEST(term_is_dropped_for_one_bad_value),
        TEST(each_warning_is_given_once),
        TEST(a_variable_in_the_wrong_case_is_told),
        TEST(large_tables_merge_key_by_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
