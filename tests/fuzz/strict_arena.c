/*
 * Implements util/arena.h for harnesses. The linker finds it before the library's. Each allocation
 * is one malloc() of exactly the requested size. The address sanitizer watches the bytes before and
 * after it. Growing always moves the block and frees the old one.
 */
#include "util/base.h"

#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#else // a clang without its sanitizers, which Debian packages apart
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

struct arena_chunk {
    struct arena_chunk *older;
    struct arena_chunk *newer;
    _Alignas(max_align_t) char fence[64];
    _Alignas(max_align_t) char data[];
};

void out_of_memory(void)
{
    abort();
}

static void *give(struct arena *arena, struct arena_chunk *chunk)
{
    if (!chunk) {
        out_of_memory();
    }
    chunk->older = arena->newest;
    if (chunk->older) {
        chunk->older->newer = chunk;
    }
    arena->newest = chunk;
    ASAN_POISON_MEMORY_REGION(chunk->fence, sizeof(chunk->fence));
    return chunk->data;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return give(arena, calloc(1, sizeof(struct arena_chunk) + size));
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
    char *data = arena_alloc(arena, wanted);
    if (old) {
        struct arena_chunk *chunk =
            (struct arena_chunk *)(void *)((char *)old - offsetof(struct arena_chunk, data));
        memcpy(data, old, size < wanted ? size : wanted);
        chunk->newer->older = chunk->older;
        if (chunk->older) {
            chunk->older->newer = chunk->newer;
        }
        free(chunk);
    }
    return data;
}

void arena_free(struct arena *arena)
{
    while (arena->newest) {
        struct arena_chunk *chunk = arena->newest;
        arena->newest = chunk->older;
        free(chunk);
    }
}

void arena_clear(struct arena *arena)
{
    arena_free(arena);
}
