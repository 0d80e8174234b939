/*
 * Proves a cut: the pieces remove the victims and nothing else.
 *
 * A TOML text is a list of statements (pairs and headers). Where one ends depends on no other, and
 * removing a definition makes no other one wrong. So a cut is right if each piece is inside a
 * statement that has to do with a victim, and if the lines of each such statement, parsed alone,
 *
 *     as they are             hold what the tree has there,
 *     without the pieces      hold that without the victims, or nothing if the statement is
 * removed.
 *
 * All other bytes are the same and in the same order. The time depends on what is removed and not
 * on the size of the text. The tests also parse the whole rest.
 */
#ifndef TOML_PROOF_H
#define TOML_PROOF_H

#include "toml/toml.h"

struct toml_victims {
    const struct toml_node **list; /* by address */
    size_t count;
};

struct toml_victims toml_victims(struct arena *arena, const struct toml_node *const *list,
                                 size_t count);

/* The pair or header that this node is in, or that it is. */
const struct toml_node *toml_statement(const struct toml_node *node);

/* `statements` lose bytes; they can be repeated, and are sorted here. `pieces`: as in toml_cut. */
bool toml_proven(const struct toml_doc *doc, const struct toml_victims *victims,
                 const struct toml_node **statements, size_t count, const struct span *pieces,
                 size_t piece_count);

/* Whether `after` is `before` without the victims below it. The order of keys is ignored. */
bool toml_is_without(const struct toml_node *before, const struct toml_node *after,
                     const struct toml_victims *victims);

#endif
