#include "util/lock.h"

#include <errno.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/vfs.h>

static bool try_flock(int fd, int how)
{
    int failed;
    do {
        failed = flock(fd, how);
    } while (failed && errno == EINTR);
    return !failed;
}

/* cargo: acquire. */
struct err *lock_acquire(struct shell *shell, int fd, struct str path, enum lock_kind kind,
                         const char *what)
{
    struct statfs filesystem;
    if (fstatfs(fd, &filesystem) == 0 && filesystem.f_type == NFS_SUPER_MAGIC) {
        return NULL; /* where flock may hang even when told not to wait */
    }
    int how = kind == LOCK_SHARED ? LOCK_SH : LOCK_EX;
    bool locked = try_flock(fd, how | LOCK_NB);
    if (!locked && errno == EWOULDBLOCK) {
        if (shell->verbosity == VERBOSITY_VERY_VERBOSE) {
            shell_status(shell, "Blocking", "waiting for file lock on %s (%s)", what, path.data);
        } else {
            shell_status(shell, "Blocking", "waiting for file lock on %s", what);
        }
        locked = try_flock(fd, how);
    }
    if (locked || errno == ENOSYS || errno == ENOTSUP) {
        return NULL;
    }
    return err_wrap(shell->arena, err_os(shell->arena, errno), "failed to lock file: %s",
                    path.data);
}
