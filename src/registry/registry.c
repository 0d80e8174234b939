#include "registry/registry.h"

#include "registry/replacement.h"
#include "util/list.h"
#include "util/map.h"
#include "util/text.h"
#include "util/unicode.h"
#include "util/utf8.h"

#define PREFIX "CARGO_REGISTRIES_"

/* The names of an index. cargo has two orders of lookup. */
struct index_names {
    struct registry *of_variables; /* the first name */
    size_t variable_count;
    struct registry *of_files;
    size_t file_count;
};

struct registry_table {
    struct map names;         /* struct registry, by name */
    struct map parts;         /* struct registry, by variable_part */
    struct map groups;        /* struct registry, by folded index */
    struct map indexes;       /* struct index_names, by canonical index */
    struct map providers;     /* the last registry that has the provider, by words and index */
    const struct view *views; /* the first is the view from here */
    size_t view_count;
    struct provider_list *globals; /* for each view */
};

/*
 * Names.
 */

static struct err *bad_character(struct arena *arena, struct str name, size_t at, size_t len,
                                 const char *reason)
{
    return err_new(arena, "invalid character `%s` in registry name: `%s`, %s",
                   text_shown(arena, str_slice(arena, name, at, at + len)).data,
                   text_shown(arena, name).data, reason);
}

struct err *registry_name_check(struct arena *arena, struct str name)
{
    if (name.len == 0) {
        return err_new(arena, "registry name cannot be empty");
    }
    for (size_t at = 0, len; at < name.len; at += len) {
        uint32_t c;
        bool valid;
        len = utf8_decode(name, at, &c, &valid);
        if (at == 0 && c >= '0' && c <= '9') {
            return bad_character(arena, name, at, len, "the name cannot start with a digit");
        }
        if (at == 0 && c != '_') {
            TRY(unicode_xid_start(arena, c, &valid));
            if (!valid) {
                return bad_character(arena, name, at, len,
                                     "the first character must be a Unicode XID start character "
                                     "(most letters or `_`)");
            }
        } else if (at > 0 && c != '-') {
            TRY(unicode_xid_continue(arena, c, &valid));
            if (!valid) {
                return bad_character(arena, name, at, len,
                                     "characters must be Unicode XID characters (numbers, `-`, "
                                     "`_`, or most letters)");
            }
        }
    }
    return NULL;
}

struct registry *registries_get(const struct registries *all, struct str name)
{
    return map_get(&all->table->names, name);
}

struct registry *registries_add(struct registries *all, struct str name)
{
    struct arena *arena = all->config->arena;
    struct registry **place = (struct registry **)map_place(arena, &all->table->names, name);
    if (*place) {
        return *place;
    }
    struct registry *registry = arena_new(arena, struct registry);
    bool crates_io = str_eq(name, STR(CRATES_IO_NAME));
    *registry = (struct registry){
        .name = name,
        .shown = text_shown(arena, name),
        .variable_part = environment_part(arena, name),
        .is_crates_io = crates_io,
        .means_crates_io = crates_io,
        .valid = !registry_name_check(arena, name),
        .next = all->first,
    };
    registry->group = registry;
    registry->group_last = registry;
    registry->group_size = 1;
    *place = registry;
    all->first = registry;
    struct registry **part =
        (struct registry **)map_place(arena, &all->table->parts, registry->variable_part);
    registry->part_first = *part ? *part : registry;
    if (*part) {
        registry->part_next = (*part)->part_next;
        (*part)->part_next = registry;
    } else {
        *part = registry;
    }
    all->count++;
    return registry;
}

struct key registry_key(const struct registry *registry, struct str last)
{
    return registry->is_crates_io ? KEY(STR("registry"), last)
                                  : KEY(STR("registries"), registry->name, last);
}

static int by_name(const void *a, const void *b)
{
    const struct registry *one = *(struct registry *const *)a;
    const struct registry *other = *(struct registry *const *)b;
    if (one->is_crates_io != other->is_crates_io) {
        return one->is_crates_io ? -1 : 1;
    }
    return str_cmp(one->name, other->name);
}

void registries_sort(struct registries *all)
{
    struct registry **order = arena_new_array(all->config->arena, struct registry *, all->count);
    size_t count = 0;
    for (struct registry *r = all->first; r; r = r->next) {
        order[count++] = r;
    }
    list_sort(order, count, sizeof(struct registry *), by_name);
    struct registry **end = &all->first;
    for (size_t i = 0; i < count; i++) {
        *end = order[i];
        end = &order[i]->next;
    }
    *end = NULL;
}

