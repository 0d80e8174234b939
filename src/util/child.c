#include "util/child.h"

#include "util/fs.h"
#include "util/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GRACE_MS  1000 /* how long a child has to exit after a signal */
#define NOTICE_MS 2000
/* A pipe's usual capacity, so that one read empties it. */
#define READ_SIZE ((size_t)64 * 1024)

struct child {
    struct arena *arena; /* for errors */
    const struct child_exchange *exchange;
    pid_t pid;    /* 0: there is no child */
    int input[2]; /* its pipes, as from pipe2(); -1: closed */
    int output[2];
    struct signals signals;
    bool exited; /* and is reaped; `status` is valid */
    int status;
    int64_t notice_at;
    struct arena lines; /* for what it writes, which can contain a token */
    struct buf text;    /* read, but not yet returned */
};

int64_t child_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Uses Rust's settings for a child: no signal is blocked, and SIGPIPE has its default action. */
static int spawn(const struct child_exchange *exchange, int input, int output, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t defaults;
    char *const *argv; /* posix_spawnp() does not change the strings */
    memcpy(&argv, &exchange->argv, sizeof(argv));
    (void)sigemptyset(&none);
    (void)sigemptyset(&defaults);
    (void)sigaddset(&defaults, SIGPIPE);
    (void)sigaddset(&defaults, SIGXFSZ);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &defaults);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    flags |= exchange->detached ? POSIX_SPAWN_SETSID : 0;
    (void)posix_spawnattr_setflags(&attributes, (short)flags);
    (void)posix_spawn_file_actions_init(&actions);
    /* each result is 0 or ENOMEM */
    int number = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) |
                 posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (exchange->silent) {
        number |=
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    if (number == 0)
        number = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    return number;
}

static struct err *start(struct child *child)
{
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL); /* if SIGCHLD were ignored, the exit status would be lost */
    if (pipe2(child->input, O_CLOEXEC) < 0 || pipe2(child->output, O_CLOEXEC) < 0 ||
        fcntl(child->input[1], F_SETFL, O_NONBLOCK) < 0 ||
        fcntl(child->output[0], F_SETFL, O_NONBLOCK) < 0 || !signals_hold(&child->signals))
        return err_os(child->arena, errno);
    pid_t pid;
    int number = spawn(child->exchange, child->input[0], child->output[1], &pid);
    if (number != 0)
        return err_os(child->arena, number);
    child->pid = pid;
    fd_close(&child->input[0]);
    fd_close(&child->output[1]);
    return NULL;
}

static void reap(struct child *child, int flags)
{
    child->exited = RETRY(waitpid(child->pid, &child->status, flags)) != 0;
}

static int timeout_of(int64_t until)
{
    int64_t left = until - child_clock();
    return (int)(left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : left);
}

/* Waits until `fd`, which can be -1, is ready for `events` or the child exits. Then, the rest of
 * its pipe can be read without waiting. What is in the pipe already comes before a signal. */
static struct err *await(struct child *child, int fd, short events)
{
    struct pollfd polls[] = {
        {.fd = child->signals.fd, .events = POLLIN},
        {.fd = fd, .events = events},
    };
    while (!child->exited) {
        int64_t until = child->exchange->until;
        int64_t limit = child->notice_at < until ? child->notice_at : until;
        int ready = poll(polls, COUNT(polls), timeout_of(limit));
        if (ready < 0 && errno != EINTR)
            return err_os(child->arena, errno);
        if (ready > 0 && (polls[1].revents & events))
            return NULL;
        if (signals_came(&child->signals))
            return err_new(child->arena, "interrupted by a signal");
        reap(child, WNOHANG);
        if (child->exited || (ready > 0 && polls[1].revents))
            return NULL;
        if (child->notice_at <= child_clock()) {
            child->notice_at = CHILD_NO_LIMIT;
            child->exchange->notice(child->exchange->context);
        }
        if (child_clock() >= until)
            return err_new(child->arena, "%s", child->exchange->late);
    }
    return NULL;
}

