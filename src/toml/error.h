/*
 * The message about a fault: its place, the line with each value masked, and the reason.
 *
 *     TOML parse error at line 1, column 9
 *       |
 *     1 | token = ******
 *       |         ^^^^^^
 *     string values must be quoted, expected literal string
 *
 * White space, a complete header of bare or quoted keys and a key directly before `=` stay readable
 * on the line that a statement begins on. Every other character becomes a star, and so does each
 * one of a line that begins inside a value. `=` and `==` at the end of a line, without a blank
 * before them, make no key, because the word can be a token in base64.
 */
#ifndef TOML_ERROR_H
#define TOML_ERROR_H

#include "toml/toml.h"

struct toml_fault {
    const char *reason;   /* NULL: no fault. Quotes nothing from the text */
    const char *expected; /* or NULL */
    struct span at;       /* what the carets mark; one caret if it is empty */
};

/* `statement`: where the statement with the fault begins. */
struct err *toml_fault_err(struct arena *arena, struct str text, const struct toml_fault *fault,
                           size_t statement) __attribute__((returns_nonnull));

#endif