/*
 * Groups.
 */

static void join(struct registry *a, struct registry *b)
{
    if (a->group == b->group) {
        return;
    }
    bool larger = a->group->group_size >= b->group->group_size; /* else quadratic time */
    struct registry *into = larger ? a->group : b->group;
    struct registry *from = larger ? b->group : a->group;
    into->group_size += from->group_size;
    into->group_last->group_next = from;
    into->group_last = from->group_last;
    for (struct registry *r = from; r; r = r->group_next) {
        r->group = into;
    }
}

/* Records that this name can have this index: in some directory, or for some version of cargo. */
static void join_index(struct registries *all, struct registry *registry,
                       const struct index_url *url)
{
    struct arena *arena = all->config->arena;
    struct str folded;
    if (index_url_folded(arena, url, &folded)) {
        return;
    }
    registry->indexed = true;
    struct registry **place = (struct registry **)map_place(arena, &all->table->groups, folded);
    if (*place) {
        join(*place, registry);
    } else {
        *place = registry;
    }
}

/* Returns the names of an index, or NULL if the URL cannot be one. */
static struct index_names *names_of(struct registries *all, const struct index_url *url)
{
    struct arena *arena = all->config->arena;
    struct str canonical;
    if (index_url_canonical(arena, url, &canonical)) {
        return NULL;
    }
    struct index_names **place =
        (struct index_names **)map_place(arena, &all->table->indexes, canonical);
    if (!*place) {
        *place = arena_new(arena, struct index_names);
    }
    return *place;
}

/*
 * Finding all registries.
 */

static void add_variable(struct registries *all, const struct variable *variable)
{
    static const char *const suffixes[] = {"_INDEX", "_TOKEN", "_SECRET_KEY",
                                           "_CREDENTIAL_PROVIDER"};
    struct arena *arena = all->config->arena;
    for (size_t i = 0; i < COUNT(suffixes); i++) {
        struct str suffix = str_of(suffixes[i]);
        if (!str_starts(variable->name, STR(PREFIX)) || !str_ends(variable->name, suffix) ||
            variable->name.len <= strlen(PREFIX) + suffix.len) {
            continue;
        }
        struct str part =
            str_slice(arena, variable->name, strlen(PREFIX), variable->name.len - suffix.len);
        struct registry *registry = registries_add(all, str_lower(arena, part));
        struct index_url url;
        if (i == 0 && variable->valid && !index_url_parse(arena, variable->value, &url)) {
            struct index_names *names = names_of(all, &url);
            join_index(all, registry, &url);
            if (names && names->variable_count++ == 0) {
                names->of_variables = registry;
            }
        }
        return;
    }
}

/* Joins the names to which one variable belongs. cargo looks up a token's variable by the
 * registry's name, and the index's variable by the name in lower case. */
static void join_variables(struct registries *all)
{
    struct arena *arena = all->config->arena;
    if (!all->config->environment.has_registries) {
        return;
    }
    for (struct registry *r = all->first; r; r = r->next) {
        struct str variable = str_format(arena, PREFIX "%s_INDEX", r->variable_part.data);
        if (r != r->part_first && environment_get(&all->config->environment, variable)) {
            join(r->part_first, r);
        }
    }
}

static void add_layer(struct registries *all, const struct layer *layer, struct map *seen)
{
    struct arena *arena = all->config->arena;
    const struct toml_node *table = layer_get(layer, &KEY(STR("registries")));
    const struct toml_node *node = table && table->type == TOML_TABLE ? table->first : NULL;
    for (; node; node = node->next) {
        struct registry *registry = registries_add(all, node->key);
        const struct toml_node *index = toml_get(node, STR("index"));
        if (!index || index->type != TOML_STRING || layer->credentials) {
            continue;
        }
        struct index_url url;
        bool valid = !index_url_parse(arena, index->string, &url);
        if (valid) {
            join_index(all, registry, &url);
        }
        void **place = map_place(arena, seen, registry->name);
        if (!*place && config_sees(VIEW_HERE, layer)) {
            struct index_names *names = valid ? names_of(all, &url) : NULL;
            *place = registry;
            if (names && names->file_count++ == 0) {
                names->of_files = registry;
            }
        }
    }
}

