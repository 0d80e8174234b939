/*
 * Preloaded into a program, makes an allocation fail:
 *
 *     LD_PRELOAD=libno_memory.so NO_MEMORY="N PATH" PROGRAM ARGUMENT...
 *
 * The N-th call of mmap, malloc, calloc and realloc together, counted from 1, fails, and so does
 * each later one. PATH is then created as a sign. Programs that this program starts are not
 * affected.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What glibc itself calls; a name that begins with two underscores is its own to give. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t nmemb, size_t size);
void *__libc_realloc(void *ptr, size_t size);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static struct {
    long left; /* allocations that succeed; negative: all of them */
    const char *path;
} plan = {.left = -1};

__attribute__((constructor)) static void begin(void)
{
    const char *wanted = getenv("NO_MEMORY");
    if (wanted) {
        char *end;
        plan.left = strtol(wanted, &end, 10) - 1;
        plan.path = end + 1;
        (void)unsetenv("LD_PRELOAD");
        (void)unsetenv("NO_MEMORY");
    }
}

static int refused(void)
{
    if (plan.left != 0) {
        plan.left -= plan.left > 0;
        return 0;
    }
    (void)close(open(plan.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    errno = ENOMEM;
    return 1;
}

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
    if (refused())
        return MAP_FAILED;
#ifdef SYS_mmap2 /* counts in pages, where SYS_mmap takes other arguments */
    long got = syscall(SYS_mmap2, addr, len, prot, flags, fd, offset >> 12);
#else
    long got = syscall(SYS_mmap, addr, len, prot, flags, fd, offset);
#endif
    return (void *)got; /* NOLINT(performance-no-int-to-ptr): a system call gives a number */
}

void *malloc(size_t size)
{
    return refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t nmemb, size_t size)
{
    return refused() ? NULL : __libc_calloc(nmemb, size);
}

void *realloc(void *ptr, size_t size)
{
    return refused() ? NULL : __libc_realloc(ptr, size);
}
