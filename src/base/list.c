#include "base/list.h"

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
