/*
 * Acquires cargo's lock on a file: flock on the file itself, so it locks the inode and not the
 * name. Closing the descriptor releases the lock.
 */
#ifndef UTIL_LOCK_H
#define UTIL_LOCK_H

#include "util/shell.h"

enum lock_kind { LOCK_SHARED, LOCK_EXCLUSIVE };

struct lock_wait {
    const char *what;    /* for `Blocking waiting for file lock on WHAT` */
    int64_t deadline_ms; /* if no person is at the terminal; 0: no limit */
};

/* For credentials files, it waits as cargo does. Anyone who can read a configuration file can lock
 * it, so for these there is a limit. */
extern const struct lock_wait lock_of_credentials;
extern const struct lock_wait lock_of_config;

/*
 * Prints a status line if another program holds the lock, and waits. A signal that ends the program
 * ends the wait. It acts at once or, if the caller holds signals back (signals.h), the err is
 * `interrupted by a signal`. A file system without locks is not an error. `shown` is the path for
 * messages.
 */
struct err *lock_acquire(const struct shell *shell, int fd, struct str shown, enum lock_kind kind,
                         const struct lock_wait *wait) MUST_CHECK;

#endif
