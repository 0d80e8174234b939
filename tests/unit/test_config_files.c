/* Which files and arguments are read, in which order, and which are errors. */
#include "world.h"

#include "config/load.h"

#include <sys/stat.h>

#define P "@proj/.cargo/config.toml\n"
#define S "@proj/sub/.cargo/config.toml\n"
#define H "@ch/config.toml\n"
#define C "@ch/credentials.toml\n"

static struct world world;

/* Each layer's file without the root: `c` credentials, `p` with its rank, `h` home, `a` arguments,
 * `!` not seen by cargo, `?` not readable. */
static const char *layers(void)
{
    struct buf out = buf_new(&world.arena);
    for (const struct layer *layer = world.config.layers; layer; layer = layer->next) {
        buf_add(&out, out.len > 0 ? STR(" ") : STR(""));
        buf_add(&out, layer->hidden ? STR("!") : STR(""));
        buf_add(&out, layer->doc ? STR("") : STR("?"));
        if (layer->credentials) {
            buf_add(&out, STR("c:"));
        } else if (layer->origin == ORIGIN_PROJECT) {
            buf_addf(&out, "p%zu:", layer->rank);
        } else {
            buf_add(&out, layer->origin == ORIGIN_HOME ? STR("h:") : STR("a:"));
        }
        const char *path = layer->file ? layer->file->shown.data : "";
        buf_addf(&out, "%s", layer->file ? path + world.root.len + 1 : "-");
    }
    return buf_str(&out).data;
}

