/*
 * A process that we talk with over its standard input and output. Its arguments are the caller's;
 * directory and environment are ours. As a rule its standard error and process group are ours too,
 * so that it can ask a person at the terminal, and Ctrl-C reaches both.
 *
 * child_exchange() is a whole talk: it starts the process, sends text, hands out the lines of the
 * answer and waits for the exit. The functions below it are its steps.
 *
 * A process never outlives the talk: one that still runs is killed (SIGKILL, which ends a stopped
 * one too) and reaped, unless it has become another user and cannot be killed. Of a detached one,
 * the whole process group is killed. Other grandchildren are not followed: the process group is
 * ours as well. One that keeps the pipes open cannot hold us up: when the child has exited, its
 * output ends with what is in the pipe.
 *
 * SIGINT, SIGTERM, SIGHUP and SIGQUIT, unless ignored, are held back from the start to the end: one
 * that comes ends every wait, but a line that is there already is handed out. It takes its effect,
 * as a rule our own end, when the child has had a second to end by itself and is reaped; or later,
 * if the caller holds them back himself (signals.h). From the first start on SIGPIPE is ignored in
 * our process, as in every Rust program; the child starts with its default.
 */
#ifndef UTIL_CHILD_H
#define UTIL_CHILD_H

#include "util/base.h"

#include <signal.h>
#include <sys/types.h>

struct child {
    struct arena *arena; /* for failures */
    struct arena *lines; /* for what it writes */
    pid_t pid;           /* 0: there is none */
    int pidfd;           /* -1 with a kernel before 5.3: its end is then looked for at intervals */
    int input;           /* what it reads, we write; -1 is closed */
    int output;          /* what it writes, we read; -1 is closed */
    int signals;         /* readable when a signal that was held back has come */
    bool held;           /* signals are held back; `mask` is what was blocked before */
    sigset_t mask;
    bool exited; /* and is reaped; `status` is valid */
    int status;  /* as waitpid() has it */
    char *data;  /* read and not yet handed out */
    size_t len;
    size_t size;
    size_t written; /* of the text that child_write() is at */
    bool detached;  /* it leads a session and a process group of its own */
    int64_t notice_at;
    void (*notice)(void *context); /* called once at that time; NULL is none */
    void *context;
};

#define CHILD_NONE ((struct child){.pidfd = -1, .input = -1, .output = -1, .signals = -1})

#define CHILD_NO_LIMIT INT64_MAX

/* Milliseconds of a clock that only goes forward. */
int64_t child_clock(void);

struct child_exchange {
    const char *const *argv; /* ends with NULL; argv[0] without a slash is looked for in PATH */
    bool detached;           /* a session of its own, without a terminal */
    bool silent;             /* its standard error is /dev/null */
    int64_t until;           /* a time of child_clock(), or CHILD_NO_LIMIT */
    int seconds;             /* `until` as a message gives it */
    size_t limit;            /* bytes of one line, and of all that follows the last one */
    struct str request;      /* what is sent at the start; may be empty */
    /* Called for each line, with its newline. The last line of the output may lack it; after that
     * the line is empty, and the callback must fail or set `done`. The line is wiped when the
     * exchange ends. `reply` is sent next. After `done` or a failure no line is read. */
    struct err *(*line)(void *context, struct str line, struct str *reply, bool *done);
    void (*notice)(void *context); /* called once after two seconds; may be NULL */
    void *context;
};

/* Where a failure was. */
enum child_step {
    CHILD_START, /* the system's word */
    CHILD_WRITE, /* EPIPE if it no longer reads */
    CHILD_READ,
    CHILD_LINE, /* the failure is the caller's own, of `line` */
    CHILD_EXIT, /* all lines were read; it did not exit in time */
};

/* `status` is waitpid()'s, written on success. `step` is always written. A wait that is too long is
 * the failure `it took longer than N seconds`, a signal `interrupted by a signal`. */
struct err *child_exchange(struct arena *arena, const struct child_exchange *exchange,
                           enum child_step *step, int *status) MUST_CHECK;

enum child_result {
    CHILD_DONE,
    CHILD_TIMED_OUT,
    CHILD_INTERRUPTED, /* by a signal; hand up any failure, child_end() does the rest */
};

/*
 *     CLEANUP(child_end) struct child child = CHILD_NONE;
 *     TRY(child_start(arena, argv, &child));
 *     TRY(child_write(&child, request, until, &result));         result: CHILD_DONE, else give up
 *     TRY(child_read_line(&child, limit, until, &result, &line));
 *     TRY(child_wait(&child, limit, until, &result, &status));
 *
 * Nothing waits for longer than `until`. After CHILD_TIMED_OUT the same call can be made again with
 * a later time and continues where it stopped. If child_start() fails, `out` is as it was.
 */
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
