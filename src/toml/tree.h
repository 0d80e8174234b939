/*
 * Builds the tree and iterates over it. A table with more than a few children has an index, so that
 * the time of a search does not depend on its size.
 */
#ifndef TOML_TREE_H
#define TOML_TREE_H

#include "toml/toml.h"

/* Returns true if the node can have children. */
static inline bool toml_is_branch(const struct toml_node *node)
{
    return node->type == TOML_ARRAY || node->type == TOML_TABLE;
}

/* Makes `child` the last child of an array. */
void toml_append(struct toml_node *array, struct toml_node *child);

/* Makes `child` the last child of a table and returns NULL. If a child already has its key, returns
 * that child and changes nothing. */
struct toml_node *toml_add(struct arena *arena, struct toml_node *table, struct toml_node *child);

/* Makes the `lines` of a new doc. */
struct toml_lines *toml_lines_new(struct arena *arena);

/* Returns true if type and value are equal. Compares arrays by their length, and tables only by
 * their type. */
bool toml_same(const struct toml_node *a, const struct toml_node *b);

/* Moves `*a` to the next node of a tree in text order, and `*b` to its counterpart in another tree:
 * by key in tables, by position in arrays, or NULL if there is none. Before the call, `*b` must not
 * be NULL, and toml_same() must be true for both. Returns false after the last node below `top`. */
bool toml_step_both(const struct toml_node *top, const struct toml_node **a,
                    const struct toml_node **b) MUST_CHECK;

#endif
