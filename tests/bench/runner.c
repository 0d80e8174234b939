/*
 * Runs a program once, discards its output, and prints the cost:
 *
 *     runner PROGRAM ARGUMENT...
 *     -> exit-status wall-ns user-us system-us peak-KiB
 *
 * It is a separate program because the peak memory of a child starts at the size of its parent, and
 * this program is small.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long microseconds(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

int main(int argc, char **argv)
{
    posix_spawn_file_actions_t actions;
    if (argc < 2 || posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) != 0 ||
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) != 0 ||
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) != 0) {
        return 2;
    }
    pid_t child = 0;
    int status = 0;
    struct rusage usage;
    long long start = nanoseconds();
    if (posix_spawn(&child, argv[1], &actions, NULL, argv + 1, environ) != 0 ||
        wait4(child, &status, 0, &usage) < 0) {
        return 2;
    }
    long long wall = nanoseconds() - start;
    posix_spawn_file_actions_destroy(&actions);
    printf("%d %lld %lld %lld %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 255, wall,
           microseconds(usage.ru_utime), microseconds(usage.ru_stime), usage.ru_maxrss);
    return 0;
}
