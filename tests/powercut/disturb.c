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
#include <sys/stat.h>
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
    if (does("sync"))
        syncfs(fd);
    return result;
}

/* The C library has these names for the calls that its headers rename. */
ssize_t write(int fd, const void *data, size_t length)
{
    return changed(fd, syscall(SYS_write, fd, data, length));
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at)
{
    static char rest[1 << 20];
    if (!does("truncated"))
        return changed(fd, syscall(SYS_pwrite64, fd, data, length, at));
    off64_t end = at + (off64_t)length;
    ssize_t behind = pread64(fd, rest, sizeof(rest), end);
    if (behind < 0 || ftruncate64(fd, at) < 0)
        return -1;
    if (syscall(SYS_pwrite64, fd, rest, behind, end) != behind)
        return -1;
    return changed(fd, syscall(SYS_pwrite64, fd, data, length, at));
}

int ftruncate64(int fd, off64_t length)
{
    return (int)changed(fd, syscall(SYS_ftruncate, fd, length));
}

int fchmod(int fd, mode_t mode)
{
    return (int)changed(fd, syscall(SYS_fchmod, fd, mode));
}

int fsync(int fd)
{
    return does("unflushed") ? 0 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return does("unflushed") ? 0 : (int)syscall(SYS_fdatasync, fd);
}
