/* Names of registries, their indexes, the names of an index, and who keeps a registry's token. */
#include "registry/registry.h"
#include "world.h"

#include <sys/stat.h>
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
    registries_find(&world.config, true, &all);
}

static struct registry *get(const char *name)
{
    struct registry *registry = registries_get(&all, str_of(name));
    assert_non_null(registry);
    return registry;
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
    registries_find(&world.config, true, &all);
    assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
    assert_int_equal(all.names.used, MANY + 1);
    assert_null(get("r0")->used);
    assert_ptr_equal(get("r0")->group, get("r19999")->group);
    world_end(&world);
    arena_free(&arena);
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
        /* an alias is followed once, not with arguments, not of a built-in one; a dot splits it */
        {P "registry.global-credential-providers = ['s', 's x', 'q', 'cargo:token', 'a.b']\n"
           "[credential-alias]\ns = ['cargo:libsecret', 'a b']\nq = 's'\n"
           "\"cargo:token\" = 'no'\na.b = 'c'\n",
         "crates-io", "c alias, cargo:token, s alias, s|x, cargo:libsecret|a b alias"},
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
    registries_find(&world.config, true, &all);
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
        cmocka_unit_test(names_lead_to_an_index_and_back),
        cmocka_unit_test(many_names_cost_little),
        cmocka_unit_test(providers_are_asked_in_order),
        cmocka_unit_test(a_provider_that_others_name_is_foreign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
