/*
 * Collections in the arena. A hash map has texts as keys, which are not copied and are shorter than
 * 4 GiB. Entries cannot be removed. A list is an array that grows:
 *
 *     list = list_room(arena, list, sizeof(*list), count, &size);
 *     list[count++] = element;
 */
#ifndef UTIL_MAP_H
#define UTIL_MAP_H

#include "util/base.h"

struct map_entry;

/* A zeroed map is empty. */
struct map {
    struct map_entry *entries; /* in the order in which they were added */
    uint32_t *slots;           /* number of an entry, counted from 1; 0 if the slot is empty */
    size_t capacity;           /* number of slots: 0 or a power of two */
    size_t used;               /* number of entries */
};

/* Returns the value, or NULL. */
void *map_get(const struct map *map, struct str key);

/* Returns the place of the value, NULL for a new key. The place is valid until the next call. */
void **map_place(struct arena *arena, struct map *map, struct str key);

/* Adds a key to a map that is used as a set. Returns false if it is already in the map. */
bool map_add(struct arena *arena, struct map *map, struct str key);

/* Returns the list of `count` elements with room for one more. The list can move. `size` is its
 * capacity. At first, `size` is 0 and the list is NULL. */
void *list_room(struct arena *arena, void *list, size_t element, size_t count, size_t *size);

#endif
