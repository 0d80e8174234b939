/*
 * Unicode's rules, from libunistring. Few runs need it, and linking it would cost every run about
 * 2 MB of mappings and a dozen system calls. Therefore, the first call that needs the library loads
 * it. A build with LINK_UNICODE, which static programs use, links it instead.
 *
 * ASCII text does not need the library. If it is missing, the err names it, and a function without
 * an err returns what its comment describes.
 */
#ifndef UTIL_UNICODE_H
#define UTIL_UNICODE_H

#include "util/base.h"

/* Sets `out` to XID_Start or, if the character is not the first, XID_Continue of Unicode 15.1. */
struct err *unicode_xid(struct arena *arena, uint32_t character, bool first, bool *out) MUST_CHECK;

/* Returns a text with other letters than ASCII in upper case, as Rust's str::to_uppercase. Returns
 * `text` itself if it is ASCII or without libunistring. */
struct str unicode_upper(struct arena *arena, struct str text);

/* Returns the width of one character on a terminal, 0 to 2 columns. Without libunistring, 1. */
size_t unicode_width(uint32_t character);

#endif
