/*
 * Measures the minimum cost of safely removing bytes from a file: no TOML and no configuration,
 * only the system calls of an edit in place, with the same syncs as in cargo-logout.
 *
 *     floor FILE OFFSET LENGTH        takes LENGTH bytes at OFFSET out of FILE
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int cut(int fd, size_t offset, size_t length)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return 1;
    size_t size = (size_t)status.st_size;
    char *text = malloc(size);
    if (!text || read(fd, text, size) != (ssize_t)size || offset + length > size)
        return 1;
    size_t tail = size - offset - length;
    memmove(text + offset, text + offset + length, tail);
    memset(text + offset + tail, '\n', length);
    if (pwrite(fd, text + offset, size - offset, (off_t)offset) < 0 || fdatasync(fd) < 0 ||
        ftruncate(fd, (off_t)(size - length)) < 0 || fchmod(fd, 0600) < 0 || fsync(fd) < 0)
        return 1;
    free(text);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    int fd = open(argv[1], O_RDWR | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
        return 1;
    return cut(fd, strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
}
