/*
 * Preloaded into a program that runs on a recorded disk. $DISTURB is a list of what happens to its
 * calls:
 *
 *     sync         After each call that changes a file, the kernel writes the file system back, as
 *                  it does by itself every few seconds.
 *     unflushed    fsync and fdatasync do nothing. This is a planted fault.
 *     truncated    pwrite cuts the file where the new bytes begin, and then writes them and the
 *                  rest. This is a planted fault.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static bool does(const char *what)
{
    const char *list = getenv("DISTURB");
    return list && strstr(list, what);
}

static long changed(int fd, long result)
{
    if (does("sync")) {
        syncfs(fd);
    }
    return result;
}

/* By the names that the C library has for them: its headers rename the calls that take an off_t. */
ssize_t disturbed_write(int fd, const void *data, size_t length) __asm__("write");
ssize_t disturbed_pwrite(int fd, const void *data, size_t length, off_t at) __asm__("pwrite64");
int disturbed_ftruncate(int fd, off_t length) __asm__("ftruncate64");
int disturbed_fchmod(int fd, mode_t mode) __asm__("fchmod");
int disturbed_fsync(int fd) __asm__("fsync");
int disturbed_fdatasync(int fd) __asm__("fdatasync");

ssize_t disturbed_write(int fd, const void *data, size_t length)
{
    return changed(fd, syscall(SYS_write, fd, data, length));
}

ssize_t disturbed_pwrite(int fd, const void *data, size_t length, off_t at)
{
    static char rest[1 << 20];
    if (!does("truncated")) {
        return changed(fd, syscall(SYS_pwrite64, fd, data, length, at));
    }
    off_t end = at + (off_t)length;
    ssize_t behind = pread(fd, rest, sizeof(rest), end);
    if (behind < 0 || disturbed_ftruncate(fd, at) < 0) {
        return -1;
    }
    if (syscall(SYS_pwrite64, fd, rest, behind, end) != behind) {
        return -1;
    }
    return changed(fd, syscall(SYS_pwrite64, fd, data, length, at));
}

int disturbed_ftruncate(int fd, off_t length)
{
    return (int)changed(fd, syscall(SYS_ftruncate, fd, length));
}

int disturbed_fchmod(int fd, mode_t mode)
{
    return (int)changed(fd, syscall(SYS_fchmod, fd, mode));
}

int disturbed_fsync(int fd)
{
    return does("unflushed") ? 0 : (int)syscall(SYS_fsync, fd);
}

int disturbed_fdatasync(int fd)
{
    return does("unflushed") ? 0 : (int)syscall(SYS_fdatasync, fd);
}
