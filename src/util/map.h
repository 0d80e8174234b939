/*
 * A hash map with texts as keys, in the arena. Keys are not copied, and are shorter than 4 GiB.
 * Entries cannot be removed.
 *
 *     void **place = map_place(arena, &map, key);      *place is NULL if the key is new
 */
#ifndef UTIL_MAP_H
#define UTIL_MAP_H

#include "util/base.h"

struct map_entry;

/* A zeroed map is empty. */
struct map {
    struct map_entry *entries; /* in the order in which they were added */
    uint32_t *slots;           /* number of an entry, counted from 1, or 0; few fit many keys */
    size_t capacity;           /* number of slots: 0 or a power of two */
    size_t used;               /* number of entries */
};

/* Returns the value, or NULL. */
void *map_get(const struct map *map, struct str key);

/* Returns the place of the value, which is valid until the next call. */
void **map_place(struct arena *arena, struct map *map, struct str key);

#endif
