#include "config/config_layer.h"

/* The key that is being merged, from the innermost part outwards. */
struct path {
    struct str part;
    const struct path *above;
};

struct merge {
    struct arena *arena;
    bool force;
};

enum { PROGRAM_PARTS = 3 };

bool config_is_program_list(const struct str *parts, size_t count)
{
    static const char *const patterns[][PROGRAM_PARTS] = {
        {"credential-alias", "*"},
        {"doc", "browser"},
        {"host", "runner"},
        {"registries", "*", "credential-provider"},
        {"registry", "credential-provider"},
        {"target", "*", "runner"},
    };
    for (size_t i = 0; i < COUNT(patterns); i++) {
        size_t at = 0;
        while (at < PROGRAM_PARTS && at < count && patterns[i][at] &&
               (*patterns[i][at] == '*' || str_eq(str_of(patterns[i][at]), parts[at]))) {
            at++;
        }
        if (at == count && (at == PROGRAM_PARTS || !patterns[i][at])) {
            return true;
        }
    }
    return false;
}

static bool is_program_list(const struct path *path)
{
    struct str parts[PROGRAM_PARTS];
    size_t count = 0;
    for (const struct path *p = path; p; p = p->above) {
        count++;
    }
    if (count > PROGRAM_PARTS) {
        return false;
    }
    size_t at = count;
    for (const struct path *p = path; p; p = p->above) {
        parts[--at] = p->part;
    }
    return config_is_program_list(parts, count);
}

void config_sort(struct arena *arena, struct config_value *values, size_t count)
{
    struct config_value *sorted = arena_new_array(arena, struct config_value, count);
    size_t at = 0;
    for (enum definition_kind kind = DEFINITION_FILE; kind <= DEFINITION_CLI; kind++) {
        for (size_t i = 0; i < count; i++) {
            if (values[i].definition->kind == kind) {
                sorted[at++] = values[i];
            }
        }
    }
    memcpy(values, sorted, count * sizeof(*values));
}

static size_t list_length(const struct config_value *list)
{
    return list->merged ? list->merged->count : list->node->count;
}

/* Appends the list's elements; returns how many there are then. */
static size_t append(struct config_value *values, size_t count, const struct config_value *list)
{
    for (struct config_iter iter = config_iter(list); config_next(&iter);) {
        values[count++] = iter.value;
    }
    return count;
}

/* The definition stays the old list's, whoever gave the elements. */
static struct config_value merge_lists(const struct merge *merge, const struct config_value *old,
                                       const struct config_value *from, const struct path *path)
{
    size_t length = list_length(old) + list_length(from);
    struct config_value *values = arena_new_array(merge->arena, struct config_value, length);
    size_t count = 0;
    if (is_program_list(path)) {
        count = append(values, count, merge->force ? from : old);
    } else {
        count = append(values, count, merge->force ? old : from);
        count = append(values, count, merge->force ? from : old);
    }
    config_sort(merge->arena, values, count);
    struct config_merged *merged = arena_new(merge->arena, struct config_merged);
    merged->parts = values;
    merged->count = count;
    struct config_value result = *old;
    result.merged = merged;
    return result;
}

static struct err *merge_values(const struct merge *merge, const struct config_value *old,
                                const struct config_value *from, const struct path *path,
                                struct config_value *out);

static size_t plain_count(const struct config_value *table)
{
    return table->merged ? table->merged->count : 1;
}

static const struct config_value *plain_parts(const struct config_value *table)
{
    return table->merged ? table->merged->parts : table;
}

static size_t child_count(const struct config_value *table)
{
    size_t sum = table->merged ? table->merged->used : 0;
    for (size_t i = 0; i < plain_count(table); i++) {
        const struct toml_node *node = plain_parts(table)[i].node;
        sum += node ? node->count : 0;
    }
    return sum;
}

static void put_entries(struct arena *arena, struct config_merged *merged,
                        const struct config_value *table)
{
    size_t capacity = table->merged ? table->merged->capacity : 0;
    for (size_t i = 0; i < capacity; i++) {
        const struct config_entry *entry = &table->merged->entries[i];
        if (entry->key.data) {
            config_entries_put(arena, merged, entry->key, &entry->value);
        }
    }
}

/* The two laid on each other, without a look at the keys that both have. */
static struct config_merged *lay(struct arena *arena, const struct config_value *old,
                                 const struct config_value *from)
{
    struct config_merged *merged = arena_new(arena, struct config_merged);
    size_t old_count = plain_count(old);
    merged->count = old_count + plain_count(from);
    struct config_value *parts = arena_new_array(arena, struct config_value, merged->count);
    memcpy(parts, plain_parts(old), old_count * sizeof(*parts));
    memcpy(parts + old_count, plain_parts(from), plain_count(from) * sizeof(*parts));
    merged->parts = parts;
    put_entries(arena, merged, from);
    put_entries(arena, merged, old);
    return merged;
}

