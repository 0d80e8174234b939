#include "registry/registry.h"

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
    for (size_t i = 0; i < COUNT(built_in); i++) {
        if (str_eq(program, str_of(built_in[i]))) {
            return (enum provider_kind)i;
        }
    }
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
        if (key.count == COUNT(key.parts)) {
            return false;
        }
        key.parts[key.count++] = str_copy(config->arena, part, strcspn(part, "."));
    }
    if (program->count > 1 || config_program(config, view, &key, out) || out->count == 0) {
        return false;
    }
    if (kind_of(setting->value) == PROVIDER_EXTERNAL) {
        return true;
    }
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
    struct buf identity = buf_new(arena);
    for (size_t i = 0; i < meant->count; i++) {
        words[i] = i == 0 ? setting_program(config, &meant->items[0]) : meant->items[i].value;
        buf_addf(&identity, " %zu ", words[i].len);
        buf_add(&identity, words[i]);
    }
    *out = (struct provider){
        .kind = kind_of(words[0]),
        .words = words,
        .count = meant->count,
        .identity = buf_str(&identity),
        .shown = str_format(arena, "%s%s", text_shown(arena, words[0]).data,
                            meant->count > 1 ? " \xE2\x80\xA6" : ""),
        .setting = written->items[0],
    };
    if (has_alias) {
        out->alias = alias.items[0];
    }
    out->foreign = is_foreign(&out->setting) || is_foreign(&out->alias);
}

const struct setting *provider_foreign_setting(const struct provider *provider)
{
    return is_foreign(&provider->setting) ? &provider->setting : &provider->alias;
}

/*
 * The providers of a registry.
 */

/* View 0 is the one from here. The others are without --config, from each directory above up to
 * only cargo's home; without --config, the first of them would be view 0 again. */
static struct view view_of(const struct registries *all, size_t number)
{
    size_t rank = all->has_arguments ? number - 1 : number;
    return number == 0 ? VIEW_HERE : (struct view){rank, false, false};
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
        if (words.count > 0) {
            make(config, view, &words, &providers[count++]);
        }
    }
    if (count == 0) {
        struct setting token = {.value = STR("cargo:token")};
        make(config, view, &(struct settings){&token, 1, 1}, &providers[count++]);
        providers[0].setting = (struct setting){0};
    }
    *out = (struct provider_list){providers, count, count};
    return NULL;
}

void provider_find_globals(struct registries *all)
{
    struct arena *arena = all->config->arena;
    for (const struct layer *layer = all->config->layers; layer; layer = layer->next) {
        all->has_arguments |= layer->origin == ORIGIN_CLI;
    }
    all->view_count = all->config->project_count + (all->has_arguments ? 2 : 1);
    all->globals = arena_new_array(arena, struct provider_list, all->view_count);
    all->differs = arena_new_array(arena, bool, all->view_count);
    for (const struct layer *layer = all->config->layers; layer; layer = layer->next) {
        if (layer->origin == ORIGIN_PROJECT && (layer_get(layer, &KEY(STR("registry"))) ||
                                                layer_get(layer, &KEY(STR("credential-alias"))))) {
            all->differs[layer->rank + (all->has_arguments ? 2 : 1)] = true;
        }
    }
    for (size_t i = 0; i < all->view_count; i++) {
        struct err *err = find_global(all->config, view_of(all, i), &all->globals[i]);
        all->failure = i == 0 ? err : all->failure;
    }
}

static struct err *find_in_view(struct registries *all, const struct registry *registry,
                                size_t view, struct provider_list *out)
{
    struct config *config = all->config;
    struct key key = registry_key(registry, STR("credential-provider"));
    struct settings own;
    TRY(config_program(config, view_of(all, view), &key, &own));
    *out = all->globals[view];
    if (own.count > 0) {
        struct provider *provider = arena_new(config->arena, struct provider);
        make(config, view_of(all, view), &own, provider);
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
    buf_add(&key, provider->identity);
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
    struct view settings = view_of(all, view);
    struct setting setting;
    struct index_url url;
    settings.settings_only = true;
    if (registry->is_crates_io || config_get(config, settings, &key, TOML_STRING, &setting) ||
        !setting.value.data ||
        index_url_resolve(config->arena, setting.value, setting_root(config, &setting), &url) ||
        (url.is_sparse && !str_ends(url.text, STR("/"))) ||
        (registry->has_index && str_eq(url.text, registry->index.text))) {
        return false;
    }
    *out = (struct provider){.index_url = url.text, .index_setting = setting};
    return true;
}

/* Returns true if the registry can have other providers in a view than in the one before. */
static bool differs(const struct registries *all, const struct registry *registry, size_t view)
{
    bool differs = view == 1 || all->differs[view];
    for (size_t i = 0; i < registry->rank_count && !differs; i++) {
        differs = view_of(all, view).rank == registry->ranks[i] + 1;
    }
    return differs;
}

static void add_elsewhere(struct registries *all, struct registry *registry, size_t view)
{
    struct registry *crates_io = registries_get(all, STR(CRATES_IO_NAME));
    struct registry *there = registry->means_crates_io ? crates_io : registry;
    struct provider_list list = {0};
    struct provider index = {0};
    if (other_index(all, registry, view, &index)) {
        there = registry_is_crates_io(index.index_url) ? crates_io : registry;
    }
    if (find_in_view(all, there, view, &list)) {
        return;
    }
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
    for (size_t i = 0; i < registry->providers.count; i++) {
        (void)is_new(all, registry, &registry->providers.items[i]);
    }
    for (size_t view = 1; view < all->view_count; view++) {
        if (differs(all, registry, view)) {
            add_elsewhere(all, registry, view);
        }
    }
    registry->group->takes_tokens |= provider_list_has(&registry->providers, PROVIDER_TOKEN) ||
                                     provider_list_has(&registry->elsewhere, PROVIDER_TOKEN);
}

bool provider_list_has(const struct provider_list *list, enum provider_kind kind)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind == kind) {
            return true;
        }
    }
    return false;
}

void provider_announce(const struct shell *shell, const struct provider *provider,
                       const char *action, struct str registry)
{
    if (shell->verbosity >= VERBOSITY_VERBOSE) {
        shell_status(shell, "Credential", "%s %s %s", provider->shown.data, action, registry.data);
    }
}
