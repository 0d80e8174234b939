/*
 * Files and paths. Paths are bytes, joined as Rust's Path::join does it; nothing here knows what is
 * in a file. A failure is one err with the system's words (err_os) or the reason why the file
 * cannot be read; the caller wraps it in a sentence with the path.
 */
#ifndef UTIL_FS_H
#define UTIL_FS_H

#include "util/base.h"

#include <errno.h>
#include <unistd.h>

#ifndef TEMP_FAILURE_RETRY /* glibc has it: repeats a call until no signal interrupts it */
#define TEMP_FAILURE_RETRY(call)                                                                   \
    __extension__({                                                                                \
        long result_;                                                                              \
        do {                                                                                       \
            result_ = (long)(call);                                                                \
        } while (result_ == -1 && errno == EINTR);                                                 \
        result_;                                                                                   \
    })
#endif

/* `CLEANUP(fd_close) int fd = -1;` closes what is open when the block ends; -1 is nothing. */
void fd_close(int *fd);

/* Opens for reading, without waiting for a FIFO's writer; -1 with errno. */
int file_open(struct str path);

/* All of it, in one write(2) where the system takes it whole; false: not all could be written. */
bool write_all(int fd, struct str text);

/*
 * Returns true if this errno of open() or stat() means that the file does not exist for this user.
 * Others, such as EMFILE or EIO, do not show whether it exists, so it must not be reported as
 * absent.
 */
bool file_absent(int number);

/* What is at a path, compared with an open file: nothing, the same inode, or another. */
enum file_identity { FILE_ABSENT, FILE_SAME, FILE_OTHER };
enum file_identity fd_identity(int fd, struct str path);

/* Returns true if both paths lead to the same file or directory, false if one leads nowhere. */
bool path_same(struct str a, struct str b);

/*
 * Reads a whole file. A file of more than `limit` bytes is an error. A FIFO is an error at once,
 * without waiting for its writer; a socket cannot be opened; a directory gives EISDIR.
 */
struct err *file_read(struct arena *arena, struct str path, size_t limit,
                      struct str *out) MUST_CHECK;

/* The same from an open descriptor, from its beginning; the offset is left where it was. */
struct err *fd_read(struct arena *arena, int fd, size_t limit, struct str *out) MUST_CHECK;

/* Returns true if the file contains exactly this text. Allocates nothing. */
bool fd_holds(int fd, struct str text);

/* Follows symlinks, as Rust's Path::exists does; true as well where it cannot be seen. */
bool path_exists(struct str path);

/* `name` alone where it is absolute; else dir, one slash, name. */
struct str path_join(struct arena *arena, struct str dir, struct str name);

/* An absolute path without `//`, `.`, `..` and a slash at the end, by its text alone: behind a
 * symbolic link it may lead elsewhere. cargo: paths::normalize_path. */
struct str path_normal(struct arena *arena, struct str path);

/* What Rust's Path::parent gives: "/a/b" -> "/a", "/a" -> "/", "a" -> "", "/" -> nothing (false).
 */
bool path_parent(struct arena *arena, struct str path, struct str *out);

/* Symlinks, `.` and `..` resolved; false where the path cannot be resolved. */
bool path_canonical(struct arena *arena, struct str path, struct str *out);

/* The working directory. */
struct err *path_cwd(struct arena *arena, struct str *out) MUST_CHECK;

#endif
