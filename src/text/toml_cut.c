#include "text/toml_cut.h"

#include "text/toml_cut_inline.h"
#include "text/toml_scan.h"
#include "text/toml_tree.h"

/* A pair that goes, inside an inline table. */
struct inline_victim {
    const struct toml_node *table;
    size_t start;
};

struct cutter {
    struct arena *arena;
    struct str text;
    struct toml_pieces pieces;
    struct inline_victim *inlines;
    size_t inline_count;
    size_t inline_size;
};

/* A statement goes with its line: the blanks before it, the comment behind it, the line's end. */
static void cut_line(struct cutter *c, size_t start, size_t end)
{
    while (start > 0 && (c->text.data[start - 1] == ' ' || c->text.data[start - 1] == '\t')) {
        start--;
    }
    struct toml_token token = toml_scan(c->text, end);
    while (token.kind == TOML_BLANK || token.kind == TOML_COMMENT) {
        token = toml_scan(c->text, token.end);
    }
    toml_pieces_add(&c->pieces, start, token.end);
}

static void cut_pair(struct cutter *c, const struct toml_node *pair)
{
    const struct toml_node *table = pair->parent;
    while (table->origin == TOML_DOTTED) {
        table = table->parent;
    }
    if (table->origin != TOML_INLINE) {
        cut_line(c, pair->pair, pair->value.end);
        return;
    }
    if (c->inline_count == c->inline_size) {
        size_t size = c->inline_size ? c->inline_size * 2 : 8;
        c->inlines = arena_grow(c->arena, c->inlines, c->inline_size * sizeof(struct inline_victim),
                                size * sizeof(struct inline_victim));
        c->inline_size = size;
    }
    c->inlines[c->inline_count++] = (struct inline_victim){table, pair->pair};
}

/* A node that is not one pair is cut as all that it is made of: the headers and the pairs below it.
 * No deeper than the parts of a header and a key, since values are not entered. */
static void cut_node(struct cutter *c, const struct toml_node *node)
{
    bool many = node->type == TOML_ARRAY ? node->origin == TOML_ELEMENT
                                         : node->type == TOML_TABLE && node->origin != TOML_INLINE;
    if (!many) {
        cut_pair(c, node);
        return;
    }
    if (node->type == TOML_TABLE && (node->origin == TOML_HEADER || node->origin == TOML_ELEMENT)) {
        cut_line(c, node->value.start, node->value.end);
    }
    for (const struct toml_node *child = node->first; child; child = child->next) {
        cut_node(c, child);
    }
}

static int by_table_and_start(const void *left, const void *right)
{
    const struct inline_victim *a = left;
    const struct inline_victim *b = right;
    size_t table_a = a->table->value.start;
    size_t table_b = b->table->value.start;
    if (table_a != table_b) {
        return table_a < table_b ? -1 : 1;
    }
    return (a->start > b->start) - (a->start < b->start);
}

static void cut_inlines(struct cutter *c)
{
    if (c->inline_count == 0) {
        return;
    }
    qsort(c->inlines, c->inline_count, sizeof(*c->inlines), by_table_and_start);
    size_t *starts = arena_new_array(c->arena, size_t, c->inline_count);
    size_t first = 0;
    for (size_t i = 0; i < c->inline_count; i++) {
        starts[i] = c->inlines[i].start;
        const struct toml_node *table = c->inlines[i].table;
        if (i + 1 == c->inline_count || c->inlines[i + 1].table != table) {
            toml_cut_inline(&c->pieces, c->text, table, starts + first, i + 1 - first);
            first = i + 1;
        }
    }
}

static int by_start(const void *left, const void *right)
{
    const struct span *a = left;
    const struct span *b = right;
    return (a->start > b->start) - (a->start < b->start);
}

/* In the order of the text; pieces that share bytes become one. */
static void pieces_settle(struct toml_pieces *pieces)
{
    if (pieces->count == 0) {
        return;
    }
    qsort(pieces->list, pieces->count, sizeof(*pieces->list), by_start);
    size_t settled = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        struct span piece = pieces->list[i];
        struct span *last = settled > 0 ? &pieces->list[settled - 1] : NULL;
        if (!last || piece.start >= last->end) {
            pieces->list[settled++] = piece;
        } else if (piece.end > last->end) {
            last->end = piece.end;
        }
    }
    pieces->count = settled;
}

