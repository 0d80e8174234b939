/*
 * Shared libraries that few runs need are loaded when one does: linking libidn2 or libunistring
 * would cost every run about 2 MB of mappings and a dozen system calls for names that are nearly
 * always ASCII.
 *
 *     void (*symbol)(void);
 *     TRY(lazy_symbol(arena, (const char *const[]){"libidn2.so.0", NULL}, "idn2_lookup_u8",
 *                     &symbol));
 *
 * A library stays loaded until the process ends. Its absence is an error that names it.
 */
#ifndef UTIL_LAZY_H
#define UTIL_LAZY_H

#include "util/base.h"

/* The function `name` from the first library of the list (its end is NULL) that can be loaded. The
 * caller casts it to its type. */
struct err *lazy_symbol(struct arena *arena, const char *const *libraries, const char *name,
                        void (**out)(void)) MUST_CHECK;

#endif
