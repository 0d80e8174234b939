/*
 * Runs a process and talks with it over its standard input and output. The caller gives its
 * arguments; directory and environment are ours. Unless it is detached or silent, its process group
 * and standard error are ours too, so that it can ask a person at the terminal and Ctrl-C reaches
 * both.
 *
 * child_exchange() does everything: it starts the process, sends text, passes the lines of the
 * answer to a callback and waits for the exit. The functions below it are its steps.
 *
 * At the end, a process that still runs is killed with SIGKILL and reaped, unless it has changed
 * its user and cannot be killed. For a detached process, the whole process group is killed.
 * Otherwise, grandchildren are not killed, because their process group is ours. A grandchild that
 * keeps the pipes open does not delay us: after the child has exited, its output ends with what is
 * in the pipe.
 *
 * From the start to the end, SIGINT, SIGTERM, SIGHUP and SIGQUIT are held back, unless they are
 * ignored. A signal that arrives ends every wait, but lines that were read already are still
 * returned. The child then has one second to exit. After the child is reaped, the signal acts,
 * which usually ends our process. If the caller holds signals back too (signals.h), it acts later.
 * From the first start on, SIGPIPE is ignored in our process, as in every Rust program. The child
 * starts with the default action.
 */
#ifndef UTIL_CHILD_H
#define UTIL_CHILD_H

#include "util/base.h"

#include <signal.h>
#include <sys/types.h>

struct child {
    struct arena *arena; /* for errors */
    struct arena *lines; /* for what it writes */
    pid_t pid;           /* 0: there is no child */
    int pidfd;           /* -1 with a kernel before 5.3, where its exit is checked at intervals */
    int input;           /* the end of its standard input that we write; -1: closed */
    int output;          /* the end of its standard output that we read; -1: closed */
    int signals;         /* readable when a signal that is held back has arrived */
    bool held;           /* signals are held back; `mask` has those that were blocked before */
    sigset_t mask;
    bool exited; /* it has exited and is reaped; `status` is valid */
    int status;  /* from waitpid() */
    char *data;  /* read, but not yet returned */
    size_t len;
    size_t size;
    size_t written; /* number of bytes that child_write() has written so far */
    bool detached;  /* it has its own session and process group */
    int64_t notice_at;
    void (*notice)(void *context); /* called once at `notice_at`; can be NULL */
    void *context;
};

#define CHILD_NONE ((struct child){.pidfd = -1, .input = -1, .output = -1, .signals = -1})

#define CHILD_NO_LIMIT INT64_MAX

/* Returns the milliseconds of a monotonic clock. */
int64_t child_clock(void);

struct child_exchange {
    const char *const *argv; /* ends with NULL; argv[0] without a slash is searched for in PATH */
    bool detached;           /* a session of its own, without a terminal */
    bool silent;             /* its standard error is /dev/null */
    int64_t until;           /* a time of child_clock(), or CHILD_NO_LIMIT */
    int seconds;             /* the time limit in seconds, for messages */
    size_t limit;       /* limit in bytes for one line, and for all that follows the last line */
    struct str request; /* sent at the start; can be empty */
    /* Called for each line, with its newline. The last line of the output can lack the newline.
     * After it, the line is empty, and the callback must fail or set `done`. The line is
     * overwritten when the exchange ends. `reply` is sent next. After `done` or an error, no line
     * is read. */
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

/* Sets `status` from waitpid() on success, and always sets `step`. If a wait takes too long, the
 * error is `it took longer than N seconds`. After a signal, it is `interrupted by a signal`. */
struct err *child_exchange(struct arena *arena, const struct child_exchange *exchange,
                           enum child_step *step, int *status) MUST_CHECK;

enum child_result {
    CHILD_DONE,
    CHILD_TIMED_OUT,
    CHILD_INTERRUPTED, /* by a signal; return an error, and child_end() does the rest */
};

/*
 *     CLEANUP(child_end) struct child child = CHILD_NONE;
 *     TRY(child_start(arena, argv, &child));
 *     TRY(child_write(&child, request, until, &result));         result: CHILD_DONE, else give up
 *     TRY(child_read_line(&child, limit, until, &result, &line));
 *     TRY(child_wait(&child, limit, until, &result, &status));
 *
 * No call waits longer than `until`. After CHILD_TIMED_OUT, the same call can be repeated with a
 * later time and continues where it stopped. If child_start() fails, it does not change `out`.
 */
struct err *child_start(struct arena *arena, const char *const *argv, struct child *out) MUST_CHECK;

/* Writes all of `text`. The error is EPIPE if the child no longer reads. */
struct err *child_write(struct child *child, struct str text, int64_t until,
                        enum child_result *result) MUST_CHECK;

/* Reads a line with its newline. At the end of the output, returns the rest, and then an empty str.
 * Fails if there are more than `limit` bytes without a newline. Sets `line` only with CHILD_DONE.
 */
struct err *child_read_line(struct child *child, size_t limit, int64_t until,
                            enum child_result *result, struct str *line) MUST_CHECK;

/* Closes its input and waits for its exit. Discards its output, up to `limit` bytes, and then
 * closes the pipe, which ends a child that still writes. Sets `status` from waitpid(). */
struct err *child_wait(struct child *child, size_t limit, int64_t until, enum child_result *result,
                       int *status) MUST_CHECK;

/* For CLEANUP. */
void child_end(struct child *child);

/* Returns `exit status: 5` or `signal: 9 (SIGKILL)`, as Rust prints it. */
struct str child_status_text(struct arena *arena, int status);

#endif
