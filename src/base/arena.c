#include "base/base.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Small enough that a run on one registry touches few pages, doubling so that a large file needs
 * few chunks. */
#define FIRST_CHUNK   ((size_t)32 * 1024)
#define LARGEST_CHUNK ((size_t)8 * 1024 * 1024)
#define PAGE          ((size_t)4096)
#define ALIGNMENT     _Alignof(max_align_t)

struct arena_chunk {
    struct arena_chunk *older;
    size_t size; /* bytes in data */
    size_t used;
    _Alignas(max_align_t) char data[];
};

static _Noreturn void out_of_memory(void)
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

/* Without this each 4 KiB of a large file's tree costs a page fault, which is a third of its time.
 */
static void prefer_huge_pages(struct arena_chunk *chunk)
{
    size_t to_page = (PAGE - (uintptr_t)chunk % PAGE) % PAGE;
    size_t len = sizeof(*chunk) + chunk->size - to_page;
    (void)madvise((char *)chunk + to_page, len, MADV_HUGEPAGE); /* advice: a refusal is fine */
}

static struct arena_chunk *chunk_add(struct arena *arena, size_t at_least)
{
    size_t size = arena->newest ? arena->newest->size * 2 : FIRST_CHUNK;
    if (size > LARGEST_CHUNK) {
        size = LARGEST_CHUNK;
    }
    if (size < at_least) {
        size = at_least;
    }
    if (size > SIZE_MAX - sizeof(struct arena_chunk)) {
        out_of_memory();
    }
    /* calloc: the pages of a fresh mapping are zero already and stay untouched until used. */
    struct arena_chunk *chunk = calloc(1, sizeof(*chunk) + size);
    if (!chunk) {
        out_of_memory();
    }
    chunk->size = size;
    if (size >= LARGEST_CHUNK) {
        prefer_huge_pages(chunk);
    }
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
    if (old && chunk && chunk->used >= held && (char *)old == chunk->data + chunk->used - held) {
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

void arena_free(struct arena *arena)
{
    struct arena_chunk *chunk = arena->newest;
    while (chunk) {
        struct arena_chunk *older = chunk->older;
        explicit_bzero(chunk->data, chunk->used);
        free(chunk);
        chunk = older;
    }
    arena->newest = NULL;
}

void arena_private(void)
{
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* cannot fail with these values */
}
