/* Names of registries, their indexes, and the names of an index. */
#include "registry/registry.h"
#include "world.h"

#include <time.h>

#define P "@proj/.cargo/config.toml\n"
#define H "@ch/config.toml\n"
#define C "@ch/credentials.toml\n"
#define S "sparse+https://"

static struct world world;
static struct registries all;

static void begin(const char *text)
{
    world_begin(&world, text);
    world_load(&world);
    registries_find(&world.config, &all);
}

static struct registry *get(const char *name)
{
    struct registry *registry = registries_get(&all, str_of(name));
    assert_non_null(registry);
    return registry;
}

static void names_are_checked(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const char *const good[] = {
        "_", "a-", "_x1", "\xc3\xbcn\xc3\xaf", "\xe6\x97\xa5", "A", "a\xe2\x80\x8d"};
    static const char *const bad[][2] = {
        {"", "registry name cannot be empty"},
        {"1", "invalid character `1` in registry name: `1`, the name cannot start with a digit"},
        {"-", "invalid character `-` in registry name: `-`, the first character must be a Unicode "
              "XID start character (most letters or `_`)"},
        {"a.b", "invalid character `.` in registry name: `a.b`, characters must be Unicode XID "
                "characters (numbers, `-`, `_`, or most letters)"},
        {"a\n", "invalid character `\\n` in registry name: `a\\n`, characters must be Unicode XID "
                "characters (numbers, `-`, `_`, or most letters)"},
        {"\xcc\x81", "invalid character `\xcc\x81` in registry name: `\xcc\x81`, the first "
                     "character must be a Unicode XID start character (most letters or `_`)"},
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_null(registry_name_check(&arena, str_of(good[i])));
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        const struct err *err = registry_name_check(&arena, str_of(bad[i][0]));
        assert_non_null(err);
        assert_string_equal(err->message.data, bad[i][1]);
    }
    arena_free(&arena);
}

/* For each name but crates-io without others: its index, `>` whose token cargo uses, and `~` the
 * other names of its group. */
static const char *names(void)
{
    struct buf out = buf_new(&world.arena);
    for (const struct registry *r = all.first; r; r = r->next) {
        struct buf others = buf_new(&world.arena);
        for (const struct registry *o = all.first; o; o = o->next) {
            if (o != r && o->group == r->group) {
                buf_addf(&others, "~%s", o->shown.data);
            }
        }
        if (r->is_crates_io && others.len == 0) {
            continue;
        }
        buf_addf(&out, "%s%s=%s", out.len > 0 ? ", " : "", r->shown.data,
                 r->has_index ? r->index.text.data : "");
        if (r->used) {
            buf_addf(&out, ">%s", r->used == r ? "" : r->used->shown.data);
        }
        buf_add(&out, buf_str(&others));
    }
    return world_shown(&world, buf_str(&out));
}

