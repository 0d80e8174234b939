/*
 * Lists in the arena that grow as they are filled, are put in order, and are looked through:
 *
 *     list = list_room(arena, list, sizeof(*list), count, &size);
 *     list[count++] = element;
 *     list_sort(list, count, sizeof(*list), by_start);
 *     found = list_find(&key, list, count, sizeof(*list), by_start);
 */
#ifndef UTIL_LIST_H
#define UTIL_LIST_H

#include "util/arena.h"

/* The list of `count` elements with room for one more; it may have moved. `size` is how many it has
 * room for: 0, with a list of NULL, at first. */
void *list_room(struct arena *arena, void *list, size_t element, size_t count, size_t *size);

/* qsort and bsearch, which may not be given a list of NULL, even of no elements. */
void list_sort(void *list, size_t count, size_t element,
               int (*compare)(const void *left, const void *right));

void *list_find(const void *key, const void *list, size_t count, size_t element,
                int (*compare)(const void *left, const void *right));

/* What a function that compares by numbers returns: below, equal to or above 0. */
int list_order(size_t left, size_t right);

#endif
