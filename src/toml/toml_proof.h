/*
 * The proof of a cut: the pieces take the victims with them, and nothing else.
 *
 * What a TOML text says, it says statement by statement (a pair, or a header); where one ends and
 * the next begins depends on no third, and taking a definition away makes no other one wrong. So a
 * cut is right when each piece lies in a statement that has to do with a victim, and each such
 * statement, its lines parsed for themselves,
 *
 *     as they are             says what the tree has there,
 *     without the pieces      says that without the victims, or nothing if it is one itself.
 *
 * All other statements are the same bytes as before, one behind the other. So the proof costs what
 * is cut and not what is kept; that a parse of the whole rest says the same is for the tests.
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

/* The pair or header that is a statement of its own and has this node in it. */
const struct toml_node *toml_statement(const struct toml_node *node);

/* `statements`: those that anything was cut from, in any order and more than once; they are put in
 * order. `pieces` are in the order of the text and apart from each other. */
bool toml_proven(const struct toml_doc *doc, const struct toml_victims *victims,
                 const struct toml_node **statements, size_t count, const struct span *pieces,
                 size_t piece_count);

/* Is `after` what `before` is without the victims below it? Order and spelling aside. */
bool toml_is_without(const struct toml_node *before, const struct toml_node *after,
                     const struct toml_victims *victims);

#endif