static struct err *merge_child(const struct merge *merge, const struct config_value *old,
                               const struct config_value *from, struct str key,
                               const struct path *path, struct config_value *out)
{
    struct err *err = merge_values(merge, old, from, &(struct path){key, path}, out);
    if (!err) {
        return NULL;
    }
    struct str old_place = definition_display(merge->arena, old->definition);
    struct str new_place = definition_display(merge->arena, from->definition);
    return err_wrap(merge->arena, err, "failed to merge key `%.*s` between %.*s and %.*s",
                    STR_ARG(key), STR_ARG(old_place), STR_ARG(new_place));
}

/* Only the keys of the smaller table are looked at. */
static struct err *merge_tables(const struct merge *merge, const struct config_value *old,
                                const struct config_value *from, const struct path *path,
                                struct config_value *out)
{
    struct config_merged *merged = lay(merge->arena, old, from);
    bool old_is_smaller = child_count(old) < child_count(from);
    const struct config_value *large = old_is_smaller ? from : old;
    struct config_iter iter = config_iter(old_is_smaller ? old : from);
    while (config_next(&iter)) {
        struct config_value other;
        if (!config_table_get(large, iter.key, &other)) {
            continue;
        }
        const struct config_value *old_child = old_is_smaller ? &iter.value : &other;
        const struct config_value *new_child = old_is_smaller ? &other : &iter.value;
        struct config_value child;
        TRY(merge_child(merge, old_child, new_child, iter.key, path, &child));
        config_entries_put(merge->arena, merged, iter.key, &child);
    }
    *out = *old;
    out->merged = merged;
    return NULL;
}

static bool is_container(const struct config_value *value)
{
    return value->type == CONFIG_TABLE || value->type == CONFIG_LIST;
}

static struct err *merge_values(const struct merge *merge, const struct config_value *old,
                                const struct config_value *from, const struct path *path,
                                struct config_value *out)
{
    if (old->type == CONFIG_LIST && from->type == CONFIG_LIST) {
        *out = merge_lists(merge, old, from, path);
        return NULL;
    }
    if (old->type == CONFIG_TABLE && from->type == CONFIG_TABLE) {
        return merge_tables(merge, old, from, path, out);
    }
    if (is_container(old) || is_container(from)) {
        struct str from_place = definition_display(merge->arena, from->definition);
        struct str old_place = definition_display(merge->arena, old->definition);
        return err_new(merge->arena,
                       "failed to merge config value from `%.*s` into `%.*s`: expected %s, but "
                       "found %s",
                       STR_ARG(from_place), STR_ARG(old_place), config_type_name(old->type),
                       config_type_name(from->type));
    }
    *out = merge->force ? *from : *old;
    return NULL;
}

struct err *config_merge(struct arena *arena, const struct config_value *old,
                         const struct config_value *from, bool force, struct config_value *out)
{
    return merge_values(&(struct merge){arena, force}, old, from, NULL, out);
}

struct err *config_overlay(struct arena *arena, const struct config_value *base,
                           const struct config_value *over, struct config_value *out)
{
    struct merge merge = {arena, true};
    struct config_merged *merged = lay(arena, over, base);
    for (struct config_iter iter = config_iter(over); config_next(&iter);) {
        struct config_value below;
        struct config_value child = iter.value;
        bool old_token = str_eq(iter.key, STR("token")); /* stands in [registry] by now */
        if (!old_token && config_table_get(base, iter.key, &below)) {
            TRY(merge_values(&merge, &below, &iter.value, NULL, &child));
        }
        config_entries_put(arena, merged, iter.key, &child);
    }
    *out = *over;
    out->merged = merged;
    return NULL;
}

struct config_value config_table_with(struct arena *arena, const struct config_value *table,
                                      struct str key, const struct config_value *value)
{
    struct config_merged *merged = arena_new(arena, struct config_merged);
    merged->count = plain_count(table);
    struct config_value *parts = arena_new_array(arena, struct config_value, merged->count);
    memcpy(parts, plain_parts(table), merged->count * sizeof(*parts));
    merged->parts = parts;
    put_entries(arena, merged, table);
    config_entries_put(arena, merged, key, value);
    struct config_value result = *table;
    result.merged = merged;
    return result;
}
