/*
 * Finds the helper programs of this project. They are searched for in the directory of the running
 * program (a build directory), then in `../libexec/cargo-logout` from there (an unpacked archive),
 * then in the configured installation directory. PATH is not searched.
 */
#ifndef UTIL_HELPER_H
#define UTIL_HELPER_H

#include "util/base.h"

/* If it is in none of them, the error is `NAME is not installed`, and its cause says how to install
 * it. */
struct err *helper_path(struct arena *arena, struct str name, struct str *out) MUST_CHECK;

#endif
