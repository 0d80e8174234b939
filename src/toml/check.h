/*
 * Checks a cut: that the pieces remove the victims and nothing else.
 *
 * A TOML text is a list of statements (pairs and headers). The end of a statement does not depend
 * on other statements, and removing a definition does not make another one invalid. Therefore, a
 * cut is correct if each piece is inside a statement that contains a victim or is part of one, and
 * if the lines of each such statement, parsed alone,
 *
 *     as they are           have the values of the tree there,
 *     without the pieces    have these values without the victims, or are empty if the statement
 *                           is removed.
 *
 * All other bytes stay the same, in the same order. The time depends on what is removed, not on the
 * size of the text. The tests also parse the complete result.
 */
#ifndef TOML_PROOF_H
#define TOML_PROOF_H

#include "toml/toml.h"

struct toml_victims {
    const struct toml_node **list; /* sorted by address */
    size_t count;
};

struct toml_victims toml_victims(struct arena *arena, const struct toml_node *const *list,
                                 size_t count);

/* Returns the pair or header that contains this node or is this node. */
const struct toml_node *toml_statement(const struct toml_node *node);

/* Returns true if the cut is correct. `statements` are those that lose bytes. They can be repeated,
 * and are sorted here. `pieces` are those of toml_cut. */
bool toml_proven(const struct toml_doc *doc, const struct toml_victims *victims,
                 const struct toml_node **statements, size_t count, const struct span *pieces,
                 size_t piece_count);

/* Returns true if `after` equals `before` without the victims below it. Ignores the order of keys.
 */
bool toml_is_without(const struct toml_node *before, const struct toml_node *after,
                     const struct toml_victims *victims);

#endif
