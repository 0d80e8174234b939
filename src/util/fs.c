#include "util/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void fd_close(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
        *fd = -1;
    }
}

static struct err *too_large(struct arena *arena, size_t limit)
{
    return err_new(arena, "the file is larger than %zu bytes", limit);
}

struct err *fd_read(struct arena *arena, int fd, size_t limit, struct str *out)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return err_os(arena, errno);
    if (S_ISFIFO(status.st_mode))
        return err_new(arena, "not a regular file");
    if (S_ISREG(status.st_mode) && (uintmax_t)status.st_size > limit)
        return too_large(arena, limit);
    struct buf text = buf_new(arena);
    /* One byte more than the size, so that the first read shows the end of the file. */
    buf_reserve(&text, (status.st_size > 0 ? (size_t)status.st_size : 4096) + 1);
    ssize_t got;
    do {
        buf_reserve(&text, 1);
        size_t room = text.size - text.len - 1;
        got = RETRY(pread(fd, text.data + text.len, room, (off_t)text.len));
        if (got < 0)
            return err_os(arena, errno);
        text.len += (size_t)got;
        if (text.len > limit)
            return too_large(arena, limit);
    } while (got > 0 && !(S_ISREG(status.st_mode) && text.len == (size_t)status.st_size));
    text.data[text.len] = '\0';
    *out = buf_str(&text);
    return NULL;
}

bool write_all(int fd, struct str text)
{
    size_t done = 0;
    while (done < text.len) {
        ssize_t count = RETRY(write(fd, text.data + done, text.len - done));
        if (count <= 0)
            return false;
        done += (size_t)count;
    }
    return true;
}

int file_open(struct str path)
{
    /* O_NONBLOCK: opening a FIFO without a writer must not wait. openat: musl's open() sets
     * FD_CLOEXEC once more with a system call of its own. */
    const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    return (int)RETRY(openat(AT_FDCWD, path.data, flags));
}

bool file_absent(int number)
{
    return number == ENOENT || number == ENOTDIR || number == EACCES || number == ELOOP ||
           number == ENAMETOOLONG || number == ENXIO; /* the last: a socket */
}

static bool same_inode(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

enum file_identity fd_identity(int fd, struct str path)
{
    struct stat other;
    if (stat(path.data, &other) < 0)
        return file_absent(errno) ? FILE_ABSENT : FILE_OTHER;
    struct stat own;
    return fstat(fd, &own) == 0 && same_inode(&own, &other) ? FILE_SAME : FILE_OTHER;
}

bool path_same(struct str a, struct str b)
{
    struct stat first;
    struct stat second;
    return stat(a.data, &first) == 0 && stat(b.data, &second) == 0 && same_inode(&first, &second);
}

bool fd_contains(int fd, size_t offset, struct str text)
{
    char piece[2048];
    for (size_t done = 0; done < text.len;) {
        size_t left = text.len - done;
        size_t want = left < sizeof(piece) ? left : sizeof(piece);
        ssize_t got = RETRY(pread(fd, piece, want, (off_t)(offset + done)));
        if (got <= 0 || memcmp(piece, text.data + done, (size_t)got) != 0) {
            errno = got < 0 ? errno : 0;
            return false;
        }
        done += (size_t)got;
    }
    return true;
}

struct err *file_read(struct arena *arena, struct str path, size_t limit, struct str *out)
{
    CLEANUP(fd_close) int fd = file_open(path);
    if (fd < 0)
        return err_os(arena, errno);
    return fd_read(arena, fd, limit, out);
}

bool path_exists(struct str path)
{
    struct stat status;
    return stat(path.data, &status) == 0 || !file_absent(errno);
}

struct str path_join(struct arena *arena, struct str dir, struct str name)
{
    if (name.len > 0 && name.data[0] == '/')
        return name;
    struct buf path = buf_new(arena); /* keep a NUL, so that opening the path fails */
    buf_add(&path, dir);
    buf_add(&path, dir.len > 0 && !str_ends(dir, STR("/")) ? STR("/") : STR(""));
    buf_add(&path, name);
    return buf_str(&path);
}

struct str path_normal(struct arena *arena, struct str path)
{
    struct buf out = buf_new(arena);
    for (size_t at = 0; at < path.len;) {
        size_t end = at;
        while (end < path.len && path.data[end] != '/')
            end++;
        size_t len = end - at;
        bool up = len == 2 && memcmp(path.data + at, "..", 2) == 0;
        while (up && out.len > 0 && out.data[--out.len] != '/') {
        }
        if (len > 0 && !up && !(len == 1 && path.data[at] == '.')) {
            buf_add_char(&out, '/');
            buf_add_bytes(&out, path.data + at, len);
        }
        at = end + 1;
    }
    if (out.len == 0)
        return STR("/");
    out.data[out.len] = '\0';
    return buf_str(&out);
}

bool path_parent(struct arena *arena, struct str path, struct str *out)
{
    size_t end = path.len;
    while (end > 0 && path.data[end - 1] == '/')
        end--;
    if (end == 0)
        return false;
    while (end > 0 && path.data[end - 1] != '/')
        end--;
    while (end > 1 && path.data[end - 1] == '/')
        end--;
    *out = str_slice(arena, path, 0, end);
    return true;
}

bool path_canonical(struct arena *arena, struct str path, struct str *out)
{
    char resolved[PATH_MAX];
    if (!realpath(path.data, resolved))
        return false;
    *out = str_copy(arena, resolved, strlen(resolved));
    return true;
}