static struct err *find_index(struct registries *all, struct registry *registry)
{
    struct config *config = all->config;
    struct arena *arena = config->arena;
    struct key key = KEY(STR("registries"), registry->name, STR("index"));
    bool set = false;
    TRY(config_string(config, VIEW_SETTINGS, &key, &set, &registry->index_setting));
    registry->undefined = !set;
    if (!set) {
        return err_new(arena, "registry index was not found in any configuration: `%s`",
                       registry->shown.data);
    }
    struct str root = setting_root(config, &registry->index_setting);
    struct err *err =
        index_url_resolve(arena, registry->index_setting.value, root, &registry->index);
    if (err) {
        return err_wrap(arena, err, "invalid index URL for registry `%s` defined in %s",
                        registry->shown.data, setting_place(arena, &registry->index_setting).data);
    }
    TRY(index_url_canonical(arena, &registry->index, &registry->canonical));
    if (index_url_is_sparse(&registry->index) && !str_ends(registry->index.text, STR("/"))) {
        return err_new(arena, "sparse registry url must end in a slash `/`: %s",
                       index_url_shown(arena, registry->index.text).data);
    }
    registry->has_index = true;
    join_index(all, registry, &registry->index);
    return NULL;
}

static void find_crates_io(struct registries *all)
{
    struct arena *arena = all->config->arena;
    struct registry *registry = registries_add(all, STR(CRATES_IO_NAME));
    struct index_url sparse;
    struct err *err = index_url_parse(arena, STR(CRATES_IO_INDEX), &registry->index);
    err = err ? err : index_url_parse(arena, STR(CRATES_IO_SPARSE_INDEX), &sparse);
    err = err ? err : index_url_canonical(arena, &registry->index, &registry->canonical);
    assert(!err); /* the URL is a constant */
    registry->has_index = true;
    registry->used = registry;
    join_index(all, registry, &registry->index);
    join_index(all, registry, &sparse);
}

/* cargo: SourceId::is_crates_io. */
static bool is_index_of_crates_io(struct str text)
{
    return str_eq(text, STR(CRATES_IO_INDEX)) || str_eq(text, STR(CRATES_IO_SPARSE_INDEX));
}

/* cargo: registry_credential_config_raw_uncached, which fails if several names have the index. */
static struct registry *used_for(const struct registries *all, const struct registry *registry)
{
    const struct index_names *names = map_get(&all->table->indexes, registry->canonical);
    if (!names) {
        return NULL;
    }
    if (names->variable_count > 0) {
        return names->variable_count == 1 ? names->of_variables : NULL;
    }
    return names->file_count == 1 ? names->of_files : NULL;
}

static void find_indexes(struct registries *all)
{
    struct registry *crates_io = registries_get(all, STR(CRATES_IO_NAME));
    for (struct registry *r = all->first; r; r = r->next) {
        if (r->is_crates_io) {
            continue;
        }
        r->failure = find_index(all, r);
        r->means_crates_io = r->has_index && is_index_of_crates_io(r->index.text);
        if (r->has_index) {
            r->used = r->means_crates_io ? crates_io : used_for(all, r);
        }
    }
}

/* Finds the views: from here, from here without --config, and from each directory above, up to only
 * cargo's home. */
static void find_views(struct registries *all)
{
    struct config *config = all->config;
    struct registry_table *table = all->table;
    struct view *views = arena_new_array(config->arena, struct view, config->project_count + 2);
    bool has_arguments = false;
    for (const struct layer *layer = config->layers; layer; layer = layer->next) {
        has_arguments |= layer->origin == ORIGIN_CLI;
    }
    views[table->view_count++] = VIEW_HERE;
    for (size_t rank = has_arguments ? 0 : 1; rank <= config->project_count; rank++) {
        views[table->view_count++] = (struct view){rank, false, false};
    }
    table->views = views;
    table->globals = arena_new_array(config->arena, struct provider_list, table->view_count);
    for (size_t i = 0; i < table->view_count; i++) {
        struct err *err = provider_list_global(config, views[i], &table->globals[i]);
        all->failure = i == 0 ? err : all->failure;
    }
}