static void layers_are_in_the_order_of_priority(void **state)
{
    (void)state;
    static const struct {
        const char *world;
        const char *layers;
        const char *failure;
    } cases[] = {
        {P S H C "@x.toml\n+../../x.toml\n+a.b=1\n",
         "c:ch/credentials.toml a:- a:proj/sub/../../x.toml p0:proj/sub/.cargo/config.toml "
         "p1:proj/.cargo/config.toml h:ch/config.toml",
         ""},
        {"@ch/credentials\na.b = 1\n" C, "c:ch/credentials !c:ch/credentials.toml", ""},
        {"@ch/config\n@ch/config.toml -> config\n", "h:ch/config", ""},
        {"@proj/.cargo/config\nx = 1\n" P "x = [\n",
         "p0:proj/.cargo/config !?p0:proj/.cargo/config.toml", ""},
        {P "include = ['a.toml', {path = 'b.toml', optional = true}, {path = 'no.toml', "
           "optional = true}]\n@proj/.cargo/a.toml\n@proj/.cargo/b.toml\n",
         "p0:proj/.cargo/config.toml p0:proj/.cargo/b.toml p0:proj/.cargo/a.toml", ""},
        {C "include = ['a.toml']\n@ch/a.toml\n", "c:ch/credentials.toml c:ch/a.toml", ""},
        {"+include = ['x.toml']\n@proj/sub/x.toml\n", "a:- a:proj/sub/x.toml", ""},
        {P "include = ['a.toml']\n@proj/.cargo/a.toml\ninclude = ['config.toml']\n",
         "p0:proj/.cargo/config.toml p0:proj/.cargo/a.toml",
         "could not load Cargo configuration / failed to load config include `a.toml` from "
         "`ROOT/proj/.cargo/config.toml` / failed to load config include `config.toml` from "
         "`ROOT/proj/.cargo/a.toml` / config `include` cycle detected with path "
         "`ROOT/proj/.cargo/config.toml`"},
        /* behind a link, `..` is another directory: both files are read */
        {P "include = ['link/../x.toml']\n@proj/.cargo/x.toml\n@other/x.toml\n@other/dir/\n"
           "@proj/.cargo/link -> ../../other/dir\n",
         "p0:proj/.cargo/config.toml p0:proj/.cargo/x.toml p0:proj/.cargo/link/../x.toml", ""},
        {P "include = ['link/../x.toml']\n@other/x.toml\n@other/dir/\n"
           "@proj/.cargo/link -> ../../other/dir\n",
         "p0:proj/.cargo/config.toml p0:proj/.cargo/link/../x.toml", ""},
        {P "a.b = 1.5\n" H "x = [\n", "p0:proj/.cargo/config.toml ?h:ch/config.toml",
         "could not load Cargo configuration / failed to load TOML configuration from "
         "`ROOT/proj/.cargo/config.toml` / unsupported TOML configuration type `float` on line 1"},
        {P "\xFF\n" H, "?p0:proj/.cargo/config.toml h:ch/config.toml",
         "could not load Cargo configuration / failed to read configuration file "
         "`ROOT/proj/.cargo/config.toml` / stream did not contain valid UTF-8"},
        {P "a = 1\n" H "a = [1]\n", "p0:proj/.cargo/config.toml h:ch/config.toml",
         "could not load Cargo configuration / `a` is of type integer in "
         "ROOT/proj/.cargo/config.toml:1, but of type array in ROOT/ch/config.toml:1"},
        {S "a.b.c = 1\n" P "a.x = 1\n" H "\na.b = 'x'\n",
         "p0:proj/sub/.cargo/config.toml p1:proj/.cargo/config.toml h:ch/config.toml",
         "could not load Cargo configuration / `b` is of type table in "
         "ROOT/proj/sub/.cargo/config.toml:1, but of type string in ROOT/ch/config.toml:2"},
        {P "include = [{path = 1}]\n", "p0:proj/.cargo/config.toml",
         "could not load Cargo configuration / expected a list of strings or of tables with a "
         "string `path` and a boolean `optional` at `include` in `ROOT/proj/.cargo/config.toml`"},
        {P "include = ['a/.toml']\n", "p0:proj/.cargo/config.toml",
         "could not load Cargo configuration / expected a config include path ending with `.toml`, "
         "but found `a/.toml` from `ROOT/proj/.cargo/config.toml`"},
        {P "include = [\"\\u0000.toml\"]\n",
         "p0:proj/.cargo/config.toml ?p0:proj/.cargo/\\u{0}.toml",
         "could not load Cargo configuration / failed to load config include `\\u{0}.toml` from "
         "`ROOT/proj/.cargo/config.toml` / failed to read configuration file "
         "`ROOT/proj/.cargo/\\u{0}.toml` / file name contained an unexpected NUL byte"},
        {"+a={b=1}\n", "",
         "--config argument `a=\u2026` was not a TOML dotted key expression (such as `build.jobs = "
         "2`)"},
        {"+registries.a.secret-key='x'\n", "",
         "registries.a.secret-key cannot be set through --config for security reasons"},
        {"+a=1.5\n", "", "failed to convert --config argument `a=\u2026`: it has a float"},
        {P "a = 1\n" H "a = 'x'\n", "p0:proj/.cargo/config.toml h:ch/config.toml", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        world_begin(&world, cases[i].world);
        world_load(&world);
        assert_string_equal(layers(), cases[i].layers);
        assert_string_equal(world_chain(&world, world.config.failure), cases[i].failure);
        world_end(&world);
    }
}

/* `count` files that include each other in a row. */
static void put_chain(struct buf *text, size_t count)
{
    buf_addf(text, P "include = ['f0.toml']\n");
    for (size_t i = 0; i < count; i++) {
        buf_addf(text, "@proj/.cargo/f%zu.toml\ninclude = [", i);
        if (i + 1 < count) {
            buf_addf(text, "'f%zu.toml'", i + 1);
        }
        buf_add(text, STR("]\n"));
    }
}

static void what_is_read_has_limits(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t count = INCLUDE_DEPTH; count <= INCLUDE_DEPTH + 1; count++) {
        struct buf text = buf_new(&arena);
        put_chain(&text, count);
        world_begin(&world, buf_str(&text).data);
        world_load(&world);
        bool fails = strstr(world_chain(&world, world.config.failure),
                            "more than 100 files include each other") != NULL;
        assert_int_equal(fails, count > INCLUDE_DEPTH);
        world_end(&world);
    }
    struct buf text = buf_new(&arena);
    buf_add(&text, STR(P "include = ["));
    for (int i = 0; i < FILES_LIMIT; i++) {
        buf_addf(&text, "{path = 'f%d.toml', optional = true},", i);
    }
    buf_add(&text, STR("]\n"));
    for (int i = 0; i < FILES_LIMIT; i++) {
        buf_addf(&text, "@proj/.cargo/f%d.toml\n", i);
    }
    world_begin(&world, buf_str(&text).data);
    world_load(&world);
    assert_non_null(
        strstr(world_chain(&world, world.config.failure), "more than 1000 configuration files"));
    world_end(&world);
    arena_free(&arena);
}

