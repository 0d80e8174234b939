/* Finds keys that are a table or a list in one file and something else in another. */
#include "config/load.h"

/* Values of the same key in several layers, nearest first. */
struct same_key {
    const struct toml_node **nodes;
    const struct layer **layers;
    size_t count;
};

static const char *shape_of(const struct toml_node *node)
{
    return node->type == TOML_TABLE ? "table" : node->type == TOML_ARRAY ? "array" : "value";
}

static struct err *conflict(struct config *config, const struct toml_node *a,
                            const struct layer *of_a, const struct toml_node *b,
                            const struct layer *of_b)
{
    struct arena *arena = config->arena;
    const struct setting near = {.layer = of_a, .node = a};
    const struct setting far = {.layer = of_b, .node = b};
    return err_new(arena, "`%s` is of type %s in %s, but of type %s in %s",
                   key_shown(arena, &KEY(b->key)).data, config_type_name(a),
                   setting_location(arena, &near).data, config_type_name(b),
                   setting_location(arena, &far).data);
}

static struct err *check(struct config *config, const struct same_key *tables);

/* Checks the key of `child`. The table at `from` is the first that has it. */
static struct err *check_key(struct config *config, const struct same_key *tables, size_t from,
                             const struct toml_node *child)
{
    struct arena *arena = config->arena;
    struct same_key below = {
        arena_new_array(arena, const struct toml_node *, tables->count),
        arena_new_array(arena, const struct layer *, tables->count),
        0,
    };
    for (size_t i = from; i < tables->count; i++) {
        const struct toml_node *node = i == from ? child : toml_get(tables->nodes[i], child->key);
        if (!node) {
            continue;
        }
        if (shape_of(node) != shape_of(child)) {
            return conflict(config, child, tables->layers[from], node, tables->layers[i]);
        }
        below.nodes[below.count] = node;
        below.layers[below.count++] = tables->layers[i];
    }
    return child->type == TOML_TABLE && below.count > 1 ? check(config, &below) : NULL;
}

/* Returns the index of the first table before `end` that has the key, or `end`. */
static size_t first_with(const struct same_key *tables, size_t end, struct str key)
{
    size_t i = 0;
    while (i < end && !toml_get(tables->nodes[i], key)) {
        i++;
    }
    return i;
}

/* Checks each key where it occurs the second time, so that a key of only one file costs one lookup.
 */
static struct err *check(struct config *config, const struct same_key *tables)
{
    for (size_t i = 1; i < tables->count; i++) {
        for (const struct toml_node *child = tables->nodes[i]->first; child; child = child->next) {
            size_t first = first_with(tables, i, child->key);
            bool is_second = first < i;
            for (size_t k = first + 1; is_second && k < i; k++) {
                is_second = !toml_get(tables->nodes[k], child->key);
            }
            const struct toml_node *same =
                is_second ? toml_get(tables->nodes[first], child->key) : NULL;
            if (same) {
                TRY(check_key(config, tables, first, same));
            }
        }
    }
    return NULL;
}

const struct err *config_check_types(struct config *config)
{
    size_t count = 0;
    for (const struct layer *layer = config->layers; layer; layer = layer->next) {
        count += config_sees(VIEW_HERE, layer);
    }
    struct same_key roots = {
        arena_new_array(config->arena, const struct toml_node *, count),
        arena_new_array(config->arena, const struct layer *, count),
        0,
    };
    for (const struct layer *layer = config->layers; layer; layer = layer->next) {
        if (config_sees(VIEW_HERE, layer)) {
            roots.nodes[roots.count] = layer->doc->root;
            roots.layers[roots.count++] = layer;
        }
    }
    return check(config, &roots);
}
