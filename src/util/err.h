/*
 * What went wrong. A function that can fail returns `struct err *`: NULL is success, anything else
 * is one message and the cause below it, outermost first, as cargo prints them:
 *
 *     error: could not load Cargo configuration        <- err->message
 *
 *     Caused by:
 *       failed to read configuration file `...`        <- err->cause->message
 *
 * Results come back through the last parameters and are written on success only. An outcome that
 * the caller is expected to handle ("not found", "not supported") is an enum among the results,
 * never an err. No message ever holds a token. All of it lives in the arena that is passed in.
 */
#ifndef UTIL_ERR_H
#define UTIL_ERR_H

#include "util/str.h"

struct err {
    struct str message; /* may have several lines; no newline at its end */
    const struct err *cause;
};

struct err *err_new(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3)
    __attribute__((returns_nonnull));

/* A new layer on top of `cause`. */
struct err *err_wrap(struct arena *arena, const struct err *cause, const char *format, ...)
    PRINTF_LIKE(3, 4) __attribute__((returns_nonnull));

/* The innermost layer for a failed system call, in Rust's words: `No such file or directory (os
 * error 2)`. */
struct err *err_os(struct arena *arena, int number) __attribute__((returns_nonnull));

/* Hands a failure up, nothing else: `TRY(file_read(...));` */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        struct err *try_error = (call);                                                            \
        if (try_error) {                                                                           \
            return try_error;                                                                      \
        }                                                                                          \
    } while (0)

#endif
