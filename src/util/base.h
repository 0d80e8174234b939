/* Definitions that every file includes first. */
#ifndef UTIL_BASE_H
#define UTIL_BASE_H

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))
#define MUST_CHECK             __attribute__((warn_unused_result))
#define CLEANUP(function)      __attribute__((cleanup(function)))
#define COUNT(array)           (sizeof(array) / sizeof((array)[0]))

/* Defines a function for CLEANUP that passes the variable's value, which can be NULL, on. */
#define CLEANUP_BY(name, type, function)                                                           \
    static void name(__typeof__(type) *value)                                                      \
    {                                                                                              \
        function(*value);                                                                          \
    }                                                                                              \
    _Static_assert(true, "")

#include "util/arena.h"
#include "util/err.h"
#include "util/str.h"

/* Makes calls of unsafe functions a compile error. Their declarations are included above. */
#undef sprintf /* macros under clang's FORTIFY */
#undef vsprintf
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok tmpnam mktemp
#pragma GCC poison atoi atol atoll

#endif
