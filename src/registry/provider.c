/* Finds the credential providers of a registry. */
#include "registry/registry.h"

#include "util/fs.h"
#include "util/text.h"

static enum provider_kind kind_of(struct str program)
{
    static const char *const built_in[] = {
        [PROVIDER_TOKEN] = "cargo:token",
        [PROVIDER_PASETO] = "cargo:paseto",
        [PROVIDER_TOKEN_FROM_STDOUT] = "cargo:token-from-stdout",
        [PROVIDER_WINCRED] = "cargo:wincred",
        [PROVIDER_MACOS_KEYCHAIN] = "cargo:macos-keychain",
        [PROVIDER_LIBSECRET] = "cargo:libsecret",
    };
    for (size_t i = 0; i < COUNT(built_in); i++)
        if (str_eq(program, str_of(built_in[i])))
            return (enum provider_kind)i;
    return PROVIDER_EXTERNAL;
}

/* Finds an alias. An error in [credential-alias] counts as not set. The name is split at its dots,
 * as cargo does. */
static bool find_alias(struct config *config, struct view view, const struct settings *program,
                       struct settings *out)
{
    const struct setting *setting = &program->items[0];
    struct key key = KEY(STR("credential-alias"));
    for (const char *part = setting->value.data; part; part = strchr(part, '.')) {
        part += *part == '.';
        if (key.count == COUNT(key.parts))
            return false;
        key.parts[key.count++] = str_copy(config->arena, part, strcspn(part, "."));
    }
    if (program->count > 1 || config_program(config, view, &key, out) || out->count == 0)
        return false;
    if (kind_of(setting->value) == PROVIDER_EXTERNAL)
        return true;
    if (setting->layer || setting->variable.len > 0) {
        config_warn(config, STR(""),
                    "credential-alias `%s` (defined in `%s`) will be ignored because it would "
                    "shadow a built-in credential-provider",
                    setting->value.data, setting_place(config->arena, &out->items[0]).data);
    }
    return false;
}

static bool is_foreign(const struct setting *setting)
{
    return setting->layer && setting->layer->file && setting->layer->file->foreign;
}

static void make(struct config *config, struct view view, const struct settings *written,
                 struct provider *out)
{
    struct arena *arena = config->arena;
    struct settings alias = {0};
    bool has_alias = find_alias(config, view, written, &alias);
    const struct settings *meant = has_alias ? &alias : written;
    struct str *words = arena_new_array(arena, struct str, meant->count);
    for (size_t i = 0; i < meant->count; i++)
        words[i] = meant->items[i].value;
    if (str_find(words[0], '/') >= 0) /* it is not searched for in PATH */
        words[0] = path_join(arena, setting_root(config, &meant->items[0]), words[0]);
    *out = (struct provider){
        .kind = kind_of(words[0]),
        .words = words,
        .count = meant->count,
        .shown = str_format(arena, "%s%s", text_shown(arena, words[0]).data,
                            meant->count > 1 ? " \xE2\x80\xA6" : ""),
        .setting = written->items[0],
        .foreign = is_foreign(&written->items[0]) ? &written->items[0]
                   : is_foreign(&meant->items[0]) ? &meant->items[0]
                                                  : NULL,
    };
}

/* View 0 is the one from here. The others are without --config, from here and from each directory
 * above up to only cargo's home. */
static struct view view_of(size_t number)
{
    return number == 0 ? VIEW_HERE : (struct view){number - 1, false, false};
}

/* Returns the first view that does not see the layer, or 0 if all views do. */
static size_t view_without(const struct layer *layer)
{
    return layer->origin == ORIGIN_CLI ? 1 : layer->origin == ORIGIN_PROJECT ? layer->rank + 2 : 0;
}

static struct err *find_global(struct config *config, struct view view, struct provider_list *out)
{
    struct key key = KEY(STR("registry"), STR("global-credential-providers"));
    struct settings listed;
    TRY(config_list(config, view, &key, &listed));
    struct provider *providers = arena_new_array(config->arena, struct provider, listed.count + 1);
    size_t count = 0;
    for (size_t i = listed.count; i > 0; i--) {
        struct settings words = {0};
        setting_words(config->arena, &listed.items[i - 1], &words);
        if (words.count > 0)
            make(config, view, &words, &providers[count++]);
    }
    if (count == 0) {
        struct setting token = {.value = STR("cargo:token")};
        make(config, view, &(struct settings){&token, 1, 1}, &providers[count++]);
        providers[0].setting = (struct setting){0};
    }
    *out = (struct provider_list){providers, count, count};
    return NULL;
}