static struct err *write_text(struct child *child, struct str text)
{
    for (size_t written = 0; written < text.len;) {
        ssize_t put = write(child->input[1], text.data + written, text.len - written);
        if (put >= 0) {
            written += (size_t)put;
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            return err_os(child->arena, errno);
        if (child->exited)
            return err_os(child->arena, EPIPE); /* a grandchild can keep the full pipe open */
        TRY(await(child, child->input[1], POLLOUT));
    }
    return NULL;
}

/* Returns a line with its newline, or the rest at the end of the output, or then an empty str. The
 * output also ends if the pipe is empty and the child has exited, because other processes that keep
 * it open do not matter. */
static struct err *read_line(struct child *child, struct str *line)
{
    struct buf *text = &child->text;
    bool end = false;
    for (;;) {
        ptrdiff_t newline = str_find(buf_str(text), '\n');
        size_t len = newline >= 0 ? (size_t)newline + 1 : text->len;
        if (len > child->exchange->limit)
            return err_new(child->arena, "a line is longer than %zu bytes", child->exchange->limit);
        if (newline >= 0 || end) {
            *line = str_copy(&child->lines, text->data, len);
            text->len -= len;
            memmove(text->data, text->data + len, text->len);
            return NULL;
        }
        TRY(await(child, child->output[0], POLLIN));
        buf_reserve(text, READ_SIZE);
        ssize_t got = read(child->output[0], text->data + text->len, READ_SIZE);
        end = got == 0 || (got < 0 && errno == EAGAIN && child->exited);
        if (got < 0 && errno != EAGAIN && errno != EINTR)
            return err_os(child->arena, errno);
        text->len += got > 0 ? (size_t)got : 0;
    }
}

/* Discards what the child writes after its last line, up to the limit. A child that cannot write
 * would not exit. After the limit, its writes fail. */
static struct err *discard_rest(struct child *child)
{
    size_t count = 0;
    for (ssize_t got = 1; got != 0 && !(got < 0 && child->exited);) {
        TRY(await(child, child->output[0], POLLIN));
        child->text.len = 0;
        buf_reserve(&child->text, READ_SIZE);
        got = read(child->output[0], child->text.data, READ_SIZE);
        count += got > 0 ? (size_t)got : 0;
        if (count > child->exchange->limit)
            break;
    }
    fd_close(&child->output[0]);
    return NULL;
}

/* Lets the child exit after a signal. SIGTERM and SIGHUP are usually sent only to us, so they are
 * passed on. Ctrl-C and Ctrl-\ reach both processes, unless the child is detached. A second signal
 * would interrupt a child that cleans up. */
static void let_it_end(struct child *child)
{
    int number = child->signals.taken;
    int64_t until = child_clock() + GRACE_MS;
    if (child->exchange->detached)
        (void)kill(-child->pid, number);
    else if (number == SIGTERM || number == SIGHUP)
        (void)kill(child->pid, number);
    while (!child->exited && child_clock() < until) {
        struct pollfd held = {.fd = child->signals.fd, .events = POLLIN};
        (void)poll(&held, 1, timeout_of(until));
        (void)signals_came(&child->signals);
        reap(child, WNOHANG);
    }
}

static void child_end(struct child *child)
{
    fd_close(&child->input[0]);
    fd_close(&child->input[1]);
    fd_close(&child->output[0]);
    fd_close(&child->output[1]);
    if (child->pid > 0 && !child->exited && signals_came(&child->signals))
        let_it_end(child);
    if (child->pid > 0 && !child->exited) {
        if (child->exchange->detached)
            (void)kill(-child->pid, SIGKILL);
        /* a child that changed its user (sudo) cannot be killed; a zombie is better than a hang */
        reap(child, kill(child->pid, SIGKILL) == 0 ? 0 : WNOHANG);
    }
    arena_free(&child->lines);
    signals_release(&child->signals); /* a held signal acts here */
}

struct err *child_exchange(struct arena *arena, const struct child_exchange *exchange,
                           enum child_step *step, int *status)
{
    CLEANUP(child_end)
    struct child child = {
        .arena = arena,
        .exchange = exchange,
        .input = {-1, -1},
        .output = {-1, -1},
        .text = buf_new(&child.lines),
        .notice_at = exchange->notice ? child_clock() + NOTICE_MS : CHILD_NO_LIMIT,
    };
    struct str reply = exchange->request;
    *step = CHILD_START;
    TRY(start(&child));
    for (bool done = false; !done;) {
        struct str line = STR("");
        *step = CHILD_WRITE;
        TRY(write_text(&child, reply));
        *step = CHILD_READ;
        TRY(read_line(&child, &line));
        *step = CHILD_LINE;
        reply = STR("");
        TRY(exchange->line(exchange->context, line, &reply, &done));
    }
    *step = CHILD_EXIT;
    fd_close(&child.input[1]);
    TRY(discard_rest(&child));
    TRY(await(&child, -1, 0));
    *status = child.status;
    return NULL;
}

struct str child_status_text(struct arena *arena, int status)
{
    if (WIFEXITED(status))
        return str_format(arena, "exit status: %d", WEXITSTATUS(status));
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
    return name ? str_format(arena, "signal: %d (SIG%s)%s", number, name, dumped)
                : str_format(arena, "signal: %d%s", number, dumped);
}

/* How to build a helper. The crate's build script sets another text. */
#ifndef HELPER_OPTION
#define HELPER_OPTION "-D%s=enabled"
#endif

struct err *helper_path(struct arena *arena, struct str name, struct str *out)
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self));
    if (len < 0)
        return err_wrap(arena, err_os(arena, errno), "failed to find the program `%s`", name.data);
    struct str dir;
    (void)path_parent(arena, str_copy(arena, self, (size_t)len), &dir);
    const struct str dirs[] = {
        dir,
        path_join(arena, dir, STR("../libexec/cargo-logout")),
        STR(HELPER_DIR),
    };
    for (size_t i = 0; i < COUNT(dirs); i++) {
        struct str path = path_join(arena, dirs[i], name);
        if (path_exists(path)) {
            *out = path;
            return NULL;
        }
    }
    /* The option in meson_options.txt and the feature in Cargo.toml have the same names. */
    const char *option = str_eq(name, STR("cargo-logout-revoke")) ? "revoke" : "libsecret";
    struct err *how = err_new(arena, "install the package `%s`, or build with `" HELPER_OPTION "`",
                              name.data, option);
    return err_wrap(arena, how, "`%s` is not installed", name.data);
}
