#include "registry/registry.h"

#include "util/text.h"
#include "util/unicode.h"

#include <ctype.h>

#define PREFIX "CARGO_REGISTRIES_"

struct err *registry_name_check(struct arena *arena, struct str name)
{
    if (name.len == 0)
        return err_new(arena, "registry name cannot be empty");
    const char *rule = isdigit((unsigned char)name.data[0])
                           ? "the name cannot start with a digit"
                           : "the first character must be a Unicode XID start character (most "
                             "letters or `_`)";
    for (size_t at = 0, len; at < name.len; at += len) {
        uint32_t c;
        bool valid;
        len = utf8_decode(name, at, &c, &valid);
        TRY(unicode_xid(arena, c, at == 0, &valid));
        if (!valid && c != (at == 0 ? '_' : '-')) {
            return err_new(arena, "invalid character `%s` in registry name: `%s`, %s",
                           text_shown(arena, str_slice(arena, name, at, at + len)).data,
                           text_shown(arena, name).data, rule);
        }
        rule = "characters must be Unicode XID characters (numbers, `-`, `_`, or most letters)";
    }
    return NULL;
}

struct registry *registries_add(struct registries *all, struct str name)
{
    struct arena *arena = all->config->arena;
    struct registry **place = (struct registry **)map_place(arena, &all->names, name);
    if (*place)
        return *place;
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
    *place = registry;
    all->first = registry;
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
    if (one->is_crates_io != other->is_crates_io)
        return one->is_crates_io ? -1 : 1;
    return str_cmp(one->name, other->name);
}

void registries_sort(struct registries *all)
{
    struct registry **order =
        arena_new_array(all->config->arena, struct registry *, all->names.used);
    size_t count = 0;
    for (struct registry *r = all->first; r; r = r->next)
        order[count++] = r;
    qsort(order, count, sizeof(struct registry *), by_name);
    struct registry **end = &all->first;
    for (size_t i = 0; i < count; i++) {
        *end = order[i];
        end = &order[i]->next;
    }
    *end = NULL;
}

/*
 * Groups. While they are joined, `group` is the next step to the group's registry.
 */

static struct registry *group_of(struct registry *registry)
{
    while (registry->group != registry) {
        registry->group = registry->group->group; /* shortens the way for the next call */
        registry = registry->group;
    }
    return registry;
}

/* Records that this name can have this index: in some directory, or for some version of cargo. */
static void join_index(struct registries *all, struct registry *registry,
                       const struct index_url *url)
{
    struct registry **place =
        (struct registry **)map_place(all->config->arena, &all->groups, url->folded);
    if (*place)
        group_of(registry)->group = group_of(*place);
    *place = registry;
    registry->indexed = true;
}

static void finish_groups(struct registries *all)
{
    for (struct registry *r = all->first; r; r = r->next) {
        r->group = group_of(r);
        r->group->indexed |= r->indexed;
    }
}

/* Adds a name of an index to variable_names or file_names. */
static void add_name(struct registries *all, struct map *names, const struct index_url *url,
                     struct registry *registry)
{
    struct arena *arena = all->config->arena;
    struct registry **place = (struct registry **)map_place(arena, names, url->canonical);
    *place = *place ? arena_new(arena, struct registry) : registry;
}

static void add_variable(struct registries *all, const struct variable *variable)
{
    static const char *const suffixes[] = {"_INDEX", "_TOKEN", "_SECRET_KEY",
                                           "_CREDENTIAL_PROVIDER"};
    struct arena *arena = all->config->arena;
    for (size_t i = 0; i < COUNT(suffixes); i++) {
        struct str suffix = str_of(suffixes[i]);
        if (!str_starts(variable->name, STR(PREFIX)) || !str_ends(variable->name, suffix) ||
            variable->name.len <= strlen(PREFIX) + suffix.len)
            continue;
        struct str part =
            str_slice(arena, variable->name, strlen(PREFIX), variable->name.len - suffix.len);
        struct registry *registry = registries_add(all, unicode_lower(arena, part));
        struct index_url url;
        if (i == 0 && variable->valid && !index_url_parse(arena, variable->value, &url)) {
            join_index(all, registry, &url);
            add_name(all, &all->variable_names, &url, registry);
        }
        return;
    }
}

/* Joins the names to which one variable belongs. cargo looks up a token's variable by the
 * registry's name, and the index's variable by the name in lower case. */
static void join_variables(struct registries *all)
{
    const struct environment *environment = &all->config->environment;
    struct arena *arena = all->config->arena;
    struct map parts = {0}; /* the last registry that has the part */
    for (struct registry *r = environment->has_registries ? all->first : NULL; r; r = r->next) {
        struct registry **other = (struct registry **)map_place(arena, &parts, r->variable_part);
        struct str variable = str_format(arena, PREFIX "%s_INDEX", r->variable_part.data);
        if (*other && map_get(&environment->by_name, variable))
            group_of(r)->group = group_of(*other);
        *other = r;
    }
}

