/* The inventory, whether cargo would use each credential, and the plan: one line for each
 * credential. */
#include "credential/inventory.h"
#include "util/fs.h"
#include "util/helper.h"
#include "util/text.h"
#include "world.h"

#include <sys/stat.h>
#include <unistd.h>

#define P "@proj/.cargo/config.toml\n"
#define H "@ch/config.toml\n"
#define C "@ch/credentials.toml\n"
#define A "registries.a.index = 'https://a/'\n"

static struct world world;
static struct inventory inventory;
static struct logout_options options;

static const char *const effects[] = {"never", "if-others-go", "perhaps", "in-use"};
static const char *const plans[] = {"leave", "remove", "ask", "cannot"};

/* The keyring's answer. The test replaces the keyring and its helper. */
static struct keyring_view keyring;
static int looks;
static bool installed = true;

struct err *helper_path(struct arena *arena, struct str name, struct str *out)
{
    *out = name;
    return installed ? NULL : err_new(arena, "not installed");
}

void keyring_look(struct shell *shell, enum keyring_search how, struct keyring_view *out)
{
    (void)shell;
    looks += how == KEYRING_PEEK ? 1 : 10;
    *out = keyring;
}

/* A: all, E: everywhere, R: revoke, S: status, N: dry run; then the registry. */
static void take(const char *how)
{
    static struct str name;
    const char *space = strchr(how, ' ');
    options = (struct logout_options){
        .all = strchr(how, 'A') != NULL,
        .everywhere = strchr(how, 'E') != NULL,
        .revoke = strchr(how, 'R') != NULL,
        .status = strchr(how, 'S') != NULL,
        .dry_run = strchr(how, 'N') != NULL,
    };
    if (space) {
        name = str_of(space + 1);
        options.registry = &name;
    }
    world_load(&world);
    assert_null(inventory_take(&world.config, &options, &inventory));
    inventory_plan(&inventory, &options);
}

static const char *lines(void)
{
    struct arena *arena = &world.arena;
    struct buf out = buf_new(arena);
    for (struct credential *c = inventory_first(&inventory); c; c = inventory_next(&inventory, c)) {
        buf_addf(&out, "%s %s %s %s %s%s", c->registry->shown.data, credential_kind_name(c),
                 credential_location(arena, c).data, effects[c->effect], plans[c->plan],
                 c->revoke_first ? " revoke" : "");
        buf_addf(&out, c->error ? ": %s\n" : "\n%s", c->error ? c->error->message.data : "");
    }
    return world_shown(&world, buf_str(&out));
}

