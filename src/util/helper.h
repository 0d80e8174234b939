/*
 * Programs of this project that the main one starts. They are looked for beside the program that
 * runs, where the build has them all, then in `../libexec/cargo-logout` seen from there, where an
 * unpacked archive has them, then in the directory that the build was configured with. PATH is not
 * searched.
 */
#ifndef UTIL_HELPER_H
#define UTIL_HELPER_H

#include "util/base.h"

/* If it is in none of them, the failure is `NAME is not installed`, and the cause how to get it. */
struct err *helper_path(struct arena *arena, struct str name, struct str *out) MUST_CHECK;

#endif
