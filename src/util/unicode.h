/*
 * Unicode's rules, from libunistring and libidn2. Few runs meet a name that is not ASCII, and
 * linking the two would cost every run about 2 MB of mappings and a dozen system calls, so they are
 * loaded by the first call that needs one. A build with LINK_UNICODE, which static programs use,
 * links them instead.
 *
 * ASCII needs neither. If a library is missing, the err names it; functions without an err say what
 * they return then.
 */
#ifndef UTIL_UNICODE_H
#define UTIL_UNICODE_H

#include "util/base.h"

/* XID_Start and XID_Continue of Unicode 15.1. */
struct err *unicode_xid_start(struct arena *arena, uint32_t character, bool *out) MUST_CHECK;
struct err *unicode_xid_continue(struct arena *arena, uint32_t character, bool *out) MUST_CHECK;

/* The text in upper case, as Rust's str::to_uppercase. Without libunistring, letters beyond ASCII
 * stay as they are. */
struct str unicode_upper(struct arena *arena, struct str text);

/* Columns of one character on a terminal, 0 to 2. Without libunistring, 1. */
size_t unicode_width(struct arena *arena, uint32_t character);

/* A domain name that is not ASCII, or has an `xn--` label, in its ASCII form (UTS #46,
 * non-transitional). An empty str if it is no valid name. */
struct err *unicode_domain(struct arena *arena, struct str domain, struct str *out) MUST_CHECK;

#endif
