/*
 * A hash map by text, in the arena. The keys are not copied. Nothing is removed.
 *
 *     void **place = map_place(arena, &map, key);      *place is NULL if the key is new
 */
#ifndef UTIL_MAP_H
#define UTIL_MAP_H

#include "util/base.h"

struct map_slot;

/* All zero is an empty one. */
struct map {
    struct map_slot *slots;
    size_t capacity; /* 0 or a power of two */
    size_t used;
};

/* The value, or NULL. */
void *map_get(const struct map *map, struct str key);

/* Where the value is, until the next call. */
void **map_place(struct arena *arena, struct map *map, struct str key);

#endif
