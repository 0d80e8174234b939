#include "util/map.h"

#define SMALLEST      16
#define LIST_AT_FIRST 8

struct map_entry {
    const char *key;
    uint32_t len;
    uint32_t hash; /* most keys that are not equal differ in it, so that they need not be read */
    void *value;
};

static uint32_t hash_of(struct str key)
{
    uint64_t sum = 14695981039346656037U; /* FNV-1a */
    for (size_t i = 0; i < key.len; i++)
        sum = (sum ^ (unsigned char)key.data[i]) * 1099511628211U;
    return (uint32_t)(sum ^ (sum >> 32));
}

/* Returns the slot of the key, or else the empty slot for it. */
static uint32_t *find_slot(const struct map *map, struct str key, uint32_t hash)
{
    for (size_t at = hash;; at++) {
        uint32_t *slot = &map->slots[at & (map->capacity - 1)];
        const struct map_entry *entry = *slot > 0 ? &map->entries[*slot - 1] : NULL;
        if (!entry || (entry->hash == hash && str_eq((struct str){entry->key, entry->len}, key)))
            return slot;
    }
}

void *map_get(const struct map *map, struct str key)
{
    const uint32_t *slot = map->used > 0 ? find_slot(map, key, hash_of(key)) : NULL;
    return slot && *slot > 0 ? map->entries[*slot - 1].value : NULL;
}

/* Makes room for half as many entries as slots, so that few searches pass other keys. */
static void enlarge(struct arena *arena, struct map *map)
{
    size_t room = map->capacity / 2 * sizeof(struct map_entry);
    map->capacity = map->capacity > 0 ? map->capacity * 4 : SMALLEST;
    map->entries =
        arena_grow(arena, map->entries, room, map->capacity / 2 * sizeof(struct map_entry));
    map->slots = arena_new_array(arena, uint32_t, map->capacity);
    for (size_t i = 0; i < map->used; i++) {
        const struct map_entry *entry = &map->entries[i];
        *find_slot(map, (struct str){entry->key, entry->len}, entry->hash) = (uint32_t)i + 1;
    }
}

void **map_place(struct arena *arena, struct map *map, struct str key)
{
    uint32_t hash = hash_of(key);
    if (map->used * 2 >= map->capacity)
        enlarge(arena, map);
    uint32_t *slot = find_slot(map, key, hash);
    if (*slot == 0) {
        map->entries[map->used++] =
            (struct map_entry){.key = key.data, .len = (uint32_t)key.len, .hash = hash};
        *slot = (uint32_t)map->used;
    }
    return &map->entries[*slot - 1].value;
}

bool map_add(struct arena *arena, struct map *map, struct str key)
{
    size_t used = map->used;
    *map_place(arena, map, key) = map;
    return map->used > used;
}

void *list_room(struct arena *arena, void *list, size_t element, size_t count, size_t *size)
{
    if (count < *size)
        return list;
    size_t old = *size;
    *size = old > 0 ? old * 2 : LIST_AT_FIRST;
    return arena_grow(arena, list, old * element, *size * element);
}