static void one_file_and_all_of_them_have_a_size(void **state)
{
    (void)state;
    world_begin(&world, P "include = ['a.toml', 'b.toml', 'c.toml', 'd.toml', 'e.toml']\n"
                          "@proj/.cargo/a.toml\n@proj/.cargo/b.toml\n@proj/.cargo/c.toml\n"
                          "@proj/.cargo/d.toml\n@proj/.cargo/e.toml\n");
    struct buf line = buf_new(&world.arena);
    buf_addf(&line, "#");
    buf_add_times(&line, '-', 16 * 1024 * 1024 - 100);
    for (char name = 'a'; name <= 'e'; name++) {
        struct str path = str_format(&world.arena, "%s/proj/.cargo/%c.toml", world.root.data, name);
        FILE *file = fopen(path.data, "we");
        assert_non_null(file);
        assert_int_equal(fwrite(line.data, 1, line.len, file), line.len);
        assert_int_equal(fclose(file), 0);
    }
    world_load(&world);
    const char *chain = world_chain(&world, world.config.failure);
    assert_non_null(strstr(chain, "`ROOT/proj/.cargo/e.toml` / the configuration files together "
                                  "have more than 67108864 bytes / the file is larger than "));
    world_end(&world);
}

/* Others than the caller decide what is in a file; a file outside of its project. */
static void files_of_a_project_are_judged(void **state)
{
    (void)state;
    world_begin(&world, P "include = ['in.toml', '../../out.toml', 'link.toml', 'all.toml']\n"
                          "@proj/.cargo/in.toml\n@out.toml\n@proj/.cargo/all.toml\n"
                          "@proj/.cargo/link.toml -> ../../out.toml\n");
    assert_int_equal(chmod(world_path(&world, "proj/.cargo/all.toml").data, 0666), 0);
    world_load(&world);
    static const struct {
        const char *name;
        bool foreign;
        bool leaves;
    } cases[] = {
        {"proj/.cargo/config.toml", false, false},
        {"proj/.cargo/in.toml", false, false},
        {"out.toml", false, true},
        {"proj/.cargo/link.toml", false, true},
        {"proj/.cargo/all.toml", true, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct config_file *file = world.config.files;
        while (!str_eq(file->path, world_path(&world, cases[i].name))) {
            file = file->next;
        }
        assert_int_equal(file->foreign, cases[i].foreign);
        assert_int_equal(file->leaves, cases[i].leaves);
    }
    world_end(&world);
}

/* After a link, `..` is another directory. tests/cli has what the variables say. */
static void home_can_be_behind_a_link(void **state)
{
    (void)state;
    struct config config;
    world_begin(&world, "@real/dir/\n@real/x/\n@link -> real/dir\n");
    struct str home = world_path(&world, "link/../x");
    assert_int_equal(setenv("CARGO_HOME", home.data, 1), 0);
    assert_null(config_init(&config, &world.arena, &world.shell, world.variables));
    assert_string_equal(config.home.data, home.data);
    (void)unsetenv("CARGO_HOME");
    (void)unsetenv("HOME");
    assert_null(config_init(&config, &world.arena, &world.shell, world.variables));
    assert_true(str_ends(config.home, STR("/.cargo")));
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_are_in_the_order_of_priority),
        cmocka_unit_test(what_is_read_has_limits),
        cmocka_unit_test(one_file_and_all_of_them_have_a_size),
        cmocka_unit_test(files_of_a_project_are_judged),
        cmocka_unit_test(home_can_be_behind_a_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