void registries_find_providers(struct registries *all)
{
    struct arena *arena = all->config->arena;
    static const char *const tables[] = {"registry", "credential-alias"};
    all->view_count = all->config->project_count + 2;
    all->globals = arena_new_array(arena, struct provider_list, all->view_count);
    all->differs = arena_new_array(arena, bool, all->view_count);
    for (size_t i = 0; i < COUNT(tables); i++) {
        struct key key = KEY(str_of(tables[i]));
        struct lookup lookup = config_lookup(all->config, VIEW_HERE, &key);
        struct setting table;
        while (lookup_next(&lookup, &table))
            all->differs[view_without(table.layer)] = true;
    }
    for (size_t i = 0; i < all->view_count; i++) {
        struct err *err = find_global(all->config, view_of(i), &all->globals[i]);
        all->failure = i == 0 ? err : all->failure;
    }
}

static struct err *find_in_view(struct registries *all, const struct registry *registry,
                                size_t view, struct provider_list *out)
{
    struct config *config = all->config;
    struct key key = registry_key(registry, STR("credential-provider"));
    struct settings own;
    TRY(config_program(config, view_of(view), &key, &own));
    *out = all->globals[view];
    if (own.count > 0) {
        struct provider *provider = arena_new(config->arena, struct provider);
        make(config, view_of(view), &own, provider);
        *out = (struct provider_list){provider, 1, 1};
    }
    return NULL;
}

/* Returns true if the registry does not have this provider yet. */
static bool is_new(struct registries *all, struct registry *registry,
                   const struct provider *provider)
{
    struct buf key = buf_new(all->config->arena);
    buf_add(&key, provider->index_url);
    for (size_t i = 0; i < provider->count; i++) {
        buf_add_char(&key, '\0');
        buf_add(&key, provider->words[i]);
    }
    void **last = map_place(all->config->arena, &all->providers, buf_str(&key));
    bool is_new = *last != registry;
    *last = registry;
    return is_new;
}

/* Finds the index that the name has in a view, if it differs from the one here. */
static bool other_index(struct registries *all, const struct registry *registry, size_t view,
                        struct provider *out)
{
    struct config *config = all->config;
    struct key key = KEY(STR("registries"), registry->name, STR("index"));
    struct view settings = view_of(view);
    struct setting setting;
    struct index_url url;
    settings.settings_only = true;
    if (registry->is_crates_io || config_get(config, settings, &key, TOML_STRING, &setting) ||
        !setting.value.data ||
        index_url_resolve(config->arena, setting.value, setting_root(config, &setting), &url) ||
        (url.is_sparse && !str_ends(url.text, STR("/"))) ||
        (registry->has_index && str_eq(url.text, registry->index.text)))
        return false;
    *out = (struct provider){.index_url = url.text, .index_setting = setting};
    return true;
}

static void add_elsewhere(struct registries *all, struct registry *registry, size_t view)
{
    struct registry *crates_io = map_get(&all->names, STR(CRATES_IO_NAME));
    struct registry *there = registry->means_crates_io ? crates_io : registry;
    struct provider_list list = {0};
    struct provider index = {0};
    if (other_index(all, registry, view, &index))
        there = registry_is_crates_io(index.index_url) ? crates_io : registry;
    if (find_in_view(all, there, view, &list))
        return;
    struct provider_list *out = &registry->elsewhere;
    for (size_t i = 0; i < list.count; i++) {
        struct provider provider = list.items[i];
        provider.index_url = index.index_url;
        provider.index_setting = index.index_setting;
        if (is_new(all, registry, &provider)) {
            out->items = list_room(all->config->arena, out->items, sizeof(*out->items), out->count,
                                   &out->size);
            out->items[out->count++] = provider;
        }
    }
}

void registry_find_providers(struct registries *all, struct registry *registry)
{
    /* If several names have the index, cargo fails. This run then uses the name that was asked for.
     */
    const struct registry *here = registry->used ? registry->used : registry;
    const struct err *err = find_in_view(all, here, 0, &registry->providers);
    registry->failure = registry->failure ? registry->failure : err;
    for (size_t i = 0; i < registry->providers.count; i++)
        (void)is_new(all, registry, &registry->providers.items[i]);
    struct key key = KEY(STR("registries"), registry->name);
    struct lookup lookup = config_lookup(all->config, VIEW_SETTINGS, &key);
    struct setting table;
    bool has_table = lookup_next(&lookup, &table);
    for (size_t view = 1; view < all->view_count; view++) {
        bool differs = all->differs[view];
        while (has_table && view_without(table.layer) <= view) {
            differs |= view_without(table.layer) == view;
            has_table = lookup_next(&lookup, &table);
        }
        if (differs)
            add_elsewhere(all, registry, view);
    }
    registry->group->takes_tokens |= provider_list_has(&registry->providers, PROVIDER_TOKEN) ||
                                     provider_list_has(&registry->elsewhere, PROVIDER_TOKEN);
}

bool provider_list_has(const struct provider_list *list, enum provider_kind kind)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].kind == kind)
            return true;
    return false;
}
