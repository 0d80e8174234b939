/*
 * Cutting pairs out of one inline table: which bytes go, so that each pair goes with one comma and
 * what stays looks as if the pair had never been there.
 *
 *     { a = 1, b = 2 }      without a: { b = 2 }      without b: { a = 1 }      without both: {}
 *     { a = 1, b = 2, }     without b: { a = 1, }     a last comma stays where there was one
 *
 * Where the table runs over several lines, a pair that is alone on its line goes with the line and
 * the comment behind it; all other comments stay.
 */
#ifndef TOML_CUT_INLINE_H
#define TOML_CUT_INLINE_H

#include "toml/toml.h"

/* The pieces of a text that are to go, in any order; they may overlap. */
struct toml_pieces {
    struct arena *arena;
    struct span *list;
    size_t count;
    size_t size;
};

void toml_pieces_add(struct toml_pieces *pieces, size_t start, size_t end);

/* `starts`: where each pair begins, ascending. */
void toml_cut_inline(struct toml_pieces *pieces, struct str text, const struct toml_node *table,
                     const size_t *starts, size_t count);

#endif