static const struct {
    const char *world;
    const char *how;
    const char *lines;
} inventories[] = {
    {C "[registry]\ntoken = 't'\n", "",
     "crates-io token ROOT/ch/credentials.toml:2 in-use "
     "remove\n"},
    {C "token = 'old'\n[registry]\ntoken = 't'\nsecret-key = 's'\n", "R",
     "crates-io token ROOT/ch/credentials.toml:1 if-others-go remove revoke\n"
     "crates-io token ROOT/ch/credentials.toml:3 in-use remove revoke\n"
     "crates-io secret-key ROOT/ch/credentials.toml:4 if-others-go remove\n"},
    {C "[registries.crates-io]\ntoken = 't'\n", "R",
     "crates-io token ROOT/ch/credentials.toml:2 never remove revoke\n"},
    {H "registry.token = 't'\n$CARGO_REGISTRY_TOKEN=v\n", "R",
     "crates-io token ROOT/ch/config.toml:1 if-others-go leave\n"
     "crates-io token environment variable `CARGO_REGISTRY_TOKEN` in-use leave\n"},
    {H "registry.token = 't'\n$CARGO_REGISTRY_TOKEN=v\n", "RE",
     "crates-io token ROOT/ch/config.toml:1 if-others-go remove revoke\n"
     "crates-io token environment variable `CARGO_REGISTRY_TOKEN` in-use leave revoke\n"},
    {C "registry.token = ''\n$CARGO_REGISTRY_TOKEN=\xFF\n$CARGO_REGISTRY_SECRET_KEY=s\n", "",
     "crates-io token ROOT/ch/credentials.toml:1 never remove\n"
     "crates-io secret-key environment variable `CARGO_REGISTRY_SECRET_KEY` if-others-go "
     "leave\n"},
    {C "registry.token = 5\n", "", "crates-io token ROOT/ch/credentials.toml:1 never remove\n"},
    /* only for the name asked for, but its twins are shown */
    {C "registries.a.token = 'a'\nregistries.b.token = 'b'\nregistries.c.token = 'c'\n" H
       "registries.a.index = 'https://h/'\nregistries.b.index = 'https://h/'\n"
       "registries.c.index = 'https://c/'\n",
     " a",
     "a token ROOT/ch/credentials.toml:1 if-others-go remove\n"
     "b token ROOT/ch/credentials.toml:2 if-others-go leave\n"},
    {C "registries.a.token = 'a'\nregistries.b.token = 'b'\n" H A, "A",
     "a token ROOT/ch/credentials.toml:1 in-use remove\n"
     "b token ROOT/ch/credentials.toml:2 perhaps remove\n"},
    /* a hidden twin counts, cargo reads it when the other is gone */
    {"@ch/credentials\nregistry.token = 't'\n" C "registry.token = 'u'\n", "",
     "crates-io token ROOT/ch/credentials:1 in-use remove\n"
     "crates-io token ROOT/ch/credentials.toml:1 if-others-go remove\n"},
    /* a variable of several names counts once, for the one asked for */
    {C "registries.A-b.token = 't'\nregistries.a_b.token = 't'\n"
       "$CARGO_REGISTRIES_A_B_TOKEN=v\n" H "registries.A-b.index = 'https://h/'\n",
     " a_b",
     "a_b token ROOT/ch/credentials.toml:2 perhaps remove\n"
     "a_b token environment variable `CARGO_REGISTRIES_A_B_TOKEN` perhaps leave\n"},
    /* providers: here, in home alone, not those that have nothing */
    {P "registries.a = {index = 'https://a/', credential-provider = 'p'}\n" H
       "registry.global-credential-providers = ['cargo:wincred', 'h']\n",
     " a",
     "a token credential provider `p` perhaps ask\n"
     "a token credential provider `h` perhaps leave\n"},
    {P "registries.a = {index = 'https://a/', credential-provider = 'p'}\n" H
       "registry.global-credential-providers = ['cargo:token', 'h x']\n",
     "AR",
     "crates-io token credential provider `h \u2026` perhaps ask revoke\n"
     "a token credential provider `p` perhaps ask revoke\n"
     "a token credential provider `h \u2026` perhaps ask revoke\n"},
    {H "registry.credential-provider = ['cargo:token-from-stdout', 'x']\n" C
       "registry.token = 't'\n",
     "",
     "crates-io token ROOT/ch/credentials.toml:1 never remove\n"
     "crates-io token credential provider `cargo:token-from-stdout \u2026` in-use cannot: "
     "credential provider `cargo:token-from-stdout \u2026` failed action `logout`\n"},
    {H "registry.credential-provider = 'cargo:paseto'\n", "S",
     "crates-io token credential provider `cargo:paseto` never cannot: cargo:paseto requires "
     "-Zasymmetric-token\n"},
    /* a provider before cargo:token may have one */
    {H "registry.global-credential-providers = ['cargo:token', 'h']\n" C "registry.token = 't'\n",
     "",
     "crates-io token ROOT/ch/credentials.toml:1 if-others-go remove\n"
     "crates-io token credential provider `h` perhaps ask\n"},
    {P "include = ['../../o.toml']\n@o.toml\nregistry.token = 't'\n", "E",
     "crates-io token ROOT/o.toml:1 in-use cannot: `ROOT/o.toml` is outside of the project "
     "whose configuration includes it, so it is not edited\n"},
    {P "include = ['../../o.toml']\n@o.toml\nregistry.token = 't'\n+../../o.toml\n", "",
     "crates-io token ROOT/proj/sub/../../o.toml:1 in-use leave\n"
     "crates-io token ROOT/o.toml:1 if-others-go leave\n"},
    /* `token` without a table is only read from the credentials file */
    {H "token = 't'\n", "", "crates-io token ROOT/ch/config.toml:1 never leave\n"},
    {H "token.a = 't'\n[registries]\na = 1\n", "A", ""},
    {"", "", ""},
};

static void all_that_exists_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(inventories); i++) {
        world_begin(&world, inventories[i].world);
        take(inventories[i].how);
        assert_string_equal(lines(), inventories[i].lines);
        world_end(&world);
    }
}

static void what_cannot_be_done_is_known_before(void **state)
{
    (void)state;
    world_begin(&world, C "registry.token = 't'\n" P "registry.credential-provider = 'p'\n");
    assert_int_equal(chmod(world_path(&world, "proj/.cargo/config.toml").data, 0666), 0);
    assert_int_equal(chmod(world_path(&world, "ch/credentials.toml").data, 0444), 0);
    assert_int_equal(chmod(world.root.data, 0755), 0);
    assert_int_equal(chmod(world_path(&world, "ch").data, 0755), 0);
    bool root = geteuid() == 0;
    if (root) {
        assert_int_equal(chown(world_path(&world, "ch/credentials.toml").data, 65534, 65534), 0);
        assert_int_equal(chown(world_path(&world, "proj").data, 65534, 65534), 0);
        assert_int_equal(chown(world_path(&world, "proj/.cargo").data, 65534, 65534), 0);
        assert_int_equal(chown(world_path(&world, "proj/.cargo/config.toml").data, 65534, 65534),
                         0);
        assert_int_equal(seteuid(65534), 0);
    }
    take("");
    const struct credential *file = inventory_first(&inventory);
    const struct credential *provider = inventory_next(&inventory, file);
    if (root) {
        assert_int_equal(seteuid(0), 0);
    }
    assert_int_equal(file->plan, PLAN_CANNOT);
    assert_true(file->error_is_final && file->result == RESULT_FAILED);
    assert_string_equal(world_chain(&world, file->error),
                        "credential provider `cargo:token` failed action `logout` / failed to "
                        "open: ROOT/ch/credentials.toml / Permission denied (os error 13)");
    assert_int_equal(provider->result, RESULT_NOT_CHECKED);
    assert_false(provider->error_is_final);
    assert_string_equal(
        world_chain(&world, provider->error),
        "credential provider `p` was not asked, because others than you and root can "
        "write ROOT/proj/.cargo/config.toml:1, which configures it");
    world_end(&world);
}

