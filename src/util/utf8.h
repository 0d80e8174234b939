/*
 * Bytes as characters. Arguments, variables and paths are any bytes; where they are shown or
 * compared character by character, what is not UTF-8 counts as U+FFFD, as in Rust's
 * from_utf8_lossy: one for each longest piece that could have begun a character.
 */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include "util/base.h"

enum { UTF8_REPLACEMENT = 0xFFFD };

/*
 * The character at offset `at`, which is below s.len. Returns how many bytes it has. If
 * they are not UTF-8, `valid` is false, and the character is U+FFFD for that many bytes.
 */
size_t utf8_decode(struct str s, size_t at, uint32_t *character, bool *valid);

/* Whether all of it is well-formed UTF-8. */
bool utf8_valid(struct str text);

/* The same text with U+FFFD for what is not UTF-8. */
struct str utf8_lossy(struct arena *arena, struct str s);

#endif
