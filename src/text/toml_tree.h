/*
 * Building the tree: nodes and the index that makes a look-up in a large table one step.
 */
#ifndef TEXT_TOML_TREE_H
#define TEXT_TOML_TREE_H

#include "text/toml.h"

/* Last child of an array or table. A table must not have the key yet. */
void toml_append(struct arena *arena, struct toml_node *parent, struct toml_node *child);

/* `string`, `array`: as messages name it. */
const char *toml_type_name(enum toml_type type);

#endif