static void an_unreadable_default_is_not_guessed(void **state)
{
    (void)state;
    world_begin(&world, P "x = [\n");
    world_load(&world);
    options = (struct logout_options){0};
    struct err *err = inventory_take(&world.config, &options, &inventory);
    assert_non_null(err);
    assert_string_equal(err->message.data, "could not load Cargo configuration");
    struct str name = STR("a");
    options.registry = &name;
    assert_null(inventory_take(&world.config, &options, &inventory));
    world_end(&world);
}

static void what_is_usable_follows_from_effect_and_result(void **state)
{
    (void)state;
    static const enum result results[] = {
        RESULT_REMOVED, RESULT_NOT_FOUND, RESULT_NOT_SUPPORTED, RESULT_NOT_CHECKED,
        RESULT_PENDING, RESULT_KEPT,      RESULT_FAILED};
    static const char *const expected[] = {"nnnn", "nnnn", "nnnn", "nuuu", "nyuy", "nyuy", "nyuy"};
    static const char letters[] = {[USABLE_NO] = 'n', [USABLE_UNKNOWN] = 'u', [USABLE_YES] = 'y'};
    for (size_t i = 0; i < COUNT(results); i++) {
        for (int effect = NEVER_USED; effect <= IN_USE; effect++) {
            struct credential c = {.effect = (enum effect)effect, .result = results[i]};
            assert_int_equal(letters[credential_usable(&c)], expected[i][effect]);
        }
    }
}

static void the_keyring_is_looked_into(void **state)
{
    (void)state;
    static struct keyring_item unknown = {.index_url = {"https://x/", 10}, .name = {"", 0}};
    static struct keyring_item named = {
        .index_url = {"https://b/", 10}, .name = {"b", 1}, .next = &unknown};
    static struct keyring_item found = {
        .index_url = {"https://a/", 10}, .name = {"a", 1}, .next = &named};
    static const char uses[] = H "registries.a = {index = 'https://a/', credential-provider = "
                                 "'cargo:libsecret'}\nregistries.c = {index = 'https://c/', "
                                 "credential-provider = 'cargo:libsecret'}\n";
    static const struct {
        const char *world;
        const char *how;
        struct keyring_view view;
        int looks;
        const char *lines;
    } cases[] = {
        /* without a use of it, one look at all of them; none for one registry */
        {H A, " a", {.state = KEYRING_LISTED, .items = &found}, 0, ""},
        {H A, "AS", {.state = KEYRING_PRESENT}, 1, ""},
        {H A,
         "A",
         {.state = KEYRING_LISTED, .items = &named},
         10,
         "b token keyring item for `https://b/` never ask\n"
         "https://x/ token keyring item for `https://x/` never ask\n"},
        {uses,
         "S a",
         {.state = KEYRING_LISTED, .items = &found},
         10,
         "a token credential provider `cargo:libsecret` in-use ask\n"},
        {uses,
         "AS",
         {.state = KEYRING_LISTED, .items = &found},
         10,
         "a token credential provider `cargo:libsecret` in-use ask\n"
         "b token keyring item for `https://b/` perhaps ask\n"
         "c token credential provider `cargo:libsecret` perhaps leave\n"
         "https://x/ token keyring item for `https://x/` perhaps ask\n"},
        {uses,
         "N a",
         {.state = KEYRING_NONE},
         10,
         "a token credential provider `cargo:libsecret` perhaps ask: credential provider "
         "`cargo:libsecret` failed action `logout`\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        keyring = cases[i].view;
        looks = 0;
        world_begin(&world, cases[i].world);
        take(cases[i].how);
        assert_string_equal(lines(), cases[i].lines);
        assert_int_equal(looks, cases[i].looks);
        world_end(&world);
    }
    keyring = (struct keyring_view){.state = KEYRING_NONE};
    installed = false;
    looks = 0;
    world_begin(&world, H A);
    take("A");
    assert_int_equal(looks, 0);
    world_end(&world);
    installed = true;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_exists_is_found),
        cmocka_unit_test(what_cannot_be_done_is_known_before),
        cmocka_unit_test(an_unreadable_default_is_not_guessed),
        cmocka_unit_test(what_is_usable_follows_from_effect_and_result),
        cmocka_unit_test(the_keyring_is_looked_into),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
