#include "util/map.h"

struct map_slot {
    struct str key; /* data is NULL in an empty slot */
    void *value;
};

static uint64_t hash(struct str key)
{
    uint64_t sum = 14695981039346656037U; /* FNV-1a */
    for (size_t i = 0; i < key.len; i++) {
        sum = (sum ^ (unsigned char)key.data[i]) * 1099511628211U;
    }
    return sum ^ (sum >> 32);
}

/* Returns the slot that has the key, or else the empty slot for it. */
static struct map_slot *find_slot(const struct map *map, struct str key)
{
    size_t at = (size_t)hash(key) & (map->capacity - 1);
    while (map->slots[at].key.data && !str_eq(map->slots[at].key, key)) {
        at = (at + 1) & (map->capacity - 1);
    }
    return &map->slots[at];
}

void *map_get(const struct map *map, struct str key)
{
    return map->used > 0 ? find_slot(map, key)->value : NULL;
}

void **map_place(struct arena *arena, struct map *map, struct str key)
{
    if (map->used * 4 >= map->capacity * 3) {
        struct map larger = {.capacity = map->capacity > 0 ? map->capacity * 2 : 16};
        larger.slots = arena_new_array(arena, struct map_slot, larger.capacity);
        larger.used = map->used;
        for (size_t i = 0; i < map->capacity; i++) {
            if (map->slots[i].key.data) {
                *find_slot(&larger, map->slots[i].key) = map->slots[i];
            }
        }
        *map = larger;
    }
    struct map_slot *slot = find_slot(map, key);
    if (!slot->key.data) {
        slot->key = key;
        map->used++;
    }
    return &slot->value;
}