/* Joins the names that have this index. `is_read` means that cargo reads the layer in the working
 * directory. The first such layer decides which index the name has in files. */
static void add_index(struct registries *all, struct registry *registry,
                      const struct toml_node *index, bool is_read)
{
    bool first = is_read && !registry->in_files;
    struct index_url url;
    registry->in_files |= is_read;
    if (index->type != TOML_STRING || index_url_parse(all->config->arena, index->string, &url))
        return;
    join_index(all, registry, &url);
    if (first)
        add_name(all, &all->file_names, &url, registry);
}

static void add_layer(struct registries *all, const struct layer *layer, bool every_name)
{
    const struct toml_node *table =
        layer->doc ? toml_get(layer->doc->root, STR("registries")) : NULL;
    bool has_names = table && table->type == TOML_TABLE && (every_name || !layer->credentials);
    bool is_read = config_sees(VIEW_SETTINGS, layer);
    for (const struct toml_node *node = has_names ? table->first : NULL; node; node = node->next) {
        const struct toml_node *index = layer->credentials ? NULL : toml_get(node, STR("index"));
        struct registry *registry = index || every_name ? registries_add(all, node->key) : NULL;
        if (index)
            add_index(all, registry, index, is_read);
    }
}

static struct err *find_index(struct registries *all, struct registry *registry)
{
    struct config *config = all->config;
    struct arena *arena = config->arena;
    struct setting *setting = &registry->index_setting;
    struct key key = KEY(STR("registries"), registry->name, STR("index"));
    TRY(config_get(config, VIEW_SETTINGS, &key, TOML_STRING, setting));
    registry->undefined = !setting->value.data;
    if (registry->undefined) {
        return err_new(arena, "registry index was not found in any configuration: `%s`",
                       registry->shown.data);
    }
    struct err *err =
        index_url_resolve(arena, setting->value, setting_root(config, setting), &registry->index);
    if (err) {
        return err_wrap(arena, err, "invalid index URL for registry `%s` defined in %s",
                        registry->shown.data, setting_place(arena, setting).data);
    }
    if (registry->index.is_sparse && !str_ends(registry->index.text, STR("/"))) {
        return err_new(arena, "sparse registry url must end in a slash `/`: %s",
                       index_url_shown(arena, registry->index.text).data);
    }
    registry->has_index = true;
    join_index(all, registry, &registry->index);
    return NULL;
}

bool registry_is_crates_io(struct str index)
{
    return str_eq(index, STR(CRATES_IO_INDEX)) || str_eq(index, STR(CRATES_IO_SPARSE_INDEX));
}

/* cargo: registry_credential_config_raw_uncached, which fails if several names have the index. */
static struct registry *used_for(const struct registries *all, const struct registry *registry)
{
    struct str canonical = registry->index.canonical;
    struct registry *named = map_get(&all->variable_names, canonical);
    named = named ? named : map_get(&all->file_names, canonical);
    return named && named->name.data ? named : NULL;
}

void registry_find_index(struct registries *all, struct registry *registry)
{
    registry->failure = find_index(all, registry);
    if (registry->has_index) {
        registry->means_crates_io = registry_is_crates_io(registry->index.text);
        registry->used = registry->means_crates_io ? map_get(&all->names, STR(CRATES_IO_NAME))
                                                   : used_for(all, registry);
    }
}

static void add_crates_io(struct registries *all)
{
    struct arena *arena = all->config->arena;
    struct registry *registry = registries_add(all, STR(CRATES_IO_NAME));
    struct index_url sparse = {0};
    registry->has_index = !index_url_parse(arena, STR(CRATES_IO_INDEX), &registry->index) &&
                          !index_url_parse(arena, STR(CRATES_IO_SPARSE_INDEX), &sparse);
    registry->used = registry;
    join_index(all, registry, &registry->index);
    join_index(all, registry, &sparse);
}

void registries_find(struct config *config, bool every_name, struct registries *out)
{
    *out = (struct registries){.config = config};
    add_crates_io(out);
    for (const struct layer *layer = config->layers; layer; layer = layer->next)
        add_layer(out, layer, every_name || config->environment.has_registries);
    for (size_t i = 0; i < config->environment.count; i++)
        add_variable(out, &config->environment.variables[i]);
    join_variables(out);
    for (struct registry *r = out->first; r; r = r->next)
        if (!r->is_crates_io)
            registry_find_index(out, r);
    finish_groups(out);
    registries_sort(out);
    registries_find_providers(out);
}
