#include "toml/tree.h"

/* Tables up to this size have no index. */
#define LARGEST_WITHOUT_INDEX 8

/* A hash table with open addressing, at most four fifths full. The hashes are in their own array,
 * so that a search for a new key, which finds nothing, reads no node. */
struct toml_index {
    size_t mask;
    struct toml_node **nodes; /* NULL: an empty slot */
    uint32_t *hashes;         /* 0: an empty slot */
};

/* Reads eight bytes at a time. The multiplication spreads differences to higher bits, and the shift
 * to lower bits. */
static uint32_t hash_of(struct str key)
{
    const uint64_t spread = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t hash = key.len;
    for (size_t i = 0; i < key.len; i += sizeof(uint64_t)) {
        uint64_t piece = 0;
        size_t left = key.len - i;
        memcpy(&piece, key.data + i, left < sizeof(piece) ? left : sizeof(piece));
        hash = (hash ^ piece) * spread;
        hash ^= hash >> 29;
    }
    return (uint32_t)((hash * spread) >> 32) | 1;
}

/* Returns the slot of the key, or the empty slot for it. */
static size_t slot_of(const struct toml_index *index, struct str key, uint32_t hash)
{
    size_t at = (hash >> 1) & index->mask;
    while (index->hashes[at] &&
           (index->hashes[at] != hash || !str_eq(index->nodes[at]->key, key))) {
        at = (at + 1) & index->mask;
    }
    return at;
}

/* Doubles the size of the index, or makes the first one. */
static void index_grow(struct arena *arena, struct toml_node *table)
{
    struct toml_index *index = arena_new(arena, struct toml_index);
    size_t size = table->index ? (table->index->mask + 1) * 2 : (size_t)LARGEST_WITHOUT_INDEX * 4;
    index->mask = size - 1;
    index->nodes = arena_new_array(arena, struct toml_node *, size);
    index->hashes = arena_new_array(arena, uint32_t, size);
    for (struct toml_node *child = table->first; child; child = child->next) {
        uint32_t hash = hash_of(child->key);
        size_t at = slot_of(index, child->key, hash);
        index->nodes[at] = child;
        index->hashes[at] = hash;
    }
    table->index = index;
}

void toml_append(struct toml_node *array, struct toml_node *child)
{
    child->parent = array;
    child->next = NULL;
    if (array->last) {
        array->last->next = child;
    } else {
        array->first = child;
    }
    array->last = child;
    array->count++;
}

struct toml_node *toml_add(struct arena *arena, struct toml_node *table, struct toml_node *child)
{
    if (table->count < LARGEST_WITHOUT_INDEX) {
        struct toml_node *found = toml_get(table, child->key);
        if (!found) {
            toml_append(table, child);
        }
        return found;
    }
    if (!table->index || table->count * 5 > table->index->mask * 4) {
        index_grow(arena, table);
    }
    struct toml_index *index = table->index;
    uint32_t hash = hash_of(child->key);
    size_t at = slot_of(index, child->key, hash);
    if (index->hashes[at]) {
        return index->nodes[at];
    }
    index->nodes[at] = child;
    index->hashes[at] = hash;
    toml_append(table, child);
    return NULL;
}

struct toml_node *toml_get(const struct toml_node *table, struct str key)
{
    if (table->type != TOML_TABLE) {
        return NULL;
    }
    if (table->index) {
        return table->index->nodes[slot_of(table->index, key, hash_of(key))];
    }
    struct toml_node *child = table->first;
    while (child && !str_eq(child->key, key)) {
        child = child->next;
    }
    return child;
}

struct toml_lines {
    struct arena *arena;
    uint32_t *starts; /* NULL until the first call of toml_line() */
    size_t count;
};

struct toml_lines *toml_lines_new(struct arena *arena)
{
    struct toml_lines *lines = arena_new(arena, struct toml_lines);
    lines->arena = arena;
    return lines;
}

static size_t next_line(struct str text, size_t at)
{
    const char *newline = memchr(text.data + at, '\n', text.len - at);
    return newline ? (size_t)(newline - text.data) + 1 : text.len;
}

static void lines_find(struct toml_lines *lines, struct str text)
{
    size_t count = 1;
    for (size_t at = 0; at < text.len; at = next_line(text, at)) {
        count++;
    }
    lines->starts = arena_new_array(lines->arena, uint32_t, count);
    for (size_t at = 0; at < text.len; at = next_line(text, at)) {
        lines->starts[lines->count++] = (uint32_t)at;
    }
}

size_t toml_line(const struct toml_doc *doc, size_t offset)
{
    struct toml_lines *lines = doc->lines;
    if (!lines->starts) {
        lines_find(lines, doc->text);
    }
    size_t low = 0; /* after the loop, the last line that begins at or before the offset */
    size_t high = lines->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (lines->starts[middle] <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low + 1;
}
