/*
 * Reads files and handles paths. Paths are bytes and are joined as by Rust's Path::join. An error
 * has the system's message (err_os) or the reason why the file cannot be read. The caller wraps it
 * in a message with the path.
 */
#ifndef UTIL_FS_H
#define UTIL_FS_H

#include "util/base.h"

#include <errno.h>
#include <unistd.h>

/* Repeats a call until no signal interrupts it. */
#define RETRY(call)                                                                                \
    __extension__({                                                                                \
        long result_;                                                                              \
        do {                                                                                       \
            result_ = (long)(call);                                                                \
        } while (result_ == -1 && errno == EINTR);                                                 \
        result_;                                                                                   \
    })

/* `CLEANUP(fd_close) int fd = -1;` closes the descriptor at the end of the block, unless it is -1.
 */
void fd_close(int *fd);

/* Opens a file for reading, without waiting for a FIFO's writer. Returns -1 with errno. */
int file_open(struct str path);

/* Writes all of `text`, if possible in one write(2). Returns false if not all could be written. */
bool write_all(int fd, struct str text);

/* Returns true if this errno of open() or stat() means that the file does not exist for this user.
 * Others, such as EMFILE or EIO, do not show whether it exists. */
bool file_absent(int number);

/* Compares the file at a path with an open file: there is none, the same inode, or another. A path
 * that cannot be checked counts as another. */
enum file_identity { FILE_ABSENT, FILE_SAME, FILE_OTHER };
enum file_identity fd_identity(int fd, struct str path);

/* Returns true if both paths lead to the same file or directory, false if one leads nowhere. */
bool path_same(struct str a, struct str b);

/* Reads a whole file. Fails if the file has more than `limit` bytes, and at once for a FIFO, a
 * socket or a directory. */
struct err *file_read(struct arena *arena, struct str path, size_t limit,
                      struct str *out) MUST_CHECK;

/* The same for an open descriptor, from its beginning. The file offset does not change. */
struct err *fd_read(struct arena *arena, int fd, size_t limit, struct str *out) MUST_CHECK;

/* Returns true if the file could be read and contains the text at this offset. Otherwise, errno is
 * 0 if the contents differ. */
bool fd_contains(int fd, size_t offset, struct str text);

/* Follows symbolic links, as Rust's Path::exists does. Also returns true if the path cannot be
 * checked. */
bool path_exists(struct str path);

/* Returns `name` if it is absolute, or else dir, one slash and name. */
struct str path_join(struct arena *arena, struct str dir, struct str name);

/* Returns an absolute path without `//`, `.`, `..` and a final slash. It uses only the text, so the
 * result can be another file if a symbolic link precedes `..`. cargo: paths::normalize_path. */
struct str path_normal(struct arena *arena, struct str path);

/* Rust's Path::parent: "/a/b" -> "/a", "/a" -> "/", "a" -> "". Returns false for "/" and "". */
bool path_parent(struct arena *arena, struct str path, struct str *out);

/* Resolves symbolic links, `.` and `..`. Returns false with errno if the path cannot be resolved.
 */
bool path_canonical(struct arena *arena, struct str path, struct str *out);

#endif
