#include "registry/provider.h"
#include "registry/registry.h"

#include <setjmp.h>
#include <unistd.h>

#include <cmocka.h>

/* What is cargo's own is compared with cargo in tests/cli; here is what differs from it, and what
 * no message shows. */

static struct arena arena;
static struct shell shell;
static struct context context;
static char directory[] = "/tmp/test_registry.XXXXXX";

static struct str in_directory(const char *name)
{
    return str_format(&arena, "%s/%s", directory, name);
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(in_directory(name).data, "we");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static char *writable(const char *text)
{
    return memcpy(arena_alloc(&arena, strlen(text) + 1), text, strlen(text) + 1);
}

/* A cargo home with these two files, and an environment of these variables. */
static void world(const char *config, const char *credentials, const char *const *variables)
{
    char **block = arena_new_array(&arena, char *, 16);
    write_file("config.toml", config);
    write_file("credentials.toml", credentials);
    assert_int_equal(setenv("CARGO_HOME", directory, 1), 0);
    for (size_t i = 0; variables && variables[i]; i++) {
        block[i] = writable(variables[i]);
    }
    shell_init(&shell, &arena);
    shell.verbosity = VERBOSITY_QUIET;
    assert_null(context_init(&context, &arena, &shell, block));
}

static const char *message(const struct err *err)
{
    assert_non_null(err);
    return err->message.data;
}

static struct err *choose(const char *name, struct registry *registry)
{
    struct str asked = str_of(name);
    return registry_choose(&context, name ? &asked : NULL, registry);
}

static void names(void **state)
{
    (void)state;
    static const char *const good[] = {
        "_", "a-", "_x1", "\xc3\xbcn\xc3\xaf", "\xe6\x97\xa5", "A", "a\xe2\x80\x8d"};
    static const char *const bad[] = {
        "", "1", "-", "a.b", "a\xcc\x81.", "\xcc\x81", "\xf0\x9f\xa6\x80"};
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_null(registry_name_check(&arena, str_of(good[i])));
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_non_null(registry_name_check(&arena, str_of(bad[i])));
    }
    assert_string_equal(message(registry_name_check(&arena, STR("a\xf0\x9f\xa6\x80"))),
                        "invalid character `\xf0\x9f\xa6\x80` in registry name: "
                        "`a\xf0\x9f\xa6\x80`, characters must be Unicode XID characters "
                        "(numbers, `-`, `_`, or most letters)");
}

/* cargo: two names with one index are an error. */
static void the_name_asked_for_has_its_token(void **state)
{
    (void)state;
    static const char *const variables[] = {"CARGO_REGISTRIES_C_INDEX=https://h/", NULL};
    struct registry registry;
    const struct registry_config *config;
    world("[registries]\na.index = 'https://h/'\nb.index = 'https://H:443'\n",
          "[registries]\na.token = '1'\nb.token = '2'\n", variables);
    assert_null(choose("b", &registry));
    assert_string_equal(registry.index.text.data, "https://h/");
    assert_null(registry_credentials(&context, &registry, &config));
    assert_string_equal(config->token->value.data, "2");
}

/* cargo: not logged in, or the token of crates.io. */
static void an_index_in_any_form_is_its_names(void **state)
{
    (void)state;
    static const char *const variables[] = {"CARGO_REGISTRIES_MY_REG_INDEX=https://h/", NULL};
    static const char *const asked[] = {"my-reg", "relative", "crate"};
    struct registry registry;
    const struct registry_config *config;
    world("[registries]\nrelative.index = 'file:i'\ncrate.index = '" CRATES_IO_INDEX "'\n",
          "[registry]\ntoken = 'not this'\n[registries]\nmy-reg.token = 'this'\n"
          "relative.token = 'this'\ncrate.token = 'this'\n",
          variables);
    for (size_t i = 0; i < COUNT(asked); i++) {
        assert_null(choose(asked[i], &registry));
        assert_false(registry.is_crates_io);
        assert_null(registry_credentials(&context, &registry, &config));
        assert_string_equal(config->token->value.data, "this");
    }
    assert_null(choose(NULL, &registry));
    assert_true(registry.is_crates_io);
    assert_string_equal(registry.index.text.data, CRATES_IO_INDEX);
}

/* cargo: runs for ever. */
static void a_circle_of_others_is_found(void **state)
{
    (void)state;
    struct registry registry;
    world("[source]\ncrates-io.replace-with = 'a'\na = {directory = 'a', replace-with = 'b'}\n"
          "b = {directory = 'b', replace-with = 'a'}\n",
          "", NULL);
    assert_true(strncmp(message(choose(NULL, &registry)),
                        "detected a cycle of `replace-with` sources, the source `", 56) == 0);
}

/* cargo: panics. */
static void a_sparse_url_of_nothing_is_an_error(void **state)
{
    (void)state;
    struct registry registry;
    world("[registries]\nr.index = 'sparse+1://x/'\n", "", NULL);
    assert_string_equal(message(choose("r", &registry)),
                        "invalid url `1://x/`: relative URL without a base");
}

static void providers_are_the_last_first_with_aliases(void **state)
{
    (void)state;
    struct registry registry;
    const struct registry_config *config;
    const struct provider *providers;
    size_t count;
    world("[registry]\n"
          "global-credential-providers = ['cargo:token', 'dir/p  a\tb', 'short', 'short x', 'q']\n"
          "[credential-alias]\nshort = ['cargo:libsecret', 'a b']\nq = 'short'\n",
          "", NULL);
    assert_null(choose(NULL, &registry));
    assert_null(registry_credentials(&context, &registry, &config));
    assert_null(provider_list(&context, &registry, config, &providers, &count));
    static const struct {
        enum provider_kind kind;
        const char *command;
    } expected[] = {
        {PROVIDER_EXTERNAL, "short"}, /* q; aliases are not followed twice */
        {PROVIDER_EXTERNAL, "short x"},        {PROVIDER_LIBSECRET, "cargo:libsecret a b"},
        {PROVIDER_EXTERNAL, "/tmp/dir/p a b"}, {PROVIDER_TOKEN, "cargo:token"},
    };
    assert_int_equal(count, COUNT(expected));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(providers[i].kind, expected[i].kind);
        assert_string_equal(provider_command(&arena, &providers[i]).data, expected[i].command);
    }
}

static void without_any_it_is_cargo_token(void **state)
{
    (void)state;
    struct registry registry;
    const struct provider *providers;
    size_t count;
    world("", "", NULL);
    assert_null(choose(NULL, &registry));
    assert_null(provider_list(&context, &registry, NULL, &providers, &count));
    assert_int_equal(count, 1);
    assert_int_equal(providers[0].kind, PROVIDER_TOKEN);
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(directory) && chdir("/") == 0 ? 0 : -1;
}

static int clean_up(void **state)
{
    (void)state;
    unlink(in_directory("config.toml").data);
    unlink(in_directory("credentials.toml").data);
    rmdir(directory);
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(the_name_asked_for_has_its_token),
        cmocka_unit_test(an_index_in_any_form_is_its_names),
        cmocka_unit_test(a_circle_of_others_is_found),
        cmocka_unit_test(a_sparse_url_of_nothing_is_an_error),
        cmocka_unit_test(providers_are_the_last_first_with_aliases),
        cmocka_unit_test(without_any_it_is_cargo_token),
    };
    return cmocka_run_group_tests(tests, set_up, clean_up);
}
