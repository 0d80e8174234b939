/*
 * Lists in the arena that grow as they are filled:
 *
 *     list = list_room(arena, list, sizeof(*list), count, &size);
 *     list[count++] = element;
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include "base/arena.h"

/* The list of `count` elements with room for one more; it may have moved. `size` is how many it has
 * room for: 0, with a list of NULL, at first. */
void *list_room(struct arena *arena, void *list, size_t element, size_t count, size_t *size);

#endif
