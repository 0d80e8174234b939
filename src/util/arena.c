#include "util/base.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Sizes of chunks, including their header. Pages that are not used cost nothing. From HUGE on, the
 * kernel is asked for huge pages. Otherwise, each 4 KiB of a large file's tree costs a page fault,
 * which takes most of the time. */
#define FIRST_CHUNK   ((size_t)128 * 1024)
#define HUGE_CHUNK    ((size_t)4 * 1024 * 1024)
#define LARGEST_CHUNK ((size_t)16 * 1024 * 1024)
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
    if (size > SIZE_MAX / 2)
        out_of_memory();
    return ((size ? size : 1) + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

/* Uses mmap() instead of malloc(), because new pages are zero. */
static struct arena_chunk *chunk_add(struct arena *arena, size_t at_least)
{
    size_t total = FIRST_CHUNK;
    if (arena->newest)
        total = (sizeof(struct arena_chunk) + arena->newest->size) * 2;
    if (total > LARGEST_CHUNK)
        total = LARGEST_CHUNK;
    if (total < at_least + sizeof(struct arena_chunk))
        total = at_least + sizeof(struct arena_chunk);
    struct arena_chunk *chunk =
        mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (chunk == MAP_FAILED)
        out_of_memory();
    if (total >= HUGE_CHUNK)
        (void)madvise(chunk, total, MADV_HUGEPAGE); /* only advice, so an error does not matter */
    chunk->size = total - sizeof(*chunk);
    chunk->older = arena->newest;
    arena->newest = chunk;
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size = round_up(size);
    struct arena_chunk *chunk = arena->newest;
    if (!chunk || chunk->size - chunk->used < size)
        chunk = chunk_add(arena, size);
    void *p = chunk->data + chunk->used;
    chunk->used += size;
    return p;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        out_of_memory();
    return arena_alloc(arena, total);
}

void *arena_grow(struct arena *arena, void *old, size_t size, size_t wanted)
{
    struct arena_chunk *chunk = arena->newest;
    size_t more = round_up(wanted) - round_up(size);
    if (old && (char *)old + round_up(size) == chunk->data + chunk->used &&
        more <= chunk->size - chunk->used) {
        chunk->used += more;
        return old;
    }
    void *p = arena_alloc(arena, wanted);
    if (old)
        memcpy(p, old, size);
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
    explicit_bzero(__builtin_alloca(size), size); /* one block, because calls leave gaps */
}

void arena_private(void)
{
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* cannot fail with these values */
}
