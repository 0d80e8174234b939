/*
 * Builds and walks the tree. A table with more than a few children has an index, so that the time
 * of a search does not grow with the table.
 */
#ifndef TOML_TREE_H
#define TOML_TREE_H

#include "toml/toml.h"

/* Whether it can have children. */
static inline bool toml_is_branch(const struct toml_node *node)
{
    return node->type == TOML_ARRAY || node->type == TOML_TABLE;
}

/* Makes `child` the last child of an array. */
void toml_append(struct toml_node *array, struct toml_node *child);

/* Makes `child` the last child of a table and returns NULL; or returns the child that has its key
 * already, and changes nothing. */
struct toml_node *toml_add(struct arena *arena, struct toml_node *table, struct toml_node *child);

/* For a new doc. */
struct toml_lines *toml_lines_new(struct arena *arena);

/* Same type and value; arrays by their length, tables by their type alone. */
bool toml_same(const struct toml_node *a, const struct toml_node *b);

/* Steps to the next node of a tree in text order, and to its counterpart in another tree: by key in
 * tables, by position in arrays, NULL if there is none. Before, `*b` must not be NULL, and
 * toml_same as `*a`. False behind the last node below `top`. */
bool toml_step_both(const struct toml_node *top, const struct toml_node **a,
                    const struct toml_node **b) MUST_CHECK;

#endif
