/*
 * What is wrong with a text, and where. Parsing finds faults of three ranks; the message is about
 * the first fault of the lowest rank there is, wherever in the text it stands, since the toml crate
 * goes over the text three times:
 *
 *   syntax   brackets, commas, line ends, comments, depth: ends the parse at once
 *   meaning  keys and values that cannot be decoded, keys defined twice
 *   range    numbers that fit no 64-bit type
 */
#ifndef TOML_FAULT_H
#define TOML_FAULT_H

#include "toml/toml.h"

struct toml_fault {
    const char *reason;   /* NULL: no fault. Never quotes a value in a text that is masked */
    const char *expected; /* NULL: nothing is said about it */
    struct span at;       /* what the carets mark; empty: one caret before it */
    struct span clear; /* the statement's `key =` or `[table]`, which a masked snippet may show */
    bool no_place;     /* the message is the reason alone */
};

struct err *toml_fault_err(struct arena *arena, struct str text, enum toml_snippet snippet,
                           const struct toml_fault *fault) __attribute__((returns_nonnull));

#endif
