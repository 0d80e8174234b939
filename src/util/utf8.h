/*
 * Decodes UTF-8. Arguments, variables and paths can have any bytes. When they are printed or
 * compared by character, bytes that are not UTF-8 count as U+FFFD, as in Rust's from_utf8_lossy:
 * one for each longest piece that could have begun a character.
 */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include "util/base.h"

enum { UTF8_REPLACEMENT = 0xFFFD };

/* Decodes the character at offset `at`, which must be below s.len. Returns its length in bytes. If
 * the bytes are not UTF-8, sets `valid` to false and the character to U+FFFD. */
size_t utf8_decode(struct str s, size_t at, uint32_t *character, bool *valid);

bool utf8_valid(struct str text);

/* Returns the text with U+FFFD for bytes that are not UTF-8. */
struct str utf8_lossy(struct arena *arena, struct str s);

#endif
