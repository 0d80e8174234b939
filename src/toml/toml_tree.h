/*
 * Building and walking the tree. A table of more than a few children has an index, so that a
 * look-up is one step.
 */
#ifndef TOML_TREE_H
#define TOML_TREE_H

#include "toml/toml.h"

/* Has it children, or could it have? */
static inline bool toml_is_branch(const struct toml_node *node)
{
    return node->type == TOML_ARRAY || node->type == TOML_TABLE;
}

/* Last child of an array. */
void toml_append(struct toml_node *array, struct toml_node *child);

/* Last child of a table that has not got its key; else the child that has it, and nothing is done.
 */
struct toml_node *toml_add(struct arena *arena, struct toml_node *table, struct toml_node *child);

/* For a new doc. */
struct toml_lines *toml_lines_new(struct arena *arena);

/* Same type and value; of arrays the length, of tables nothing more. */
bool toml_same(const struct toml_node *a, const struct toml_node *b);

/* The next node of a tree in text order, and what answers to it in another tree: by key in tables,
 * by position in arrays, NULL where nothing does. `*b` must not be NULL and must be the same as
 * `*a`. False behind the last node below `top`. */
bool toml_step_both(const struct toml_node *top, const struct toml_node **a,
                    const struct toml_node **b) MUST_CHECK;

#endif
