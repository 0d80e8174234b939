/* The fixes for credentials, and that a shell understands them. */
#include "credential/inventory.h"
#include "world.h"

#include <sys/stat.h>
#include <unistd.h>

#define P "@proj/.cargo/config.toml\n"
#define H "@ch/config.toml\n"
#define C "@ch/credentials.toml\n"
#define A "registries.a.index = 'https://a/'\n"

static struct world world;
static struct inventory inventory;

/* A: all, S: status; then the registry. */
static void take(const char *how)
{
    const char *space = strchr(how, ' ');
    struct str name = str_of(space ? space + 1 : "");
    const struct logout_options options = {
        .all = strchr(how, 'A') != NULL,
        .status = strchr(how, 'S') != NULL,
        .registry = space ? &name : NULL,
    };
    world_load(&world);
    assert_null(inventory_take(&world.config, &options, &inventory));
    inventory_plan(&inventory, &options);
}

/* The words as a shell reads the text have to be the words. */
static void check_words(const struct fix *fix)
{
    if (fix->count == 0) {
        return;
    }
    static const char *const ends[] = {" if you trust", ", for later", ", and remove"};
    size_t len = fix->text.len;
    for (size_t i = 0; i < COUNT(ends); i++) {
        const char *found = strstr(fix->text.data, ends[i]);
        len = found && (size_t)(found - fix->text.data) < len ? (size_t)(found - fix->text.data)
                                                              : len;
    }
    const char *tick = strchr(fix->text.data, '`');
    assert_true(str_starts(fix->text, STR("run `")) && tick);
    while (fix->text.data[--len] != '`') {
    }
    size_t start = (size_t)(tick - fix->text.data) + 1;
    struct str command = str_slice(&world.arena, fix->text, start, len);
    struct str line = str_format(&world.arena, "printf '%%s\\n' %s", command.data);
    FILE *shell = popen(line.data, "re"); // NOLINT(cert-env33-c): what a person would do
    assert_non_null(shell);
    char read[4096] = "";
    assert_true(fread(read, 1, sizeof(read) - 1, shell) > 0);
    assert_int_equal(pclose(shell), 0);
    struct buf wanted = buf_new(&world.arena);
    for (size_t i = 0; i < fix->count; i++) {
        buf_addf(&wanted, "%s\n", fix->words[i].data);
    }
    assert_string_equal(read, buf_str(&wanted).data);
}

static void a_person_is_told_what_helps(void **state)
{
    (void)state;
    static const struct {
        const char *world;
        const char *how;
        const char *fix; /* of the first credential */
    } cases[] = {
        {C "registry.token = 't'\n", "", "run `cargo-logout --registry crates-io`"},
        {H "registry.token = 't'\n", "", "run `cargo-logout --registry crates-io --everywhere`"},
        {C "registries.'a b'.token = 't'\n", "A", "delete the line ROOT/ch/credentials.toml:1"},
        {"@x.toml\nregistry.token = 't'\n@ch/config.toml -> ../x.toml\n", "S",
         "run `cargo-logout --registry crates-io --everywhere`"},
        {"@x.toml\nregistries.'a b'.token = 't'\n@ch/config.toml -> ../x.toml\n", "A",
         "delete the line ROOT/ch/config.toml:1, which is `ROOT/x.toml`"},
        {P "include = [\"../../o'o p.toml\"]\n@o'o p.toml\nregistry.token = 't'\n", "S",
         "run `cargo-logout --registry crates-io --everywhere --config 'ROOT/o'\\''o p.toml'`"},
        {"$CARGO_REGISTRY_TOKEN=v\n", "", "run `unset CARGO_REGISTRY_TOKEN`"},
        {"$CARGO_REGISTRIES_\u00C9_TOKEN=v\n", "A",
         "start your shell without the environment variable `CARGO_REGISTRIES_\u00C9_TOKEN`"},
        {H "registries.a = {index = 'https://a/', credential-provider = 'p'}\n", "A",
         "run `cargo-logout --registry a`"},
        {P A H "registry.global-credential-providers = ['p']\n"
               "+registries.a.credential-provider='cargo:token'\n",
         " a", "run `cargo-logout --registry a` where cargo uses it"},
        {H "registry.credential-provider = 'cargo:token-from-stdout'\n", "",
         "remove the provider from ROOT/ch/config.toml:1"},
        {"$CARGO_REGISTRY_CREDENTIAL_PROVIDER=cargo:paseto\n", "",
         "run `unset CARGO_REGISTRY_CREDENTIAL_PROVIDER`"},
    };
    (void)unsetenv("CI");
    (void)unsetenv("GITHUB_ENV");
    for (size_t i = 0; i < COUNT(cases); i++) {
        world_begin(&world, cases[i].world);
        take(cases[i].how);
        const struct credential *c = inventory_first(&inventory);
        assert_non_null(c);
        struct fix fix = credential_fix(&world.arena, c);
        assert_string_equal(world_shown(&world, fix.text), cases[i].fix);
        check_words(&fix);
        world_end(&world);
    }
}