static void names_lead_to_an_index_and_back(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {P "registries.a.index = 'https://a/'\n" C "registries.b.token = 't'\n",
         "a=https://a/>, b="},
        /* the index of a variable has its name alone, whatever the files say */
        {P "registries.a.index = 'https://h/'\n$CARGO_REGISTRIES_B_INDEX=https://h/\n",
         "a=https://h/>b~b, b=https://h/>~a"},
        /* with several names cargo refuses */
        {P "registries.a.index = 'https://h/'\nregistries.b.index = 'https://H:443'\n",
         "a=https://h/~b, b=https://h/~a"},
        {"$CARGO_REGISTRIES_A_INDEX=https://h/\n$CARGO_REGISTRIES_B_INDEX=https://h/\n",
         "a=https://h/~b, b=https://h/~a"},
        /* one name with two indexes: the nearest counts, the other may be meant elsewhere */
        {P "registries.a.index = 'https://a/'\n" H "registries.a.index = 'https://b/'\n"
           "registries.b.index = 'https://b/'\n",
         "a=https://a/>~b, b=https://b/>~a"},
        /* a variable belongs to all names that are written like it */
        {C "registries.My-reg.token = 't'\nregistries.my_reg.token = 't'\n"
           "$CARGO_REGISTRIES_MY_REG_INDEX=https://h/\n",
         "My-reg=https://h/>my_reg~my_reg, my_reg=https://h/>~My-reg"},
        {"$CARGO_REGISTRIES_MY_REG_TOKEN=t\n$CARGO_REGISTRIES_O_SECRET_KEY=t\n"
         "$CARGO_REGISTRIES_P_CREDENTIAL_PROVIDER=t\n$CARGO_REGISTRIES_Q_OTHER=t\n"
         "$CARGO_REGISTRIES__TOKEN=t\n",
         "my_reg=, o=, p="},
        /* crates.io has two indexes */
        {P "registries.a.index = '" CRATES_IO_INDEX "'\nregistries.b.index = "
           "'" CRATES_IO_SPARSE_INDEX "'\n",
         "crates-io=" CRATES_IO_INDEX ">~a~b, a=" CRATES_IO_INDEX ">crates-io~crates-io~b, "
         "b=" CRATES_IO_SPARSE_INDEX ">crates-io~crates-io~a"},
        {P "registries.a.index = '" CRATES_IO_INDEX ".git'\n",
         "crates-io=" CRATES_IO_INDEX ">~a, a=" CRATES_IO_INDEX ".git>~crates-io"},
        /* cargo 1.95 folded what 1.96 tells apart: one group, two indexes */
        {P "registries.a.index = '" S "github.com/A/'\nregistries.b.index = '" S "github.com/a/'\n",
         "a=" S "github.com/A/>~b, b=" S "github.com/a/>~a"},
        {P "registries.a.index = '" S "h/x.git/'\nregistries.b.index = '" S "h/x/'\n",
         "a=" S "h/x.git/>~b, b=" S "h/x/>~a"},
        {P "registries.a.index = 'https://github.com/A/b.git'\n"
           "registries.b.index = 'https://github.com/a/B'\n",
         "a=https://github.com/A/b.git~b, b=https://github.com/a/B~a"},
        /* cargo finds no name for an index that was relative */
        {P "registries.a.index = 'file:i'\n", "a=file://ROOT/proj/i"},
        /* what the credentials file says of an index is not read */
        {C "registries.a = {index = 'https://h/', token = 't'}\n" P
           "registries.b.index = 'https://h/'\n",
         "a=, b=https://h/>"},
        {"@ch/config\n" H "registries.a.index = 'https://h/'\n", "a="},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(cases[i][0]);
        assert_string_equal(names(), cases[i][1]);
        assert_ptr_equal(get("crates-io"), all.first);
        world_end(&world);
    }
}

/* The name that is chosen, and its failure; or why none is. */
static const char *choice(const char *asked)
{
    struct str name = str_of(asked);
    struct registry *registry = NULL;
    struct err *err = registry_choose(&all, asked ? &name : NULL, &registry);
    if (err) {
        return world_chain(&world, err);
    }
    return str_format(&world.arena, "%s: %s", registry->shown.data,
                      world_chain(&world, registry->failure))
        .data;
}

static const char replaced[] = P "source.crates-io.replace-with = 'a'\n";
static const char not_remote[] = "crates-io is replaced with non-remote-registry source %s;\n"
                                 "include `--registry crates-io` to use crates.io";
static const char cycle[] = "detected a cycle of `replace-with` sources, the source `%s` is "
                            "eventually replaced with itself (configuration in "
                            "`ROOT/proj/.cargo/config.toml`)";