void registries_find(struct config *config, struct registries *out)
{
    struct registries all = {.config = config};
    all.table = arena_new(config->arena, struct registry_table);
    struct map seen = {0};
    find_crates_io(&all);
    for (const struct layer *layer = config->layers; layer; layer = layer->next) {
        add_layer(&all, layer, &seen);
    }
    for (size_t i = 0; i < config->environment.count; i++) {
        add_variable(&all, &config->environment.variables[i]);
    }
    join_variables(&all);
    find_indexes(&all);
    find_views(&all);
    registries_sort(&all);
    *out = all;
}

/*
 * Providers.
 */

static struct err *providers_in(struct registries *all, const struct registry *registry,
                                size_t view, struct provider_list *out)
{
    bool set = false;
    if (registry) {
        struct key key = registry_key(registry, STR("credential-provider"));
        TRY(provider_list_own(all->config, all->table->views[view], &key, &set, out));
    }
    if (!set) {
        *out = all->table->globals[view];
    }
    return NULL;
}

/* Returns true if the registry does not have this provider yet. */
static bool is_new(struct registries *all, struct registry *registry,
                   const struct provider *provider)
{
    struct arena *arena = all->config->arena;
    struct str key = provider->identity;
    if (provider->index_url.len > 0) {
        struct buf buf = buf_new(arena);
        buf_add(&buf, provider->index_url);
        buf_add_char(&buf, '\0');
        buf_add(&buf, key);
        key = buf_str(&buf);
    }
    void **last = map_place(arena, &all->table->providers, key);
    bool new = *last != registry;
    *last = registry;
    return new;
}

static void add_elsewhere(struct registries *all, struct registry *registry,
                          const struct provider_list *list, const struct provider *index,
                          struct provider **items, size_t *size)
{
    for (size_t i = 0; i < list->count; i++) {
        struct provider provider = list->items[i];
        provider.index_url = index->index_url;
        provider.index_setting = index->index_setting;
        if (is_new(all, registry, &provider)) {
            *items = list_room(all->config->arena, *items, sizeof(**items),
                               registry->elsewhere.count, size);
            (*items)[registry->elsewhere.count++] = provider;
            registry->elsewhere.items = *items;
        }
    }
}

/* Finds the index that the name has in a view, if it differs from the one here. */
static bool other_index(struct registries *all, const struct registry *registry, size_t view,
                        struct provider *out)
{
    struct config *config = all->config;
    struct key key = KEY(STR("registries"), registry->name, STR("index"));
    struct setting setting;
    struct index_url url;
    bool set = false;
    if (registry->is_crates_io ||
        config_string(config, all->table->views[view], &key, &set, &setting) || !set ||
        index_url_resolve(config->arena, setting.value, setting_root(config, &setting), &url) ||
        (registry->has_index && str_eq(url.text, registry->index.text))) {
        return false;
    }
    *out = (struct provider){.index_url = url.text, .index_setting = setting};
    return true;
}

void registry_find_providers(struct registries *all, struct registry *registry)
{
    struct registry *crates_io = registries_get(all, STR(CRATES_IO_NAME));
    struct registry *own = registry->means_crates_io ? crates_io : registry;
    /* If several names have the index, cargo fails. This run then uses the name that was asked for.
     */
    const struct registry *here = registry->used ? registry->used : own;
    struct err *err = providers_in(all, here, 0, &registry->providers);
    if (err && !registry->failure) {
        registry->failure = err;
    }
    for (size_t i = 0; i < registry->providers.count; i++) {
        (void)is_new(all, registry, &registry->providers.items[i]);
    }
    size_t size = 0;
    struct provider *items = NULL;
    for (size_t view = 0; view < all->table->view_count; view++) {
        struct provider_list list = {0};
        struct provider index = {0};
        const struct registry *there = own;
        if (view > 0 && other_index(all, registry, view, &index)) {
            there = is_index_of_crates_io(index.index_url) ? crates_io : registry;
        }
        if (!providers_in(all, there, view, &list)) {
            add_elsewhere(all, registry, &list, &index, &items, &size);
        }
    }
    registry->group->takes_tokens |= provider_list_has(&registry->providers, PROVIDER_TOKEN) ||
                                     provider_list_has(&registry->elsewhere, PROVIDER_TOKEN);
}

/*
 * Choosing the registry of a run without --all.
 */

