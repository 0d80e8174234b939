/*
 * A process that we talk with over its standard input and output. Its arguments are the caller's;
 * directory, environment, standard error and process group are ours, so that it may ask a person
 * at the terminal, and Ctrl-C reaches both.
 *
 *     CLEANUP(child_end) struct child child = CHILD_NONE;
 *     TRY(child_start(arena, argv, &child));
 *     TRY(child_write(&child, request, until, &result));         result: CHILD_DONE, else give up
 *     TRY(child_read_line(&child, limit, until, &result, &line));
 *     TRY(child_wait(&child, limit, until, &result, &status));
 *
 * Nothing waits for longer than `until`, a time of child_clock() or CHILD_NO_LIMIT. After
 * CHILD_TIMED_OUT the same call may be made again with a later time and goes on where it stopped.
 *
 * child_end() leaves no process behind: one that still runs is killed (SIGKILL, which ends a
 * stopped one too) and reaped, unless it has become another user and may not be killed.
 * Grandchildren are not followed: the process group is ours as well. One that keeps the pipes open
 * cannot hold us up: when the child has exited, its output ends with what is in the pipe.
 *
 * SIGINT, SIGTERM, SIGHUP and SIGQUIT, unless ignored, are held back from child_start() to
 * child_end(): one that comes ends every wait with CHILD_INTERRUPTED, but a line that is there
 * already is handed out. It takes its effect, as a rule our own end, inside child_end(), when the
 * child has had a second to end by itself and is reaped; or later, where the caller holds them back
 * himself (signals.h). From child_start() on SIGPIPE is ignored in our process, as in every Rust
 * program; the child starts with its default.
 */
#ifndef UTIL_CHILD_H
#define UTIL_CHILD_H

#include "util/base.h"

#include <signal.h>
#include <sys/types.h>

struct child {
    struct arena *arena;
    pid_t pid;   /* 0: there is none */
    int pidfd;   /* -1 with a kernel before 5.3: its end is then looked for at intervals */
    int input;   /* what it reads, we write; -1 is closed */
    int output;  /* what it writes, we read; -1 is closed */
    int signals; /* readable when a signal that was held back has come */
    bool held;   /* signals are held back; `mask` is what was blocked before */
    sigset_t mask;
    bool exited; /* and is reaped; `status` is valid */
    int status;  /* as waitpid() has it */
    char *data;  /* read and not yet handed out */
    size_t len;
    size_t size;
    size_t written; /* of the text that child_write() is at */
};

#define CHILD_NONE ((struct child){.pidfd = -1, .input = -1, .output = -1, .signals = -1})

enum child_result {
    CHILD_DONE,
    CHILD_TIMED_OUT,
    CHILD_INTERRUPTED, /* by a signal; hand up any failure, child_end() does the rest */
};

#define CHILD_NO_LIMIT INT64_MAX

/* Milliseconds of a clock that only goes forward. */
int64_t child_clock(void);

/* argv ends with NULL; argv[0] without a slash is looked for in PATH. The failure is the system's
 * word (err_os), and `out` is as it was. */
struct err *child_start(struct arena *arena, const char *const *argv, struct child *out) MUST_CHECK;

/* All of `text`; EPIPE where the child no longer reads. */
struct err *child_write(struct child *child, struct str text, int64_t until,
                        enum child_result *result) MUST_CHECK;

/* Up to and with the newline; at the end of the output what there is, at last an empty str. More
 * than `limit` bytes without a newline are an error. `line` is written with CHILD_DONE only. */
struct err *child_read_line(struct child *child, size_t limit, int64_t until,
                            enum child_result *result, struct str *line) MUST_CHECK;

/* Closes its input and waits for its exit. What it still writes is thrown away, up to `limit`
 * bytes; then its output is closed, which ends a writer. `status` is waitpid()'s. */
struct err *child_wait(struct child *child, size_t limit, int64_t until, enum child_result *result,
                       int *status) MUST_CHECK;

/* For CLEANUP. */
void child_end(struct child *child);

/* `exit status: 5`, `signal: 9 (SIGKILL)`, as Rust shows it. */
struct str child_status_text(struct arena *arena, int status);

#endif
