/*
 * Takes key/value pairs out of a TOML text and leaves every other byte as it was: comments, order,
 * quoting, line ends, a byte order mark, a missing last newline. Pure; nothing is written to a file
 * here.
 *
 *     token = "x" # mine            goes with its line, its comment and its line's end
 *     a = { token = "x", b = 1 }    goes with one comma: a = { b = 1 }
 *     a.token = "x"                 likewise; a table that only this key made goes with it
 *
 * Comments on lines of their own stay, those above the pair too. Table headers stay, even of tables
 * left empty, as in cargo. A victim may be any node with a key: a whole inline table, or a table
 * with all headers and pairs it is made of, may go as well.
 *
 * What is given back is proven (toml_proof.h): the rest means what the tree means without the
 * victims; else it is an err and nothing.
 *
 *     struct toml_cut cut;
 *     TRY(toml_cut(arena, doc, victims, count, &cut));
 *     struct str rest = toml_cut_rest(arena, doc->text, &cut);
 */
#ifndef TOML_CUT_H
#define TOML_CUT_H

#include "toml/toml.h"

/* What goes, in the order of the text and apart from each other. A line and its neighbour are two
 * pieces. */
struct toml_cut {
    const struct span *pieces;
    size_t count;
};

struct err *toml_cut(struct arena *arena, const struct toml_doc *doc,
                     const struct toml_node *const *victims, size_t count,
                     struct toml_cut *out) MUST_CHECK;

struct str toml_cut_rest(struct arena *arena, struct str text, const struct toml_cut *cut);

#endif