static struct str text_without(const struct cutter *c)
{
    struct buf buf = buf_new(c->arena);
    size_t at = 0;
    for (size_t i = 0; i < c->pieces.count; i++) {
        buf_add_bytes(&buf, c->text.data + at, c->pieces.list[i].start - at);
        at = c->pieces.list[i].end;
    }
    buf_add_bytes(&buf, c->text.data + at, c->text.len - at);
    return buf_str(&buf);
}

/* The victims by address, for the proof. */
struct victims {
    const struct toml_node **list;
    size_t count;
};

static int by_address(const void *left, const void *right)
{
    uintptr_t a = (uintptr_t) * (const struct toml_node *const *)left;
    uintptr_t b = (uintptr_t) * (const struct toml_node *const *)right;
    return (a > b) - (a < b);
}

static bool is_victim(const struct victims *victims, const struct toml_node *node)
{
    return bsearch(&node, victims->list, victims->count, sizeof(struct toml_node *), by_address);
}

/* The next node in text order below `top`, NULL behind the last; `skip`: not those below `node`. */
static const struct toml_node *walk(const struct toml_node *top, const struct toml_node *node,
                                    bool skip)
{
    if (!skip && (node->type == TOML_ARRAY || node->type == TOML_TABLE) && node->first) {
        return node->first;
    }
    while (node != top && !node->next) {
        node = node->parent;
    }
    return node == top ? NULL : node->next;
}

/* Tables that dotted keys and headers name on their way come and go with what is in them. */
static bool counts(const struct toml_node *node)
{
    return node->type != TOML_TABLE ||
           (node->origin != TOML_DOTTED && node->origin != TOML_IMPLICIT);
}

static size_t count_without(const struct toml_node *root, const struct victims *victims)
{
    size_t count = 0;
    const struct toml_node *node = root;
    while (node) {
        bool victim = is_victim(victims, node);
        count += !victim && counts(node);
        node = walk(root, node, victim);
    }
    return count;
}

/* Whether `after` is `before` without the victims: all that it has is there and is no victim, and
 * it has as much as there should be left. */
static bool proven(const struct toml_node *before, const struct toml_node *after,
                   const struct victims *victims)
{
    const struct toml_node *a = after;
    const struct toml_node *b = before;
    size_t left = 0;
    do {
        if (!b || is_victim(victims, b) || !toml_same(a, b)) {
            return false;
        }
        left += counts(a);
    } while (toml_step_both(after, &a, &b));
    return left == count_without(before, victims);
}

struct err *toml_cut(struct arena *arena, const struct toml_doc *doc,
                     const struct toml_node *const *victims, size_t count, struct str *out)
{
    struct toml_rest rest;
    TRY(toml_cut_pieces(arena, doc, victims, count, &rest));
    *out = rest.text;
    return NULL;
}

struct err *toml_cut_pieces(struct arena *arena, const struct toml_doc *doc,
                            const struct toml_node *const *victims, size_t count,
                            struct toml_rest *out)
{
    struct cutter c = {.arena = arena, .text = doc->text, .pieces.arena = arena};
    struct victims sorted = {arena_new_array(arena, const struct toml_node *, count), count};
    for (size_t i = 0; i < count; i++) {
        if (!victims[i]->parent || victims[i]->parent->type == TOML_ARRAY) {
            return err_new(arena, "only what has a key can be cut out of a TOML text");
        }
        sorted.list[i] = victims[i];
        cut_node(&c, victims[i]);
    }
    qsort(sorted.list, count, sizeof(struct toml_node *), by_address);
    cut_inlines(&c);
    pieces_settle(&c.pieces);
    struct str rest = text_without(&c);
    struct toml_doc *after;
    struct err *err = toml_parse(arena, rest, TOML_MASK, &after);
    if (err || !proven(doc->root, after->root, &sorted)) {
        return err_wrap(arena, err, "the text without these keys would not mean the same");
    }
    *out = (struct toml_rest){rest, c.pieces.list, c.pieces.count};
    return NULL;
}
