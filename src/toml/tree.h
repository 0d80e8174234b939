/* Builds the tree. A table with more than a few children has an index, so that the time of a search
 * does not depend on its size. */
#ifndef TOML_TREE_H
#define TOML_TREE_H

#include "toml/toml.h"

/* Makes `child` the last child, without a search for its key. */
void toml_append(struct toml_node *parent, struct toml_node *child);

/* Makes `child` the last child of a table and returns NULL. If a child already has its key, returns
 * that child and changes nothing. */
struct toml_node *toml_add(struct arena *arena, struct toml_node *table, struct toml_node *child);

#endif
