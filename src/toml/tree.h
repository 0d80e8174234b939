/*
 * Builds the tree and iterates over it. A table with more than a few children has an index, so that
 * the time of a search does not depend on its size.
 */
#ifndef TOML_TREE_H
#define TOML_TREE_H

#include "toml/toml.h"

/* Makes `child` the last child of an array. */
void toml_append(struct toml_node *array, struct toml_node *child);

/* Makes `child` the last child of a table and returns NULL. If a child already has its key, returns
 * that child and changes nothing. */
struct toml_node *toml_add(struct arena *arena, struct toml_node *table, struct toml_node *child);

/* Makes the `lines` of a new doc. */
struct toml_lines *toml_lines_new(struct arena *arena);

#endif
