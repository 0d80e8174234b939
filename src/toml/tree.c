#include "toml/parse.h"

#include "util/map.h"

/* Tables up to this size have no index. */
#define LARGEST_WITHOUT_INDEX 8

void toml_append(struct toml_node *parent, struct toml_node *child)
{
    child->parent = parent;
    child->next = NULL;
    if (parent->last) {
        parent->last->next = child;
    } else {
        parent->first = child;
    }
    parent->last = child;
    parent->count++;
}

static struct map *index_new(struct arena *arena, const struct toml_node *table)
{
    struct map *index = arena_new(arena, struct map);
    for (struct toml_node *child = table->first; child; child = child->next) {
        *map_place(arena, index, child->key) = child;
    }
    return index;
}

bool toml_add(struct arena *arena, struct toml_node *table, struct toml_node *child)
{
    if (toml_get(table, child->key)) {
        return false;
    }
    toml_append(table, child);
    if (table->index) {
        *map_place(arena, table->index, child->key) = child;
    } else if (table->count > LARGEST_WITHOUT_INDEX) {
        table->index = index_new(arena, table);
    }
    return true;
}

struct toml_node *toml_get(const struct toml_node *table, struct str key)
{
    if (table->type != TOML_TABLE) {
        return NULL;
    }
    if (table->index) {
        return map_get(table->index, key);
    }
    struct toml_node *child = table->first;
    while (child && !str_eq(child->key, key)) {
        child = child->next;
    }
    return child;
}
