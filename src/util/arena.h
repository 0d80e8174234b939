/*
 * One arena contains all memory of a run: tokens, file texts, trees, messages. Nothing is freed
 * separately. arena_free() overwrites every byte that was allocated before it unmaps the pages, so
 * that no secret is left in freed memory. A zeroed arena is empty.
 *
 * If there is no memory, the process exits with status 101 and one line on standard error. No
 * caller could do better, and code that edits a file allocates before its first write.
 */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *newest;
};

_Noreturn void out_of_memory(void);

/* Returns `size` zeroed bytes, aligned for any type. The pointer is valid even for size 0. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull, malloc));

/* An overflow counts as out of memory. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
    __attribute__((returns_nonnull, malloc));

#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define arena_new_array(arena, type, count)                                                        \
    ((type *)arena_alloc_array((arena), (count), sizeof(type)))

/* Enlarges `size` bytes at `old`, which can be NULL, to at least as many `wanted` bytes. It does so
 * in place if `old` was the last allocation and its chunk has room. */
void *arena_grow(struct arena *arena, void *old, size_t size, size_t wanted)
    __attribute__((returns_nonnull));

/* Overwrites everything and keeps the memory for reuse, for example in a loop. */
void arena_clear(struct arena *arena);

/* Overwrites and releases everything. The arena is empty afterwards and can be used again. */
void arena_free(struct arena *arena);

/* Overwrites `size` bytes of the stack below the caller. They can contain secrets, because the
 * dynamic loader saves the vector registers through which memory is copied. */
void stack_wipe(size_t size) __attribute__((noinline));

/* From now on, no core file is written, and other processes of the same user cannot read our
 * memory. Programs that we start are not affected. */
void arena_private(void);

#endif
