#include "util/map.h"

struct map_slot {
    const char *key; /* NULL in an empty slot */
    uint32_t len;
    uint32_t hash; /* most keys that are not equal differ in it, so that they need not be read */
    void *value;
};

static uint32_t hash_of(struct str key)
{
    uint64_t sum = 14695981039346656037U; /* FNV-1a */
    for (size_t i = 0; i < key.len; i++) {
        sum = (sum ^ (unsigned char)key.data[i]) * 1099511628211U;
    }
    return (uint32_t)(sum ^ (sum >> 32));
}

/* Returns the slot that has the key, or else the empty slot for it. */
static struct map_slot *find_slot(const struct map *map, struct str key, uint32_t hash)
{
    size_t at = hash & (map->capacity - 1);
    struct map_slot *slot = &map->slots[at];
    while (slot->key && (slot->hash != hash || !str_eq((struct str){slot->key, slot->len}, key))) {
        at = (at + 1) & (map->capacity - 1);
        slot = &map->slots[at];
    }
    return slot;
}

void *map_get(const struct map *map, struct str key)
{
    return map->used > 0 ? find_slot(map, key, hash_of(key))->value : NULL;
}

void **map_place(struct arena *arena, struct map *map, struct str key)
{
    if (map->used * 4 >= map->capacity * 3) {
        struct map larger = {.capacity = map->capacity > 0 ? map->capacity * 2 : 16};
        larger.slots = arena_new_array(arena, struct map_slot, larger.capacity);
        larger.used = map->used;
        for (size_t i = 0; i < map->capacity; i++) {
            const struct map_slot *old = &map->slots[i];
            if (old->key) {
                *find_slot(&larger, (struct str){old->key, old->len}, old->hash) = *old;
            }
        }
        *map = larger;
    }
    uint32_t hash = hash_of(key);
    struct map_slot *slot = find_slot(map, key, hash);
    if (!slot->key) {
        *slot = (struct map_slot){.key = key.data, .len = (uint32_t)key.len, .hash = hash};
        map->used++;
    }
    return &slot->value;
}
