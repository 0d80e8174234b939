#include "util/lock.h"

#include "util/child.h"
#include "util/fs.h"
#include "util/signals.h"

#include <linux/magic.h>
#include <poll.h>
#include <sys/vfs.h>

enum { INTERVAL_MS = 20, LIMIT_SECONDS = 20 };

/* flock() has no deadline, so this tries to acquire the lock repeatedly. */
static struct err *wait_for(const struct shell *shell, int fd, int how, bool limited)
{
    int64_t until = child_clock() + (int64_t)LIMIT_SECONDS * 1000;
    CLEANUP(signals_release) struct signals signals;
    (void)signals_hold(&signals);
    do {
        (void)poll(NULL, 0, INTERVAL_MS);
        if (signals_came(&signals))
            return err_new(shell->arena, "interrupted by a signal");
        if (limited && child_clock() > until) {
            return err_new(shell->arena, "another program has held the lock for %d seconds",
                           LIMIT_SECONDS);
        }
        if (RETRY(flock(fd, how | LOCK_NB)) == 0)
            return NULL;
    } while (errno == EWOULDBLOCK);
    return err_os(shell->arena, errno);
}

/* cargo: acquire. */
struct err *lock_acquire(const struct shell *shell, int fd, struct str shown, int how,
                         bool credentials)
{
    struct statfs filesystem;
    if (fstatfs(fd, &filesystem) == 0 && filesystem.f_type == NFS_SUPER_MAGIC)
        return NULL; /* flock() can hang there even with LOCK_NB */
    int number = RETRY(flock(fd, how | LOCK_NB)) == 0 ? 0 : errno;
    if (number == 0 || number == ENOSYS || number == ENOTSUP)
        return NULL;
    struct err *err = err_os(shell->arena, number);
    if (number == EWOULDBLOCK) {
        bool verbose = shell->verbosity == VERBOSITY_VERY_VERBOSE;
        struct str name = verbose ? str_format(shell->arena, " (%s)", shown.data) : STR("");
        shell_status(shell, "Blocking", "waiting for file lock on %sconfig file%s",
                     credentials ? "credentials' " : "", name.data);
        err = wait_for(shell, fd, how, !credentials && !shell_person(shell));
    }
    return err ? err_wrap(shell->arena, err, "failed to lock file: %s", shown.data) : NULL;
}