static void a_job_has_settings_of_its_own(void **state)
{
    (void)state;
    world_begin(&world, "$CARGO_REGISTRY_TOKEN=v\n");
    assert_int_equal(setenv("CI", "true", 1), 0);
    take("");
    struct fix fix = credential_fix(&world.arena, inventory_first(&inventory));
    assert_string_equal(fix.text.data, "run `unset CARGO_REGISTRY_TOKEN`, and remove it from the "
                                       "job's settings");
    check_words(&fix);
    assert_int_equal(setenv("GITHUB_ENV", "/f", 1), 0);
    take("");
    fix = credential_fix(&world.arena, inventory_first(&inventory));
    assert_string_equal(fix.text.data,
                        "run `unset CARGO_REGISTRY_TOKEN`, for later steps `echo "
                        "CARGO_REGISTRY_TOKEN= >>\"$GITHUB_ENV\"`, and remove it from the job's "
                        "settings");
    check_words(&fix);
    assert_true(unsetenv("CI") == 0 && unsetenv("GITHUB_ENV") == 0);
    world_end(&world);
}

/* A path that cannot be shown as it must be typed is no command; nor is what failed. */
static void not_every_fix_is_a_command(void **state)
{
    (void)state;
    world_begin(&world, C "registry.token = 't'\n" P "registry.credential-provider = 'p'\n");
    assert_int_equal(chmod(world_path(&world, "proj/.cargo/config.toml").data, 0666), 0);
    take("");
    struct credential *c = inventory_first(&inventory);
    struct fix fix = credential_fix(&world.arena, inventory_next(&inventory, c));
    assert_true(str_starts(str_of(world_shown(&world, fix.text)),
                           STR("run `cargo-logout --registry crates-io --config "
                               "ROOT/proj/.cargo/config.toml`")));
    assert_null(strstr(fix.text.data, "`sudo -u ")); /* the file has no other owner */
    check_words(&fix);
    c->result = RESULT_FAILED;
    fix = credential_fix(&world.arena, c);
    assert_string_equal(world_shown(&world, fix.text),
                        "delete the line ROOT/ch/credentials.toml:1");
    struct config_file odd = *c->file;
    odd.leaves = true;
    odd.path = STR("/x\ny");
    c->file = &odd;
    fix = credential_fix(&world.arena, c);
    assert_int_equal(fix.count, 0);
    assert_string_equal(world_shown(&world, fix.text),
                        "delete the line ROOT/ch/credentials.toml:1");
    world_end(&world);
}

static void an_item_is_found_by_its_index(void **state)
{
    (void)state;
    static const struct {
        struct keyring_item item;
        const char *fix;
    } cases[] = {
        {{.index_url = {"https://h/", 10}, .name = {"x", 1}},
         "run `cargo-logout --registry x --config 'registries.x.index=\"https://h/\"' --config "
         "'registries.x.credential-provider=\"cargo:libsecret\"'`"},
        {{.index_url = {"https://h/\"", 11}, .name = {"x", 1}}, "run `cargo-logout --all`"},
        {{.index_url = {"https://h/", 10}, .name = {"", 0}}, "run `cargo-logout --all`"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        world_begin(&world, "");
        struct registry registry = {
            .name = cases[i].item.name, .shown = cases[i].item.name, .valid = true};
        struct credential c = {
            .registry = &registry, .place = PLACE_KEYRING, .item = &cases[i].item};
        struct fix fix = credential_fix(&world.arena, &c);
        assert_string_equal(fix.text.data, cases[i].fix);
        check_words(&fix);
        assert_true(
            str_starts(credential_location(&world.arena, &c), STR("keyring item for `https://h/")));
        world_end(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_is_told_what_helps),
        cmocka_unit_test(a_job_has_settings_of_its_own),
        cmocka_unit_test(not_every_fix_is_a_command),
        cmocka_unit_test(an_item_is_found_by_its_index),
    };
    /* no keyring of the one who runs the tests */
    (void)unsetenv("DBUS_SESSION_BUS_ADDRESS");
    (void)unsetenv("XDG_RUNTIME_DIR");
    (void)unsetenv("SECRET_BACKEND");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
