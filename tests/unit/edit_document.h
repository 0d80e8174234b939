/* Credentials files with one pair to be cut, as the tests of the edit make them. */
#ifndef TESTS_UNIT_EDIT_DOCUMENT_H
#define TESTS_UNIT_EDIT_DOCUMENT_H

#include "credential/edit.h"

#define SECRET "S3CRETs3cret"

/* A pair and what is round it; key, value and end go. */
struct form {
    const char *before;
    const char *key;
    const char *value;
    const char *end;
    const char *after;
};

struct document {
    struct str text;
    struct str after;
    struct edit_cut cut;
};

/* `count` registries with a token each. */
void tables_add(struct buf *buf, size_t count);

/* The cut begins at byte `at`; `registries` come before it, and as many behind it. */
struct document document_make(struct arena *arena, const struct form *form, size_t at,
                              size_t registries);

/* The cut's bytes are blank or line ends, all others are as they were. */
void assert_blanked(const struct document *doc, struct str text);

#endif
