/*
 * Formats the message about a fault: its position, the line with each value masked, and the reason.
 *
 *     TOML parse error at line 1, column 9
 *       |
 *     1 | token = ******
 *       |         ^^^^^^
 *     string values must be quoted, expected literal string
 *
 * On the line on which a statement begins, white space, a complete header of bare or quoted keys,
 * and a key directly before `=` stay readable. Every other character becomes a star, and so does
 * every character of a line that begins inside a value. A word directly before `=` or `==` at the
 * end of a line does not count as a key, because it can be a token in base64.
 */
#ifndef TOML_ERROR_H
#define TOML_ERROR_H

#include "toml/toml.h"

struct toml_fault {
    const char *reason;   /* NULL: no fault. It quotes nothing from the text */
    const char *expected; /* or NULL */
    struct span at;       /* what the carets mark; one caret if it is empty */
};

/* `statement` is the offset at which the statement with the fault begins. */
struct err *toml_fault_err(struct arena *arena, struct str text, const struct toml_fault *fault,
                           size_t statement) __attribute__((returns_nonnull));

#endif
