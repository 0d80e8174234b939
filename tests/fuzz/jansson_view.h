/*
 * JSON as jansson reads it, in a notation that both readers can be written in: n t f, `i7;` for
 * whole numbers but 0, `r` for all others, `s3:abc`, `[...]`, and `{s1:k...}` where a key that
 * comes twice stands where it first did with its last value. In a file of its own, since jansson's
 * names are ours.
 */
#ifndef TESTS_FUZZ_JANSSON_VIEW_H
#define TESTS_FUZZ_JANSSON_VIEW_H

#include "util/base.h"

/* false: jansson does not take it. */
bool jansson_view(struct str text, struct buf *out);

#endif
