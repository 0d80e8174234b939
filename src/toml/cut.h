/*
 * Removes key/value pairs from a TOML text and keeps every other byte: comments, order, quoting,
 * line ends, a byte order mark, a missing last newline. It only computes bytes and writes no file.
 *
 *     token = "x" # mine            is removed with its line: the comment and the line's end
 *     a = { token = "x", b = 1 }    loses one comma too: a = { b = 1 }
 *     a.token = "x"                 is removed with its line; a table that only this key made too
 *
 * Comments on separate lines stay, even directly above the pair. Table headers stay, even if the
 * table becomes empty, as in cargo. A victim is any node with a key. It can also be a whole inline
 * table, or a table with all its headers and pairs.
 *
 * Each cut is checked: lines that are removed are parsed and must be only the victim. What is left
 * of an inline table is parsed too and must have all values except the victims. Otherwise,
 * toml_cut() returns an err.
 */
#ifndef TOML_CUT_H
#define TOML_CUT_H

#include "toml/toml.h"

/* The bytes to remove, in the order of the text. Pieces can touch but not overlap. */
struct toml_cut {
    const struct span *pieces;
    size_t count;
};

struct err *toml_cut(struct arena *arena, const struct toml_doc *doc,
                     struct toml_node *const *victims, size_t count,
                     struct toml_cut *out) MUST_CHECK;

/* Returns a part of the text without the pieces, which are inside it. */
struct str toml_cut_rest(struct arena *arena, struct str text, struct span part,
                         const struct toml_cut *cut);

/* Returns true if `after` has the keys and values of `before`, without the victims during a cut.
 * Compares unsupported values by their text. Ignores the order of keys. */
bool toml_is_without(const struct toml_node *before, const struct toml_node *after);

#endif
