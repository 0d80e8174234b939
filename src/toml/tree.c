#include "toml/parse.h"

#include "util/map.h"

const char *const toml_type_names[] = {
    [TOML_STRING] = "string",   [TOML_INTEGER] = "integer",
    [TOML_BOOLEAN] = "boolean", [TOML_UNSUPPORTED] = "number or date",
    [TOML_ARRAY] = "array",     [TOML_TABLE] = "table",
};

/* Tables up to this size have no index. */
#define LARGEST_WITHOUT_INDEX 8

void toml_append(struct toml_node *parent, struct toml_node *child)
{
    child->parent = parent;
    child->next = NULL;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->count++;
}

static struct map *index_new(struct arena *arena, const struct toml_node *table)
{
    struct map *index = arena_new(arena, struct map);
    for (struct toml_node *child = table->first; child; child = child->next)
        *map_place(arena, index, child->key) = child;
    return index;
}

struct toml_node *toml_child(struct arena *arena, struct toml_node *table, struct str key,
                             bool *is_new)
{
    struct toml_node **place =
        table->index ? (struct toml_node **)map_place(arena, table->index, key) : NULL;
    struct toml_node *child = place ? *place : toml_get(table, key);
    *is_new = !child;
    if (child)
        return child;
    child = arena_new(arena, struct toml_node);
    child->key = key;
    toml_append(table, child);
    if (place)
        *place = child;
    else if (table->count > LARGEST_WITHOUT_INDEX)
        table->index = index_new(arena, table);
    return child;
}

struct toml_node *toml_get(const struct toml_node *table, struct str key)
{
    if (table->type != TOML_TABLE)
        return NULL;
    if (table->index)
        return map_get(table->index, key);
    struct toml_node *child = table->first;
    while (child && !str_eq(child->key, key))
        child = child->next;
    return child;
}
