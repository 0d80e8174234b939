#include "util/base.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Sizes of chunks, including their header. Pages that are not used cost nothing, and doubling the
 * size keeps the number of chunks small for a large file. */
#define FIRST_CHUNK   ((size_t)128 * 1024)
#define LARGEST_CHUNK ((size_t)8 * 1024 * 1024)
#define PAGE          ((size_t)4096)
#define HUGE_PAGE     ((size_t)2 * 1024 * 1024)
#define ALIGNMENT     _Alignof(max_align_t)

struct arena_chunk {
    struct arena_chunk *older;
    size_t size; /* bytes in data */
    size_t used;
    _Alignas(max_align_t) char data[];
};

void out_of_memory(void)
{
    static const char message[] = "error: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);
    (void)ignored;
    _exit(101);
}

static size_t round_up(size_t size)
{
    if (size > SIZE_MAX - ALIGNMENT) {
        out_of_memory();
    }
    return (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

/* Uses mmap() instead of malloc(), because new pages are zero and use no memory until they are
 * written. */
static void *map(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) {
        out_of_memory();
    }
    return p;
}

/* Maps whole huge pages, aligned. Otherwise, each 4 KiB of a large file's tree costs a page fault,
 * which takes most of the time. The kernel's address is aligned only by chance. */
static void *map_huge(size_t size)
{
    char *wide = map(size + HUGE_PAGE);
    size_t front = (HUGE_PAGE - (uintptr_t)wide % HUGE_PAGE) % HUGE_PAGE;
    if (front > 0) {
        (void)munmap(wide, front);
    }
    (void)munmap(wide + front + size, HUGE_PAGE - front);
    (void)madvise(wide + front, size, MADV_HUGEPAGE); /* only advice, so an error does not matter */
    return wide + front;
}

static struct arena_chunk *chunk_add(struct arena *arena, size_t at_least)
{
    if (at_least > SIZE_MAX / 2) {
        out_of_memory();
    }
    size_t total = FIRST_CHUNK;
    if (arena->newest) {
        total = (sizeof(struct arena_chunk) + arena->newest->size) * 2;
    }
    if (total > LARGEST_CHUNK) {
        total = LARGEST_CHUNK;
    }
    if (total < at_least + sizeof(struct arena_chunk)) {
        total = at_least + sizeof(struct arena_chunk);
    }
    bool huge = total >= HUGE_PAGE;
    size_t page = huge ? HUGE_PAGE : PAGE;
    total = (total + page - 1) / page * page;
    struct arena_chunk *chunk = huge ? map_huge(total) : map(total);
    chunk->size = total - sizeof(*chunk);
    chunk->older = arena->newest;
    arena->newest = chunk;
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size = round_up(size ? size : 1);
    struct arena_chunk *chunk = arena->newest;
    if (!chunk || chunk->size - chunk->used < size) {
        chunk = chunk_add(arena, size);
    }
    void *p = chunk->data + chunk->used;
    chunk->used += size;
    return p;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        out_of_memory();
    }
    return arena_alloc(arena, total);
}

void *arena_grow(struct arena *arena, void *old, size_t size, size_t wanted)
{
    struct arena_chunk *chunk = arena->newest;
    size_t held = round_up(size ? size : 1);
    if (old && chunk->used >= held && (char *)old == chunk->data + chunk->used - held) {
        size_t needed = round_up(wanted ? wanted : 1);
        if (needed <= held || chunk->size - chunk->used >= needed - held) {
            chunk->used = chunk->used - held + (needed > held ? needed : held);
            return old;
        }
    }
    void *p = arena_alloc(arena, wanted);
    if (old) {
        memcpy(p, old, size < wanted ? size : wanted);
    }
    return p;
}

static void chunks_free(struct arena_chunk *chunk)
{
    while (chunk) {
        struct arena_chunk *older = chunk->older;
        explicit_bzero(chunk->data, chunk->used);
        (void)munmap(chunk, sizeof(*chunk) + chunk->size);
        chunk = older;
    }
}

void arena_clear(struct arena *arena)
{
    struct arena_chunk *chunk = arena->newest;
    if (chunk) {
        chunks_free(chunk->older);
        explicit_bzero(chunk->data, chunk->used);
        chunk->older = NULL;
        chunk->used = 0;
    }
}

void arena_free(struct arena *arena)
{
    chunks_free(arena->newest);
    arena->newest = NULL;
}

void stack_wipe(size_t size)
{
    char below[4 * PAGE];
    if (size > sizeof(below)) {
        stack_wipe(size - sizeof(below)); /* first, so that it is a call and not a loop */
    }
    explicit_bzero(below, sizeof(below));
}

void arena_private(void)
{
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* cannot fail with these values */
}
