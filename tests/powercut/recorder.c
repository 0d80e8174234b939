/*
 * A disk whose writes and flushes are recorded in their order, as a FUSE file system of two files.
 *
 *     recorder IMAGE LOG DIRECTORY
 *
 * DIRECTORY/disk is IMAGE, for a loop device: each write and each fsync adds a record to LOG.
 * DIRECTORY/said takes the output of the program under test: each write adds a record too, so that
 * LOG shows what was on the disk when a line was printed. A record is one of
 *
 *     W OFFSET LENGTH    followed by LENGTH bytes: written to the disk
 *     F 0 0              flushed
 *     S 0 LENGTH         followed by LENGTH bytes: printed
 *
 * as a line of text. Only one request is handled at a time. Nothing is cached by the kernel: both
 * files are opened for direct access.
 */
#define FUSE_USE_VERSION 31

#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int image;
static FILE *records;

static bool is_disk(const char *path)
{
    return strcmp(path, "/disk") == 0;
}

static int disk_getattr(const char *path, struct stat *out, struct fuse_file_info *file)
{
    (void)file;
    *out = (struct stat){.st_nlink = 1, .st_mode = S_IFREG | 0600};
    if (strcmp(path, "/") == 0) {
        out->st_mode = S_IFDIR | 0700;
    } else if (is_disk(path)) {
        struct stat status;
        if (fstat(image, &status) < 0)
            return -errno;
        out->st_size = status.st_size;
    } else if (strcmp(path, "/said") != 0) {
        return -ENOENT;
    }
    return 0;
}

static int disk_open(const char *path, struct fuse_file_info *file)
{
    (void)path;
    file->direct_io = 1;
    return 0;
}

static int disk_read(const char *path, char *data, size_t length, off_t at,
                     struct fuse_file_info *file)
{
    (void)file;
    if (!is_disk(path))
        return 0;
    ssize_t got = pread(image, data, length, at);
    return got < 0 ? -errno : (int)got;
}

static int record(char kind, off_t at, const char *data, size_t length)
{
    if (fprintf(records, "%c %lld %zu\n", kind, (long long)at, length) < 0 ||
        fwrite(data, 1, length, records) != length || fflush(records) != 0)
        return -EIO;
    return (int)length;
}

static int disk_write(const char *path, const char *data, size_t length, off_t at,
                      struct fuse_file_info *file)
{
    (void)file;
    if (!is_disk(path))
        return record('S', 0, data, length);
    ssize_t wrote = pwrite(image, data, length, at);
    if (wrote != (ssize_t)length)
        return wrote < 0 ? -errno : -EIO;
    return record('W', at, data, length);
}

static int disk_fsync(const char *path, int only_data, struct fuse_file_info *file)
{
    (void)only_data;
    (void)file;
    return is_disk(path) ? record('F', 0, "", 0) : 0;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: recorder IMAGE LOG DIRECTORY\n");
        return 2;
    }
    image = open(argv[1], O_RDWR | O_CLOEXEC);
    records = fopen(argv[2], "we");
    if (image < 0 || !records) {
        perror(argv[0]);
        return 1;
    }
    const struct fuse_operations operations = {
        .getattr = disk_getattr,
        .open = disk_open,
        .read = disk_read,
        .write = disk_write,
        .fsync = disk_fsync,
    };
    char foreground[] = "-f";
    char one_thread[] = "-s";
    char *arguments[] = {argv[0], foreground, one_thread, argv[3], NULL};
    return fuse_main(4, arguments, &operations, NULL);
}
