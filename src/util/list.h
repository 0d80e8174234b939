/*
 * Growing lists in the arena, and sorting:
 *
 *     list = list_room(arena, list, sizeof(*list), count, &size);
 *     list[count++] = element;
 *     list_sort(list, count, sizeof(*list), by_start);
 */
#ifndef UTIL_LIST_H
#define UTIL_LIST_H

#include "util/arena.h"

/* Returns the list of `count` elements with room for one more. The list can move. `size` is its
 * capacity. At first, `size` is 0 and the list is NULL. */
void *list_room(struct arena *arena, void *list, size_t element, size_t count, size_t *size);

/* Like qsort, which does not accept NULL as a list, even with no elements. */
void list_sort(void *list, size_t count, size_t element,
               int (*compare)(const void *left, const void *right));

/* Compares numbers: returns less than, equal to or greater than 0. */
int list_order(size_t left, size_t right);

#endif
