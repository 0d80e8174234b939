#include "text/toml_tree.h"

/* Up to here a table is searched from its first child: no index for what most tables are. */
#define LARGEST_WITHOUT_INDEX 8

/* Open addressing; at least half of the slots are empty. */
struct toml_index {
    size_t mask;
    struct toml_node *slots[];
};

static size_t hash_of(struct str key)
{
    uint64_t hash = key.len;
    size_t i = 0;
    for (; key.len - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        uint64_t piece;
        memcpy(&piece, key.data + i, sizeof(piece));
        hash = (hash ^ piece) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    for (; i < key.len; i++) {
        hash = (hash ^ (unsigned char)key.data[i]) * UINT64_C(0x9e3779b97f4a7c15);
    }
    return (size_t)(hash ^ hash >> 32);
}

static struct toml_node **slot_of(struct toml_index *index, struct str key)
{
    size_t at = hash_of(key) & index->mask;
    while (index->slots[at] && !str_eq(index->slots[at]->key, key)) {
        at = (at + 1) & index->mask;
    }
    return &index->slots[at];
}

static void index_build(struct arena *arena, struct toml_node *table)
{
    size_t size = (size_t)LARGEST_WITHOUT_INDEX * 4;
    while (size < table->count * 4) {
        size *= 2;
    }
    struct toml_index *index =
        arena_alloc(arena, sizeof(*index) + size * sizeof(struct toml_node *));
    index->mask = size - 1;
    for (struct toml_node *child = table->first; child; child = child->next) {
        *slot_of(index, child->key) = child;
    }
    table->index = index;
}

void toml_append(struct arena *arena, struct toml_node *parent, struct toml_node *child)
{
    child->parent = parent;
    child->next = NULL;
    if (parent->last) {
        parent->last->next = child;
    } else {
        parent->first = child;
    }
    parent->last = child;
    parent->count++;
    if (parent->type != TOML_TABLE || parent->count <= LARGEST_WITHOUT_INDEX) {
        return;
    }
    if (!parent->index || parent->count * 2 > parent->index->mask) {
        index_build(arena, parent);
    } else {
        *slot_of(parent->index, child->key) = child;
    }
}

struct toml_node *toml_get(const struct toml_node *table, struct str key)
{
    if (table->type != TOML_TABLE) {
        return NULL;
    }
    if (table->index) {
        return *slot_of(table->index, key);
    }
    struct toml_node *child = table->first;
    while (child && !str_eq(child->key, key)) {
        child = child->next;
    }
    return child;
}

bool toml_same(const struct toml_node *a, const struct toml_node *b)
{
    if (a->type != b->type) {
        return false;
    }
    switch (a->type) {
    case TOML_STRING:
    case TOML_DATETIME:
        return str_eq(a->string, b->string);
    case TOML_INTEGER:
        return a->integer == b->integer;
    case TOML_FLOAT: /* as memory, so that nan is nan */
        return memcmp(&a->floating, &b->floating, sizeof(a->floating)) == 0;
    case TOML_BOOLEAN:
        return a->boolean == b->boolean;
    case TOML_ARRAY:
        return a->count == b->count;
    case TOML_TABLE:
        return true;
    }
    return false;
}

/* Steps by parents and not by recursion: dotted keys in inline tables make trees some thousand
 * levels deep. */
bool toml_step_both(const struct toml_node *top, const struct toml_node **a,
                    const struct toml_node **b)
{
    const struct toml_node *from = *a;
    const struct toml_node *beside = *b;
    if ((from->type == TOML_ARRAY || from->type == TOML_TABLE) && from->first) {
        *a = from->first;
        *b = from->type == TOML_TABLE ? toml_get(beside, (*a)->key) : beside->first;
        return true;
    }
    while (from != top && !from->next) {
        from = from->parent;
        beside = beside->parent;
    }
    if (from == top) {
        return false;
    }
    *a = from->next;
    *b = from->parent->type == TOML_TABLE ? toml_get(beside->parent, (*a)->key) : beside->next;
    return true;
}

bool toml_equal(const struct toml_node *a, const struct toml_node *b)
{
    const struct toml_node *top = a;
    do {
        if (!b || !toml_same(a, b) || (a->type == TOML_TABLE && a->count != b->count)) {
            return false;
        }
    } while (toml_step_both(top, &a, &b));
    return true;
}

size_t toml_line(const struct toml_doc *doc, size_t offset)
{
    size_t line = 1;
    for (size_t i = 0; i < offset && i < doc->text.len; i++) {
        line += doc->text.data[i] == '\n';
    }
    return line;
}
