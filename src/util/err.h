/*
 * An error. A function that can fail returns `struct err *`: NULL on success, or else a message and
 * its chain of causes, outermost first, as cargo prints them:
 *
 *     error: could not load Cargo configuration        <- err->message
 *
 *     Caused by:
 *       failed to read configuration file `...`        <- err->cause->message
 *
 * Results are the last parameters and are written only on success. An outcome that the caller must
 * handle ("not found", "not supported") is an enum among the results, not an err. Messages must not
 * contain a token. The errors are in the arena of the call.
 */
#ifndef UTIL_ERR_H
#define UTIL_ERR_H

#include "util/str.h"

struct err {
    struct str message; /* can have several lines; without a newline at its end */
    const struct err *cause;
};

#define err_new(arena, ...) err_wrap((arena), NULL, __VA_ARGS__)

/* Adds a message above `cause`. */
struct err *err_wrap(struct arena *arena, const struct err *cause, const char *format, ...)
    PRINTF_LIKE(3, 4) __attribute__((returns_nonnull));

/* Describes an errno in Rust's words: `No such file or directory (os error 2)`. */
struct err *err_os(struct arena *arena, int number) __attribute__((returns_nonnull));

/* Returns from the function if the call fails: `TRY(file_read(...));` */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        struct err *try_error = (call);                                                            \
        if (try_error)                                                                             \
            return try_error;                                                                      \
    } while (0)

#endif
