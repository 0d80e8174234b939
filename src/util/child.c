#include "util/child.h"

#include "util/fs.h"
#include "util/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How long a child has to exit after a signal that ends both processes. */
#define GRACE_MS 1000
/* After this time, a status line shows what the program waits for. */
#define NOTICE_MS 2000
/* Without a pidfd: the interval of checks whether it has exited. */
#define LOOK_MS 20
/* A pipe's usual capacity, so that one read empties it. */
#define READ_SIZE ((size_t)64 * 1024)

int64_t child_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Opens a pipe. Other children do not inherit it. Its descriptors are not 0, 1 or 2, because if a
 * standard stream of ours is closed, setting up one end for the child would otherwise close the
 * other. */
static struct err *pipe_open(struct arena *arena, int *reader, int *writer)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        return err_os(arena, errno);
    }
    for (int i = 0; i < 2; i++) {
        if (ends[i] > STDERR_FILENO) {
            continue;
        }
        int moved = fcntl(ends[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        int number = errno;
        (void)close(ends[i]);
        ends[i] = moved;
        if (moved < 0) {
            fd_close(&ends[0]);
            fd_close(&ends[1]);
            return err_os(arena, number);
        }
    }
    *reader = ends[0];
    *writer = ends[1];
    return NULL;
}

static void hold_signals(struct child *child)
{
    sigset_t held;
    signals_set(&held);
    child->signals = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
    if (child->signals < 0) {
        (void)sigemptyset(&held); /* without the descriptor, a held signal would end no wait */
    }
    child->held = sigprocmask(SIG_BLOCK, &held, &child->mask) == 0;
}

/* posix_spawnp() does not change the strings, but its parameter is not const. */
static char *const *words_of(struct arena *arena, const char *const *argv)
{
    size_t count = 0;
    while (argv[count]) {
        count++;
    }
    char **words = arena_new_array(arena, char *, count + 1);
    memcpy(words, argv, count * sizeof(*words));
    return words;
}

/* Uses Rust's settings for a child: no signal is blocked, and SIGPIPE has its default action. */
static int spawn(const struct child_exchange *exchange, char *const *argv, int input, int output,
                 pid_t *pid)
{
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t defaults;
    (void)sigemptyset(&none);
    (void)sigemptyset(&defaults);
    (void)sigaddset(&defaults, SIGPIPE);
    (void)sigaddset(&defaults, SIGXFSZ);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &defaults);
    if (exchange->detached) {
        flags |= POSIX_SPAWN_SETSID;
    }
    (void)posix_spawnattr_setflags(&attributes, flags);
    (void)posix_spawn_file_actions_init(&actions);
    /* each result is 0 or ENOMEM */
    int number = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) |
                 posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (exchange->silent) {
        number |=
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    if (number == 0) {
        number = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    return number;
}

static bool set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

static struct err *start(struct arena *arena, const struct child_exchange *exchange,
                         struct child *out)
{
    CLEANUP(fd_close) int its_input = -1;
    CLEANUP(fd_close) int its_output = -1;
    CLEANUP(child_end) struct child child = CHILD_NONE;
    child.arena = arena;
    child.lines = arena;
    child.detached = exchange->detached;
    TRY(pipe_open(arena, &its_input, &child.input));
    TRY(pipe_open(arena, &child.output, &its_output));
    if (!set_nonblocking(child.input) || !set_nonblocking(child.output)) {
        return err_os(arena, errno);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL); /* if SIGCHLD were ignored, the exit status would be lost */
    hold_signals(&child);
    pid_t pid;
    int number = spawn(exchange, words_of(arena, exchange->argv), its_input, its_output, &pid);
    if (number != 0) {
        return err_os(arena, number);
    }
    child.pid = pid;
    child.pidfd = (int)syscall(SYS_pidfd_open, pid, 0); /* not in every C library */
    *out = child;
    // cppcheck-suppress unreadVariable ; its cleanup reads it
    child = CHILD_NONE;
    return NULL;
}

struct err *child_start(struct arena *arena, const char *const *argv, struct child *out)
{
    return start(arena, &(struct child_exchange){.argv = argv}, out);
}

static void reap(struct child *child, int flags)
{
    pid_t got;
    do {
        got = waitpid(child->pid, &child->status, flags);
    } while (got < 0 && errno == EINTR);
    child->exited = got != 0;
}

static int timeout_of(int64_t until, bool look)
{
    int64_t most = look ? LOOK_MS : INT32_MAX;
    int64_t left = until - child_clock();
    return (int)(left < 0 ? 0 : left > most ? most : left);
}

static void give_notice(struct child *child)
{
    if (child->notice && child_clock() >= child->notice_at) {
        void (*notice)(void *context) = child->notice;
        child->notice = NULL;
        notice(child->context);
    }
}

/* Waits until `fd` is ready for `events` (-1: none), the child exits, a signal arrives, or `until`.
 */
static struct err *await(struct child *child, int fd, short events, int64_t until,
                         enum child_result *result)
{
    struct pollfd polls[] = {
        {.fd = child->signals, .events = POLLIN},
        {.fd = fd, .events = events},
        {.fd = child->pidfd, .events = POLLIN},
    };
    *result = CHILD_DONE;
    while (!child->exited) {
        bool look = child->pidfd < 0;
        bool notice_first = child->notice && child->notice_at < until;
        int64_t limit = notice_first ? child->notice_at : until;
        int ready = poll(polls, COUNT(polls), timeout_of(limit, look));
        if (ready < 0 && errno != EINTR) {
            return err_os(child->arena, errno);
        }
        if (ready > 0 && polls[0].revents) {
            *result = CHILD_INTERRUPTED;
            return NULL;
        }
        if (look || (ready > 0 && polls[2].revents)) {
            reap(child, WNOHANG);
        }
        if (ready > 0 && polls[1].revents) {
            return NULL;
        }
        if (child->exited) {
            break;
        }
        give_notice(child);
        if (child_clock() >= until) {
            *result = CHILD_TIMED_OUT;
            return NULL;
        }
    }
    return NULL; /* the rest of its pipe can be read without waiting */
}

struct err *child_write(struct child *child, struct str text, int64_t until,
                        enum child_result *result)
{
    while (child->written < text.len) {
        ssize_t put = write(child->input, text.data + child->written, text.len - child->written);
        if (put >= 0) { /* 0 means that there was nothing to write */
            child->written += (size_t)put;
            continue;
        }
        if (errno != EAGAIN && errno != EINTR) {
            return err_os(child->arena, errno);
        }
        if (child->exited) {
            return err_os(child->arena, EPIPE); /* a grandchild can keep the full pipe open */
        }
        TRY(await(child, child->input, POLLOUT, until, result));
        if (*result != CHILD_DONE) {
            return NULL;
        }
    }
    child->written = 0;
    *result = CHILD_DONE;
    return NULL;
}

/* Reads what is in the pipe. Sets `end` at its end, and also if it is empty and the child has
 * exited, because other processes that keep it open do not matter. */
static struct err *read_some(struct child *child, bool *end)
{
    if (child->size - child->len < READ_SIZE) {
        size_t size = child->size ? child->size * 2 : READ_SIZE * 2;
        child->data = arena_grow(child->lines, child->data, child->len, size);
        child->size = size;
    }
    ssize_t got = read(child->output, child->data + child->len, child->size - child->len);
    if (got > 0) {
        child->len += (size_t)got;
        return NULL;
    }
    if (got == 0 || (errno == EAGAIN && child->exited)) {
        *end = true;
        return NULL;
    }
    return errno == EAGAIN || errno == EINTR ? NULL : err_os(child->arena, errno);
}

/* Returns the first `len` bytes that were read. */
static struct str take(struct child *child, size_t len)
{
    struct str taken = str_copy(child->lines, child->data, len);
    child->len -= len;
    memmove(child->data, child->data + len, child->len);
    return taken;
}

static bool holds_newline(const struct child *child, size_t from)
{
    return child->len > from && memchr(child->data + from, '\n', child->len - from);
}

struct err *child_read_line(struct child *child, size_t limit, int64_t until,
                            enum child_result *result, struct str *line)
{
    bool end = false;
    size_t searched = 0;
    for (;;) {
        const char *newline = NULL;
        if (child->len > searched) {
            newline = memchr(child->data + searched, '\n', child->len - searched);
        }
        size_t len = newline ? (size_t)(newline - child->data) + 1 : child->len;
        if (len > limit) {
            return err_new(child->arena, "a line is longer than %zu bytes", limit);
        }
        if (newline || end) {
            *line = len ? take(child, len) : STR("");
            *result = CHILD_DONE;
            return NULL;
        }
        searched = child->len;
        TRY(await(child, child->output, POLLIN, until, result));
        if (*result == CHILD_TIMED_OUT) {
            return NULL;
        }
        bool interrupted = *result == CHILD_INTERRUPTED;
        TRY(read_some(child, &end));
        if (interrupted && !holds_newline(child, searched)) {
            *result = CHILD_INTERRUPTED;
            return NULL;
        }
    }
}

struct err *child_wait(struct child *child, size_t limit, int64_t until, enum child_result *result,
                       int *status)
{
    fd_close(&child->input);
    size_t thrown = 0;
    *result = CHILD_DONE;
    while (!child->exited) {
        TRY(await(child, child->output, POLLIN, until, result));
        if (*result != CHILD_DONE) {
            return NULL;
        }
        if (child->output >= 0 && !child->exited) {
            bool end = false;
            child->len = 0;
            TRY(read_some(child, &end));
            thrown += child->len;
            if (end || thrown > limit) {
                fd_close(&child->output);
            }
        }
    }
    *status = child->status;
    return NULL;
}

/* Lets the child exit after a signal. SIGTERM and SIGHUP are usually sent only to us, so they are
 * passed on. Ctrl-C and Ctrl-\ reach both processes, unless the child is detached. A second signal
 * would interrupt a child that cleans up. */
static void let_it_end(struct child *child)
{
    static const int numbers[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
    sigset_t pending;
    (void)sigpending(&pending);
    for (size_t i = 0; i < (child->detached ? COUNT(numbers) : 2); i++) {
        if (sigismember(&pending, numbers[i]) == 1) {
            (void)kill(child->detached ? -child->pid : child->pid, numbers[i]);
        }
    }
    enum child_result ignored;
    child->notice = NULL;
    fd_close(&child->signals); /* otherwise the signal would end the wait at once */
    struct err *failure = await(child, -1, 0, child_clock() + GRACE_MS, &ignored);
    (void)failure;
}

static bool signal_has_come(const struct child *child)
{
    struct pollfd held = {.fd = child->signals, .events = POLLIN};
    return poll(&held, 1, 0) > 0;
}

void child_end(struct child *child)
{
    fd_close(&child->input);
    fd_close(&child->output);
    if (child->pid > 0 && !child->exited && signal_has_come(child)) {
        let_it_end(child);
    }
    if (child->pid > 0 && !child->exited) {
        if (child->detached) {
            (void)kill(-child->pid, SIGKILL);
        }
        /* a child that changed its user (sudo) cannot be killed; a zombie is better than a hang */
        reap(child, kill(child->pid, SIGKILL) == 0 ? 0 : WNOHANG);
    }
    fd_close(&child->pidfd);
    if (child->held) {
        fd_close(&child->signals);
        (void)sigprocmask(SIG_SETMASK, &child->mask, NULL); /* a held signal acts here */
    }
    *child = CHILD_NONE;
}

/* Returns the error for a step that was not completed. */
static struct err *unfinished(struct arena *arena, const struct child_exchange *exchange,
                              enum child_result result)
{
    switch (result) {
    case CHILD_DONE:
        return NULL;
    case CHILD_INTERRUPTED:
        return err_new(arena, "interrupted by a signal");
    case CHILD_TIMED_OUT:
        break;
    }
    return err_new(arena, "it took longer than %d seconds", exchange->seconds);
}

struct err *child_exchange(struct arena *arena, const struct child_exchange *exchange,
                           enum child_step *step, int *status)
{
    CLEANUP(arena_free) struct arena lines = {0}; /* a line can contain a token */
    CLEANUP(child_end) struct child child = CHILD_NONE;
    enum child_result result = CHILD_DONE;
    struct str reply = exchange->request;
    *step = CHILD_START;
    TRY(start(arena, exchange, &child));
    child.lines = &lines;
    child.notice = exchange->notice;
    child.notice_at = child_clock() + NOTICE_MS;
    child.context = exchange->context;
    for (bool done = false; !done;) {
        struct str line = STR("");
        *step = CHILD_WRITE;
        TRY(child_write(&child, reply, exchange->until, &result));
        TRY(unfinished(arena, exchange, result));
        *step = CHILD_READ;
        TRY(child_read_line(&child, exchange->limit, exchange->until, &result, &line));
        TRY(unfinished(arena, exchange, result));
        *step = CHILD_LINE;
        reply = STR("");
        TRY(exchange->line(exchange->context, line, &reply, &done));
    }
    *step = CHILD_EXIT;
    TRY(child_wait(&child, exchange->limit, exchange->until, &result, status));
    return unfinished(arena, exchange, result);
}

struct str child_status_text(struct arena *arena, int status)
{
    if (WIFEXITED(status)) {
        return str_format(arena, "exit status: %d", WEXITSTATUS(status));
    }
    static const char *const names[] = {
        [SIGHUP] = "HUP",   [SIGINT] = "INT",       [SIGQUIT] = "QUIT", [SIGILL] = "ILL",
        [SIGTRAP] = "TRAP", [SIGABRT] = "ABRT",     [SIGBUS] = "BUS",   [SIGFPE] = "FPE",
        [SIGKILL] = "KILL", [SIGUSR1] = "USR1",     [SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",
        [SIGPIPE] = "PIPE", [SIGALRM] = "ALRM",     [SIGTERM] = "TERM", [SIGSTKFLT] = "STKFLT",
        [SIGCHLD] = "CHLD", [SIGCONT] = "CONT",     [SIGSTOP] = "STOP", [SIGTSTP] = "TSTP",
        [SIGTTIN] = "TTIN", [SIGTTOU] = "TTOU",     [SIGURG] = "URG",   [SIGXCPU] = "XCPU",
        [SIGXFSZ] = "XFSZ", [SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF", [SIGWINCH] = "WINCH",
        [SIGIO] = "IO",     [SIGPWR] = "PWR",       [SIGSYS] = "SYS"};
    int number = WTERMSIG(status);
    const char *name = (size_t)number < COUNT(names) ? names[number] : NULL;
    const char *dumped = WCOREDUMP(status) ? " (core dumped)" : "";
    if (!name) {
        return str_format(arena, "signal: %d%s", number, dumped);
    }
    return str_format(arena, "signal: %d (SIG%s)%s", number, name, dumped);
}
