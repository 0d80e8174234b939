/* Merges the keys of all layers, so that a getter searches only layers that have the key. */
#include "config/load.h"

enum { MERGE_DEPTH = 100 }; /* protects the stack; cargo's keys have at most 4 parts */

/* What a key is in one layer. */
struct merged {
    const struct layer *layer;
    const struct toml_node *node;
    struct merged *next; /* the same key in a layer of lower priority */
    struct map *keys;    /* struct merged of the keys in the tables of the list, if several layers
                            have a table; set only in the first of a list */
};

static bool have_same_shape(const struct toml_node *a, const struct toml_node *b)
{
    return (a->type == TOML_TABLE) == (b->type == TOML_TABLE) &&
           (a->type == TOML_ARRAY) == (b->type == TOML_ARRAY);
}

static struct err *contradiction(struct arena *arena, const struct merged *merged)
{
    const struct setting one = {.layer = merged->layer, .node = merged->node};
    const struct setting other = {.layer = merged->next->layer, .node = merged->next->node};
    return err_new(arena, "`%s` is of type %s in %s, but of type %s in %s",
                   key_shown(arena, &KEY(one.node->key)).data, toml_type_names[one.node->type],
                   setting_location(arena, &one).data, toml_type_names[other.node->type],
                   setting_location(arena, &other).data);
}

/* Adds a table of a layer that overrides all layers that were added before. */
static void merge(struct config *config, struct map *keys, const struct layer *layer,
                  const struct toml_node *table, int depth)
{
    const struct toml_node *node = table->type == TOML_TABLE ? table->first : NULL;
    for (; node; node = node->next) {
        struct merged **first = (struct merged **)map_place(config->arena, keys, node->key);
        struct merged *merged = arena_new(config->arena, struct merged);
        *merged = (struct merged){layer, node, *first, *first ? (*first)->keys : NULL};
        *first = merged;
        if (merged->next && !have_same_shape(node, merged->next->node) && !config->name_is_unknown)
            config_fail(config, contradiction(config->arena, merged));
        bool is_table = node->type == TOML_TABLE && depth < MERGE_DEPTH;
        if (merged->next && is_table && !merged->keys) {
            merged->keys = arena_new(config->arena, struct map);
            for (const struct merged *other = merged->next; other; other = other->next)
                merge(config, merged->keys, other->layer, other->node, depth + 1);
        }
        if (merged->keys)
            merge(config, merged->keys, layer, node, depth + 1);
    }
}

void config_merge(struct config *config, const struct layer *first, const struct layer *end)
{
    if (first != end) {
        config_merge(config, first->next, end); /* it has lower priority */
        if (config_sees(VIEW_HERE, first))
            merge(config, &config->keys, first, first->doc->root, 1);
    }
}

struct lookup config_lookup(const struct config *config, struct view view, const struct key *key)
{
    struct lookup lookup = {.key = key, .view = view};
    const struct map *keys = &config->keys;
    while (keys && lookup.depth < key->count) {
        lookup.next = map_get(keys, key->parts[lookup.depth++]);
        keys = lookup.next ? lookup.next->keys : NULL;
    }
    return lookup;
}

bool lookup_next(struct lookup *lookup, struct setting *out)
{
    const struct key *key = lookup->key;
    while (lookup->next) {
        const struct layer *layer = lookup->next->layer;
        const struct toml_node *node = lookup->next->node;
        lookup->next = lookup->next->next;
        for (size_t i = lookup->depth; node && i < key->count; i++)
            node = toml_get(node, key->parts[i]);
        if (node && config_sees(lookup->view, layer)) {
            bool is_string = node->type == TOML_STRING;
            *out = (struct setting){
                .value = is_string ? node->string : STR(""), .layer = layer, .node = node};
            return true;
        }
    }
    return false;
}

bool config_first(const struct config *config, struct view view, const struct key *key,
                  struct setting *out)
{
    struct lookup lookup = config_lookup(config, view, key);
    return lookup_next(&lookup, out);
}
