/*
 * Runs a process and talks with it over its standard input and output. The caller gives its
 * arguments; directory and environment are ours. Unless it is detached or silent, its process group
 * and standard error are ours too, so that it can ask a person at the terminal and Ctrl-C reaches
 * both.
 *
 * At the end, a process that still runs is killed with SIGKILL and reaped, unless it has changed
 * its user and cannot be killed. For a detached process, the whole process group is killed.
 * Otherwise, grandchildren are not killed, because their process group is ours. A grandchild that
 * keeps the pipes open does not delay us: after the child has exited, its output ends with what is
 * in the pipe.
 *
 * Meanwhile, signals that end the program are held back (signals.h). A signal ends every wait, but
 * a line that is already in the pipe is still passed on. The child then has one second to exit, and
 * after that the signal acts. From the first start on, SIGPIPE is ignored in our process, as in
 * every Rust program. The child starts with the default action.
 */
#ifndef UTIL_CHILD_H
#define UTIL_CHILD_H

#include "util/base.h"

#define CHILD_NO_LIMIT INT64_MAX

/* Returns the milliseconds of a monotonic clock. */
int64_t child_clock(void);

struct child_exchange {
    const char *const *argv; /* ends with NULL; argv[0] without a slash is searched for in PATH */
    bool detached;           /* a session of its own, without a terminal */
    bool silent;             /* its standard error is /dev/null */
    int64_t until;           /* a time of child_clock(), or CHILD_NO_LIMIT */
    const char *late;        /* the error if it takes longer */
    size_t limit;            /* limit in bytes for one line, and for what follows the last one */
    struct str request;      /* sent at the start; can be empty */
    /* Called for each line, with its newline. The last line of the output can lack the newline.
     * After it, the line is empty, and the callback must fail or set `done`. The line is
     * overwritten when the exchange ends. `reply` is sent next. After `done`, the rest is
     * discarded. */
    struct err *(*line)(void *context, struct str line, struct str *reply, bool *done);
    void (*notice)(void *context); /* called once after two seconds; can be NULL */
    void *context;
};

/* The step that failed. */
enum child_step {
    CHILD_START, /* the error is the system's */
    CHILD_WRITE, /* the error is EPIPE if the child no longer reads */
    CHILD_READ,
    CHILD_LINE, /* the error is the one of the callback `line` */
    CHILD_EXIT, /* all lines were read, but the child did not exit in time */
};

/* Sets `status` from waitpid() on success, and always sets `step`. After a signal, the error is
 * `interrupted by a signal`. */
struct err *child_exchange(struct arena *arena, const struct child_exchange *exchange,
                           enum child_step *step, int *status) MUST_CHECK;

/* Returns `exit status: 5` or `signal: 9 (SIGKILL)`, as Rust prints it. */
struct str child_status_text(struct arena *arena, int status);

/* Finds a helper program of this project: in the directory of the running program (a build
 * directory), then in `../libexec/cargo-logout` from there (an unpacked archive), then in the
 * configured installation directory. PATH is not searched. If there is none, the error is `NAME is
 * not installed`, and its cause says how to install it. */
struct err *helper_path(struct arena *arena, struct str name, struct str *out) MUST_CHECK;

#endif
