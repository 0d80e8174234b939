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
 * The result is proven before it is returned: parsed again, it must equal the old tree without the
 * victims, else an err and nothing.
 */
#ifndef TEXT_TOML_CUT_H
#define TEXT_TOML_CUT_H

#include "text/toml.h"

struct err *toml_cut(struct arena *arena, const struct toml_doc *doc,
                     const struct toml_node *const *victims, size_t count,
                     struct str *out) MUST_CHECK;

/* What is left, and what was taken: in the order of the text, apart from each other. A line and its
 * neighbour are two pieces. */
struct toml_rest {
    struct str text;
    const struct span *pieces;
    size_t count;
};

/* The same for one who changes a file and must know where. */
struct err *toml_cut_pieces(struct arena *arena, const struct toml_doc *doc,
                            const struct toml_node *const *victims, size_t count,
                            struct toml_rest *out) MUST_CHECK;

#endif
