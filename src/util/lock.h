/*
 * cargo's lock on a file: flock on the file itself, so it is the inode that is locked, not the
 * name. It ends when the descriptor is closed.
 */
#ifndef UTIL_LOCK_H
#define UTIL_LOCK_H

#include "util/shell.h"

enum lock_kind { LOCK_SHARED, LOCK_EXCLUSIVE };

/*
 * Waits as long as it takes, and says so first: `Blocking waiting for file lock on WHAT`. Where the
 * file system has no locks there is none, and that is no error.
 */
struct err *lock_acquire(struct shell *shell, int fd, struct str path, enum lock_kind kind,
                         const char *what) MUST_CHECK;

#endif