static const struct {
    const char *world;
    const char *asked;
    const char *choice;
    const char *part; /* for %s */
} choices[] = {
    {"", NULL, "crates-io: ", ""},
    {P "registries.a.index = 'https://a/'\nregistry.default = 'a'\n", NULL, "a: ", ""},
    {P "registries.a.index = 'https://a/'\nregistry.default = 'b'\n", "a", "a: ", ""},
    {"", "a", "a: registry index was not found in any configuration: `a`", ""},
    {"", "1",
     "1: invalid character `1` in registry name: `1`, the name cannot start with a "
     "digit",
     ""},
    {C "registry.default = 'a'\n" P "registries.a.index = 'https://a/'\n", NULL, "crates-io: ", ""},
    {C "registries.a.index = 'https://a/'\n", "a",
     "a: registry index was not found in any configuration: `a`", ""},
    {C "registry.index = 'x'\nregistries.crates-io.protocol = 'x'\n"
       "source.crates-io.replace-with = 'a'\n",
     NULL, "crates-io: ", ""},
    {P "registry.default = 1\n", NULL,
     "error in ROOT/proj/.cargo/config.toml: `registry.default` expected a string, but found a "
     "integer",
     ""},
    {P "registries.a.index = 'x'\n", "a",
     "a: invalid index URL for registry `a` defined in ROOT/proj/.cargo/config.toml / invalid "
     "url `x`: relative URL without a base",
     ""},
    {P "registries.a.index = 'https://u:p@h/'\n", "a",
     "a: invalid index URL for registry `a` defined in ROOT/proj/.cargo/config.toml / registry "
     "URLs may not contain passwords",
     ""},
    {P "registries.a.index = 'sparse+https://h/x'\n", "a",
     "a: sparse registry url must end in a slash `/`: sparse+https://h/x", ""},
    {P "registries.a.index = 'mailto:x'\n", "a",
     "a: invalid index URL for registry `a` defined in ROOT/proj/.cargo/config.toml / invalid url "
     "`mailto:x`: cannot-be-a-base-URLs are not supported",
     ""},
    {P "registries.a.index = 1\n", "a",
     "a: error in ROOT/proj/.cargo/config.toml: `registries.a.index` expected a string, but "
     "found a integer",
     ""},
    {P "registry.index = 'x'\n", NULL,
     "crates-io: the `registry.index` config value is no longer supported\nUse `[source]` "
     "replacement to alter the default index for crates.io.",
     ""},
    {P "registries.crates-io.protocol = 'x'\n", NULL,
     "crates-io: unsupported registry protocol `x` (defined in ROOT/proj/.cargo/config.toml)", ""},
    {P "registries.crates-io.protocol = 'git'\n", NULL, "crates-io: ", ""},
    {replaced, "crates-io", "crates-io: ", ""},
    {replaced, NULL,
     "could not find a configured source with the name `a` when attempting to lookup "
     "`crates-io` (configuration in `ROOT/proj/.cargo/config.toml`)",
     ""},
    {P "source.crates-io.replace-with = 'a'\nregistries.a.index = 'https://a/'\n", NULL,
     "crates-io is replaced with remote registry a;\ninclude `--registry a` or `--registry "
     "crates-io`",
     ""},
    {P "source.crates-io.replace-with = 'a'\nsource.a.registry = 'https://a/'\n", NULL, not_remote,
     "registry `a`"},
    {P "source.crates-io.replace-with = 'a'\nsource.a.registry = '" CRATES_IO_INDEX "'\n", NULL,
     "crates-io: ", ""},
    {P "source.crates-io.replace-with = 'a'\nsource.a.git = 'https://a/'\n", NULL, not_remote,
     "https://a/"},
    {P "source.crates-io.replace-with = 'a'\nsource.a.directory = 'd'\n", NULL, not_remote,
     "dir ROOT/proj/d"},
    {P "source.crates-io.replace-with = 'a'\nsource.a.local-registry = 'd'\n", NULL, not_remote,
     "registry `ROOT/proj/d`"},
    {P "source.a.branch = 'd'\n", NULL,
     "crates-io: no source location specified for `source.a`, need `registry`, `local-registry`, "
     "`directory`, or `git` defined",
     ""},
    {P "source.crates-io.replace-with = 'crates-io'\n", NULL, cycle, "crates-io"},
    {P "source = {crates-io.replace-with = 'a', a.replace-with = 'b', b.replace-with = 'a'}\n",
     NULL, cycle, "a"},
};

static void one_registry_is_meant(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(choices); i++) {
        char wanted[400];
        const char *hole = strstr(choices[i].choice, "%s");
        size_t head = hole ? (size_t)(hole - choices[i].choice) : strlen(choices[i].choice);
        (void)snprintf(wanted, sizeof(wanted), "%.*s%s%s", (int)head, choices[i].choice,
                       choices[i].part, hole ? hole + 2 : "");
        begin(choices[i].world);
        assert_string_equal(choice(choices[i].asked), wanted);
        world_end(&world);
    }
}

/* Names in one file, with one index, and in variables. */
static void many_names_cost_little(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    struct arena arena = {0};
    struct buf text = buf_new(&arena);
    buf_add(&text, STR(C "[registries]\n"));
    for (int i = 0; i < MANY; i++) {
        buf_addf(&text, "r%d.token = 't'\n", i);
    }
    buf_add(&text, STR(P "[registries]\n"));
    for (int i = 0; i < MANY; i++) {
        buf_addf(&text, "r%d.index = 'https://h/'\n", i);
    }
    world_begin(&world, buf_str(&text).data);
    clock_t start = clock();
    world_load(&world);
    registries_find(&world.config, &all);
    assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
    assert_int_equal(all.count, MANY + 1);
    assert_null(get("r0")->used);
    assert_ptr_equal(get("r0")->group, get("r19999")->group);
    world_end(&world);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(names_lead_to_an_index_and_back),
        cmocka_unit_test(one_registry_is_meant),
        cmocka_unit_test(many_names_cost_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
