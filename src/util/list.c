#include "util/list.h"

#include <stdlib.h>

#define SIZE_AT_FIRST 8

void *list_room(struct arena *arena, void *list, size_t element, size_t count, size_t *size)
{
    if (count < *size) {
        return list;
    }
    size_t old = *size;
    *size = old > 0 ? old * 2 : SIZE_AT_FIRST;
    return arena_grow(arena, list, old * element, *size * element);
}

void list_sort(void *list, size_t count, size_t element,
               int (*compare)(const void *left, const void *right))
{
    if (count > 0) {
        qsort(list, count, element, compare);
    }
}

int list_order(size_t left, size_t right)
{
    return (left > right) - (left < right);
}
