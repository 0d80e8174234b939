/*
 * Programs of this project that the main one starts. They are looked for beside the program that
 * runs, where the build puts them all and the installation those that a user may run too, then in
 * the directory that the installation has for the rest (libexec), and never through PATH.
 */
#ifndef UTIL_HELPER_H
#define UTIL_HELPER_H

#include "util/base.h"

struct err *helper_path(struct arena *arena, struct str name, struct str *out) MUST_CHECK;

#endif
