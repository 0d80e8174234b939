#include "streams.h"

#include "util/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define REQUEST_LIMIT ((size_t)1024 * 1024) /* bytes in one line */
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
    if (null > STDERR_FILENO) { /* otherwise it replaced a standard descriptor that was closed */
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

/* Reads once more into `buf`. Sets `ended` at the end of the input. */
static struct err *read_more(struct arena *arena, int fd, struct buf *buf, bool *ended)
{
    char *piece = arena_alloc(buf->arena, READ_SIZE); /* in the arena, which is overwritten */
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
