/* Who keeps a registry's token. */
#include "registry/registry.h"
#include "world.h"

#include <sys/stat.h>

#define P "@proj/.cargo/config.toml\n"
#define H "@ch/config.toml\n"

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

static void add_list(struct buf *out, const struct provider_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct provider *provider = &list->items[i];
        buf_add(out, i > 0 ? STR(", ") : STR(""));
        for (size_t n = 0; n < provider->count; n++) {
            buf_addf(out, "%s%s", n > 0 ? "|" : "", provider->words[n].data);
        }
        buf_add(out, provider->alias.value.data ? STR(" alias") : STR(""));
        buf_add(out, provider->foreign ? STR(" foreign") : STR(""));
    }
}

/* Those here; those of other directories; `no tokens` if cargo:token is in neither. */
static const char *providers(const char *name)
{
    struct registry *registry = get(name);
    registry_find_providers(&all, registry);
    struct buf out = buf_new(&world.arena);
    add_list(&out, &registry->providers);
    if (registry->elsewhere.count > 0) {
        buf_add(&out, STR("; "));
        add_list(&out, &registry->elsewhere);
    }
    buf_add(&out, registry->group->takes_tokens ? STR("") : STR(" (no tokens)"));
    return registry->failure ? world_chain(&world, registry->failure)
                             : world_shown(&world, buf_str(&out));
}

static void providers_are_asked_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *world;
        const char *name;
        const char *providers;
    } cases[] = {
        {"", "crates-io", "cargo:token"},
        {P "registry.global-credential-providers = ['cargo:token', 'dir/p  a\\tb', \"x\\ty\"]\n",
         "crates-io", "x|y, ROOT/proj/dir/p|a\\tb, cargo:token"},
        /* an alias is followed once, not with arguments, not of a built-in one, not with a dot */
        {P "registry.global-credential-providers = ['s', 's x', 'q', 'cargo:token', 'a.b']\n"
           "[credential-alias]\ns = ['cargo:libsecret', 'a b']\nq = 's'\n"
           "\"cargo:token\" = 'no'\na.b = 'c'\n",
         "crates-io", "a.b, cargo:token, s alias, s|x, cargo:libsecret|a b alias"},
        {P "registry.global-credential-providers = ['s', ' ']\ncredential-alias.s = 1\n",
         "crates-io", "s; cargo:token"},
        /* its own is the only one; elsewhere the global ones are asked */
        {P "registries.a = {index = 'https://a/', credential-provider = ['p', 'x']}\n", "a",
         "p|x; cargo:token"},
        {H "registries.a = {index = 'https://a/', credential-provider = 'p x'}\n", "a",
         "p|x (no tokens)"},
        {H "registry.credential-provider = 'cargo:libsecret'\nregistries.b.index = "
           "'" CRATES_IO_SPARSE_INDEX "'\n",
         "b", "cargo:libsecret (no tokens)"},
        {H "registries.a.index = 'https://a/'\n$CARGO_REGISTRIES_A_CREDENTIAL_PROVIDER=p\n", "a",
         "p (no tokens)"},
        /* without --config, and in home, others are asked */
        {P "registries.a = {index = 'https://a/', credential-provider = 'p'}\n" H
           "registry.global-credential-providers = ['h']\n"
           "+registries.a.credential-provider='cli'\n",
         "a", "cli; p, h (no tokens)"},
        {P "registries.a = {index = 'https://a/', credential-provider = ['']}\n", "a",
         "; cargo:token"},
        {P "registries.a = {index = 'https://a/', credential-provider = 1}\n", "a",
         "error in ROOT/proj/.cargo/config.toml: `registries.a.credential-provider` expected a "
         "string or an array of strings, but found a integer"},
        {P "registries.a = {index = 'https://a/', credential-provider = []}\n", "a",
         "error in ROOT/proj/.cargo/config.toml: `registries.a.credential-provider` "
         "has no program"},
        /* two names with one index: cargo refuses it, and the own one is asked */
        {P "registries.a = {index = 'https://h/', credential-provider = 'p'}\n"
           "registries.b.index = 'https://h/'\n",
         "a", "p; cargo:token"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin(cases[i].world);
        assert_string_equal(providers(cases[i].name), cases[i].providers);
        world_end(&world);
    }
}

static void a_provider_that_others_name_is_foreign(void **state)
{
    (void)state;
    world_begin(&world, P "registries.a = {index = 'https://a/', credential-provider = 'p'}\n" H
                          "registries.b = {index = 'https://b/', credential-provider = 's'}\n"
                          "@proj/sub/.cargo/config.toml\ncredential-alias.s = 'x'\n");
    static const char *const files[] = {"proj/.cargo/config.toml", "proj/sub/.cargo/config.toml"};
    for (size_t i = 0; i < COUNT(files); i++) {
        assert_int_equal(chmod(world_path(&world, files[i]).data, 0666), 0);
    }
    world_load(&world);
    registries_find(&world.config, &all);
    assert_string_equal(providers("a"), "p foreign; cargo:token");
    assert_string_equal(providers("b"), "x alias foreign; s (no tokens)");
    const struct setting *setting = provider_foreign_setting(&get("b")->providers.items[0]);
    assert_string_equal(world_shown(&world, setting_location(&world.arena, setting)),
                        "ROOT/proj/sub/.cargo/config.toml:1");
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(providers_are_asked_in_order),
        cmocka_unit_test(a_provider_that_others_name_is_foreign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
