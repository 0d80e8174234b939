/*
 * cargo's lock on a file: flock on the file itself, so the inode is locked, not the name. It ends
 * when the descriptor is closed.
 */
#ifndef UTIL_LOCK_H
#define UTIL_LOCK_H

#include "util/shell.h"

enum lock_kind { LOCK_SHARED, LOCK_EXCLUSIVE };

struct lock_wait {
    const char *what;    /* for `Blocking waiting for file lock on WHAT` */
    int64_t deadline_ms; /* if no person is there; 0: as long as it takes */
};

/* Credentials files are waited for as cargo does. Anyone who can read a configuration file can lock
 * it, so for these there is a limit. */
extern const struct lock_wait lock_of_credentials;
extern const struct lock_wait lock_of_config;

/*
 * Acquires the lock, and prints a status line if another program holds it. A signal that ends the
 * program ends the wait: it acts at once, or gives the err `interrupted by a signal` if the caller
 * holds signals back (signals.h). A file system without locks is no error. `shown` is the path for
 * messages.
 */
struct err *lock_acquire(const struct shell *shell, int fd, struct str shown, enum lock_kind kind,
                         const struct lock_wait *wait) MUST_CHECK;

#endif
