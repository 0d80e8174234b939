#include "credential/names.h"

#include "util/list.h"
#include "credential/file.h"

#define VARIABLE_PREFIX "CARGO_REGISTRIES_"

static void names_add(struct arena *arena, struct names *names, struct str name)
{
    names->names = list_room(arena, names->names, sizeof(struct str), names->count, &names->size);
    names->names[names->count++] = name;
}

static int compare(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Sorted, each once. */
static void names_sort(struct names *names)
{
    list_sort(names->names, names->count, sizeof(struct str), compare);
    size_t kept = 0;
    for (size_t i = 0; i < names->count; i++) {
        if (kept == 0 || !str_eq(names->names[i], names->names[kept - 1])) {
            names->names[kept++] = names->names[i];
        }
    }
    names->count = kept;
}

struct config_key names_table(struct arena *arena, struct str name)
{
    if (str_eq(name, STR(CRATES_IO_NAME))) {
        return config_key(arena, STR("registry"));
    }
    struct config_key registries = config_key(arena, STR("registries"));
    return config_key_push(arena, &registries, name);
}

struct err *names_known(struct context *context, struct str name, bool *known)
{
    struct config_key table = names_table(context->arena, name);
    struct config_key key = config_key_push(context->arena, &table, STR("index"));
    const struct config_string *index;
    TRY(config_string(context, &key, &index));
    *known = index != NULL;
    return NULL;
}

bool names_stored(const struct context *context, struct str name, bool everywhere)
{
    for (const struct config_file *file = context->files; file; file = file->next) {
        struct file_found found;
        file_find(file->doc, name, &found);
        if (found.count > 0 && (file->is_credentials || everywhere)) {
            return true;
        }
    }
    return false;
}

static bool has_index(struct arena *arena, struct str text, struct str canonical)
{
    struct index_url url;
    struct str other;
    return !index_url_parse(arena, text, &url) && !index_url_canonical(arena, &url, &other) &&
           str_eq(other, canonical);
}

bool names_mean_crates_io(const struct registry *registry)
{
    return str_eq(registry->index.text, STR(CRATES_IO_INDEX)) ||
           str_eq(registry->index.text, STR(CRATES_IO_HTTP_INDEX));
}

struct err *names_of_index(struct context *context, const struct registry *registry,
                           struct names *out)
{
    struct names names = {0};
    struct str canonical;
    TRY(index_url_canonical(context->arena, &registry->index, &canonical));
    if (names_mean_crates_io(registry)) {
        names_add(context->arena, &names, STR(CRATES_IO_NAME));
    }
    struct config_value root;
    struct config_value registries;
    TRY(config_root(context, &root));
    if (!config_table_get(&root, STR("registries"), &registries) ||
        registries.type != CONFIG_TABLE) {
        *out = names;
        return NULL;
    }
    for (struct config_iter it = config_iter(&registries); config_next(&it);) {
        struct config_value index;
        if (it.value.type == CONFIG_TABLE && !str_eq(it.key, registry->name) &&
            config_table_get(&it.value, STR("index"), &index) && index.type == CONFIG_STRING &&
            has_index(context->arena, index.string, canonical)) {
            names_add(context->arena, &names, it.key);
        }
    }
    names_sort(&names);
    *out = names;
    return NULL;
}

static void add_tables(struct context *context, const struct toml_doc *doc, struct names *names)
{
    const struct toml_node *registries = toml_get(doc->root, STR("registries"));
    if (!registries || registries->type != TOML_TABLE) {
        return;
    }
    for (const struct toml_node *node = registries->first; node; node = node->next) {
        names_add(context->arena, names, node->key);
    }
}

/* CARGO_REGISTRIES_MY_REG_TOKEN: of a name already known, or else `my_reg`. */
static void add_variable(struct context *context, const struct variable *variable,
                         struct names *names)
{
    static const char *const ends[] = {"_TOKEN", "_SECRET_KEY", "_INDEX"};
    struct arena *arena = context->arena;
    for (size_t i = 0; i < COUNT(ends); i++) {
        size_t around = strlen(VARIABLE_PREFIX) + strlen(ends[i]);
        if (!str_starts(variable->name, STR(VARIABLE_PREFIX)) ||
            !str_ends(variable->name, str_of(ends[i])) || variable->name.len <= around) {
            continue;
        }
        struct str part = str_slice(arena, variable->name, strlen(VARIABLE_PREFIX),
                                    variable->name.len - strlen(ends[i]));
        for (size_t n = 0; n < names->count; n++) {
            if (str_eq(environment_part(arena, names->names[n]), part)) {
                return;
            }
        }
        names_add(arena, names, str_lower(arena, part));
        return;
    }
}

void names_all(struct context *context, struct names *out)
{
    struct names names = {0};
    for (const struct config_file *file = context->files; file; file = file->next) {
        add_tables(context, file->doc, &names);
    }
    for (size_t i = 0; i < context->environment.count; i++) {
        add_variable(context, &context->environment.variables[i], &names);
    }
    names_sort(&names);
    struct names all = {0};
    names_add(context->arena, &all, STR(CRATES_IO_NAME));
    for (size_t i = 0; i < names.count; i++) {
        if (!str_eq(names.names[i], STR(CRATES_IO_NAME))) {
            names_add(context->arena, &all, names.names[i]);
        }
    }
    *out = all;
}
