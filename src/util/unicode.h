/*
 * Unicode's rules, from libunistring and libidn2. Few runs need them, and linking them would cost
 * every run about 2 MB of mappings and a dozen system calls. Therefore, the first call that needs a
 * library loads it. A build with LINK_UNICODE, which static programs use, links them instead.
 *
 * ASCII text without `xn--` needs neither library. If a library is missing, the err names it, and a
 * function without an err returns what its comment describes.
 */
#ifndef UTIL_UNICODE_H
#define UTIL_UNICODE_H

#include "util/base.h"

/* Sets `out` to XID_Start or, if the character is not the first, XID_Continue of Unicode 15.1. */
struct err *unicode_xid(struct arena *arena, uint32_t character, bool first, bool *out) MUST_CHECK;

/* Returns a text with other letters than ASCII in upper case, as Rust's str::to_uppercase. Returns
 * `text` itself if it is ASCII or without libunistring. */
struct str unicode_upper(struct arena *arena, struct str text);

/* Returns the text in lower case, as Rust's str::to_lowercase. Without libunistring, returns a text
 * that is not ASCII itself. */
struct str unicode_lower(struct arena *arena, struct str text);

/* Returns the width on a terminal in columns: 2 for wide characters, 0 for combining ones. Without
 * libunistring, every character counts as 1. */
size_t unicode_width(struct str text);

/* Converts a domain name in lower case to its ASCII form (UTS #46, non-transitional). Only names
 * that are not ASCII or have `xn--` need libidn2 and are checked; the others do not change. Sets an
 * empty str if the name is not valid. */
struct err *unicode_domain(struct arena *arena, struct str domain, struct str *out) MUST_CHECK;

#endif