/* Checks the settings that cargo rejects for every registry. */
static struct err *check_crates_io(struct config *config)
{
    struct setting setting;
    bool set = false;
    struct key index = KEY(STR("registry"), STR("index"));
    TRY(config_string(config, VIEW_SETTINGS, &index, &set, &setting));
    if (set) {
        return err_new(config->arena,
                       "the `registry.index` config value is no longer supported\n"
                       "Use `[source]` replacement to alter the default index for crates.io.");
    }
    struct key protocol = KEY(STR("registries"), STR(CRATES_IO_NAME), STR("protocol"));
    TRY(config_string(config, VIEW_SETTINGS, &protocol, &set, &setting));
    if (set && !str_eq(setting.value, STR("sparse")) && !str_eq(setting.value, STR("git"))) {
        return err_new(config->arena, "unsupported registry protocol `%s` (defined in %s)",
                       text_shown(config->arena, setting.value).data,
                       setting_place(config->arena, &setting).data);
    }
    return NULL;
}

struct err *registry_choose(struct registries *all, const struct str *asked, struct registry **out)
{
    struct config *config = all->config;
    struct str name = STR(CRATES_IO_NAME);
    bool named = asked != NULL;
    if (asked) {
        name = *asked;
    } else {
        struct setting setting;
        struct key key = KEY(STR("registry"), STR("default"));
        TRY(config_string(config, VIEW_SETTINGS, &key, &named, &setting));
        name = named ? setting.value : name;
    }
    const struct err *err = registry_name_check(config->arena, name);
    struct registry *registry = registries_add(all, name);
    if (!registry->has_index && !registry->failure) {
        registry->failure = find_index(all, registry); /* no file and no variable has the name */
    }
    if (err) {
        registry->failure = err;
    }
    err = check_crates_io(config);
    if (err && !registry->failure) {
        registry->failure = err;
    }
    if (!named) {
        TRY(replacement_check(all));
    }
    *out = registry;
    return NULL;
}

/*
 * cargo's warnings.
 */

static void warn_ignored(const struct registries *all, const struct registry *registry,
                         const struct registry *used, const char *what, const char *reason)
{
    struct config *config = all->config;
    struct key key = registry_key(used, str_of(what));
    struct setting setting;
    bool set = false;
    if (!config_string(config, VIEW_HERE, &key, &set, &setting) && set) {
        config_warn(config, STR(""),
                    "registry `%s` has a %s configured in %s that will be ignored because %s",
                    registry->shown.data, what, setting_place(config->arena, &setting).data,
                    reason);
    }
}

/* cargo: credential_provider. */
static void warn_of_credentials(const struct registries *all, const struct registry *registry,
                                const struct registry *used)
{
    const struct provider_list *list = &registry->providers;
    bool own = list->items != all->table->globals[0].items;
    if (own) {
        struct str reason = str_format(
            all->config->arena, "this registry is configured to use credential-provider `%s`",
            text_shown(all->config->arena, list->items[0].words[0]).data);
        if (list->items[0].kind != PROVIDER_TOKEN) {
            warn_ignored(all, registry, used, "token", reason.data);
        }
        if (list->items[0].kind != PROVIDER_PASETO) {
            warn_ignored(all, registry, used, "secret-key", reason.data);
        }
    } else if (!provider_list_has(list, PROVIDER_TOKEN)) {
        warn_ignored(all, registry, used, "token",
                     "the `cargo:token` credential provider is not listed in "
                     "`registry.global-credential-providers`");
    }
}

void registry_warn(const struct registries *all, const struct registry *registry)
{
    static const char *const of_crates_io[] = {
        "index",
        "token",
        "default",
        "credential-provider",
        "secret-key",
        "global-credential-providers",
        "secret-key-subject",
        "min-publish-age",
        "global-min-publish-age",
        NULL,
    };
    static const char *const of_others[] = {
        "index",
        "token",
        "credential-provider",
        "secret-key",
        "secret-key-subject",
        "protocol",
        "min-publish-age",
        NULL,
    };
    const struct registry *used = registry->used;
    if (!used || registry->providers.count == 0) {
        return;
    }
    if (used != registry && !registry->means_crates_io) {
        shell_note(all->config->shell, "name of alternative registry `%s` set to `%s`",
                   index_url_shown(all->config->arena, registry->index.text).data,
                   used->shown.data);
    }
    struct key table =
        used->is_crates_io ? KEY(STR("registry")) : KEY(STR("registries"), used->name);
    config_warn_unused(all->config, &table, used->is_crates_io ? of_crates_io : of_others);
    warn_of_credentials(all, registry, used);
}
