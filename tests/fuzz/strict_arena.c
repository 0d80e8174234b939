/*
 * Implements util/arena.h for harnesses. The linker finds it before the library's. Each allocation
 * has exactly the requested size, so that the address sanitizer watches the bytes before and after
 * it. Growing always moves the block and frees the old one.
 */
#include "util/base.h"

struct arena_chunk {
    struct arena_chunk *older;
    void *data;
};

void out_of_memory(void)
{
    abort();
}

void *arena_alloc(struct arena *arena, size_t size)
{
    struct arena_chunk *chunk = malloc(sizeof(*chunk));
    void *data = calloc(1, size);
    if (!chunk || !data)
        out_of_memory();
    *chunk = (struct arena_chunk){arena->newest, data};
    arena->newest = chunk;
    return data;
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
    void *data = arena_alloc(arena, wanted);
    if (old) {
        memcpy(data, old, size < wanted ? size : wanted);
        struct arena_chunk *chunk = arena->newest;
        while (chunk->data != old)
            chunk = chunk->older;
        free(chunk->data);
        chunk->data = NULL;
    }
    return data;
}

void arena_free(struct arena *arena)
{
    while (arena->newest) {
        struct arena_chunk *chunk = arena->newest;
        arena->newest = chunk->older;
        free(chunk->data);
        free(chunk);
    }
}

void arena_clear(struct arena *arena)
{
    arena_free(arena);
}
