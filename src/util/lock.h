/*
 * Acquires cargo's lock on a file: flock on the file itself, so it locks the inode and not the
 * name. Closing the descriptor releases the lock.
 */
#ifndef UTIL_LOCK_H
#define UTIL_LOCK_H

#include "util/shell.h"

#include <sys/file.h>

/* `how` is LOCK_SH or LOCK_EX, and `shown` is the path for messages. Prints a status line if
 * another program holds the lock, and waits. For credentials, it waits as cargo does. Anyone who
 * can read a configuration file can lock it, so for others there is a limit if no person is at the
 * terminal.
 *
 * A signal that ends the program ends the wait. It acts at once or, if the caller holds signals
 * back (signals.h), the err is `interrupted by a signal`. A file system without locks is not an
 * error. */
struct err *lock_acquire(const struct shell *shell, int fd, struct str shown, int how,
                         bool credentials) MUST_CHECK;

#endif
