#include "console.h"

#include "util/fs.h"
#include "deadline.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#define REQUEST_LIMIT ((size_t)1024 * 1024) /* bytes in one line from cargo */
#define TOKEN_LIMIT   ((size_t)64 * 1024)   /* bytes in one line from the terminal */
#define READ_SIZE     4096

struct err *streams_take(struct arena *arena, struct streams *streams)
{
    int in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int answers = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (answers < 0) {
        return err_wrap(arena, err_os(arena, errno), "standard output cannot be used");
    }
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) {
        return err_wrap(arena, err_os(arena, errno), "failed to open `/dev/null`");
    }
    if (fcntl(STDERR_FILENO, F_GETFD) < 0) {
        (void)dup2(null, STDERR_FILENO);
    }
    (void)dup2(null, STDIN_FILENO);
    (void)dup2(STDERR_FILENO, STDOUT_FILENO);
    if (null > STDERR_FILENO) { /* else it took the place of one that was closed */
        fd_close(&null);
    }
    *streams = (struct streams){.in = in, .out = answers};
    streams->pending = buf_new(&streams->arena);
    return NULL;
}

void streams_free(struct streams *streams)
{
    arena_free(&streams->arena);
}

/* One read(2) more into `buf`. `ended` is set where there is no more. */
static struct err *read_more(struct arena *arena, int fd, struct buf *buf, bool *ended)
{
    char *piece = arena_alloc(buf->arena, READ_SIZE); /* not the stack: the arena is wiped */
    ssize_t n;
    do {
        n = fd < 0 ? 0 : read(fd, piece, READ_SIZE);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return err_os(arena, errno);
    }
    *ended = n == 0;
    buf_add_bytes(buf, piece, (size_t)n);
    return NULL;
}

struct err *streams_line(struct arena *arena, struct streams *streams, struct str *line, bool *got)
{
    ptrdiff_t end;
    while ((end = str_find(buf_str(&streams->pending), '\n')) < 0 && !streams->ended) {
        if (streams->pending.len > REQUEST_LIMIT) {
            break;
        }
        struct err *err = read_more(arena, streams->in, &streams->pending, &streams->ended);
        if (err) {
            return err_wrap(arena, err, "failed to read the request");
        }
    }
    struct str all = buf_str(&streams->pending);
    size_t len = end < 0 ? all.len : (size_t)end;
    if (len > REQUEST_LIMIT) {
        return err_new(arena, "the request is longer than %zu bytes", REQUEST_LIMIT);
    }
    *got = all.len > 0;
    *line = str_copy(arena, all.data, len);
    size_t rest = end < 0 ? 0 : all.len - len - 1;
    struct arena old = streams->arena;
    streams->arena = (struct arena){0};
    streams->pending = buf_new(&streams->arena);
    buf_add_bytes(&streams->pending, all.data + all.len - rest, rest);
    arena_free(&old);
    return NULL;
}

static int terminal_open(void)
{
    return open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

enum person person_present(void)
{
    CLEANUP(fd_close) int terminal = terminal_open();
    if (terminal >= 0) {
        return PERSON_TERMINAL;
    }
    return is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") ? PERSON_DISPLAY : PERSON_NONE;
}

/*
 * Waits until a line can be read, or until a signal that would end the process is pending. It stays
 * pending: once the terminal is as it was and signals are let through again, it does its work.
 */
static struct err *wait_for_line(struct arena *arena, int terminal, int signals)
{
    struct pollfd wait[] = {{.fd = terminal, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    if (TEMP_FAILURE_RETRY(poll(wait, COUNT(wait), -1)) < 0) {
        return err_os(arena, errno);
    }
    return wait[1].revents ? err_new(arena, "interrupted") : NULL;
}

static struct err *read_typed_line(struct arena *arena, int terminal, int signals,
                                   struct buf *typed)
{
    bool ended = false;
    while (!ended && str_find(buf_str(typed), '\n') < 0) {
        if (typed->len > TOKEN_LIMIT) {
            return err_new(arena, "the line is longer than %zu bytes", TOKEN_LIMIT);
        }
        TRY(wait_for_line(arena, terminal, signals));
        TRY(read_more(arena, terminal, typed, &ended));
    }
    return NULL;
}

static struct err *read_hidden(struct arena *arena, int terminal, struct str question,
                               struct buf *typed)
{
    struct termios shown;
    sigset_t fatal;
    sigset_t before;
    sigemptyset(&fatal);
    sigaddset(&fatal, SIGINT);
    sigaddset(&fatal, SIGTERM);
    sigaddset(&fatal, SIGHUP);
    sigaddset(&fatal, SIGQUIT);
    CLEANUP(fd_close) int signals = signalfd(-1, &fatal, SFD_CLOEXEC);
    if (signals < 0 || tcgetattr(terminal, &shown) < 0) {
        return err_os(arena, errno);
    }
    struct termios hidden = shown;
    hidden.c_lflag = (hidden.c_lflag & ~(tcflag_t)ECHO) | ECHONL;

    sigprocmask(SIG_BLOCK, &fatal, &before);
    (void)tcsetattr(terminal, TCSAFLUSH, &hidden);
    (void)write_all(terminal, question);
    struct err *err = read_typed_line(arena, terminal, signals, typed);
    (void)tcsetattr(terminal, TCSAFLUSH, &shown);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return err;
}

static struct str trim(struct arena *arena, struct str s)
{
    static const char blanks[] = " \t\n\v\f\r";
    size_t start = 0;
    size_t end = s.len;
    while (start < end && memchr(blanks, s.data[start], sizeof(blanks) - 1)) {
        start++;
    }
    while (end > start && memchr(blanks, s.data[end - 1], sizeof(blanks) - 1)) {
        end--;
    }
    return str_slice(arena, s, start, end);
}

struct err *terminal_ask_secret(struct arena *arena, struct str question, struct str *out)
{
    CLEANUP(fd_close) int terminal = terminal_open();
    if (terminal < 0) {
        return err_new(arena, "no token was given, and there is no terminal to ask for one");
    }
    struct buf typed = buf_new(arena);
    struct err *err = read_hidden(arena, terminal, question, &typed);
    if (err) {
        return err_wrap(arena, err, "failed to read the token from the terminal");
    }
    *out = trim(arena, buf_str(&typed));
    return NULL;
}
