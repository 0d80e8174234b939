#include "toml/toml_cut.h"

#include "util/list.h"
#include "toml/toml_cut_inline.h"
#include "toml/toml_proof.h"
#include "toml/toml_scan.h"

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
    const struct toml_node **statements; /* that something is cut from */
    size_t statement_count;
    size_t statement_size;
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

static void cut_from(struct cutter *c, const struct toml_node *statement)
{
    c->statements = list_room(c->arena, c->statements, sizeof(struct toml_node *),
                              c->statement_count, &c->statement_size);
    c->statements[c->statement_count++] = statement;
}

static void cut_pair(struct cutter *c, const struct toml_node *pair)
{
    cut_from(c, toml_statement(pair));
    const struct toml_node *table = pair->parent;
    while (table->origin == TOML_DOTTED) {
        table = table->parent;
    }
    if (table->origin != TOML_INLINE) {
        cut_line(c, pair->pair, pair->value.end);
        return;
    }
    c->inlines = list_room(c->arena, c->inlines, sizeof(struct inline_victim), c->inline_count,
                           &c->inline_size);
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
        cut_from(c, node);
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
    return table_a != table_b ? list_order(table_a, table_b) : list_order(a->start, b->start);
}

static void cut_inlines(struct cutter *c)
{
    list_sort(c->inlines, c->inline_count, sizeof(*c->inlines), by_table_and_start);
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
    return list_order(((const struct span *)left)->start, ((const struct span *)right)->start);
}

/* In the order of the text; pieces that share bytes become one. */
static void pieces_settle(struct toml_pieces *pieces)
{
    list_sort(pieces->list, pieces->count, sizeof(*pieces->list), by_start);
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

struct str toml_cut_rest(struct arena *arena, struct str text, const struct toml_cut *cut)
{
    struct buf buf = buf_new(arena);
    size_t at = 0;
    for (size_t i = 0; i < cut->count; i++) {
        buf_add_bytes(&buf, text.data + at, cut->pieces[i].start - at);
        at = cut->pieces[i].end;
    }
    buf_add_bytes(&buf, text.data + at, text.len - at);
    return buf_str(&buf);
}

struct err *toml_cut(struct arena *arena, const struct toml_doc *doc,
                     const struct toml_node *const *victims, size_t count, struct toml_cut *out)
{
    struct cutter c = {.arena = arena, .text = doc->text, .pieces.arena = arena};
    for (size_t i = 0; i < count; i++) {
        if (!victims[i]->parent || victims[i]->parent->type == TOML_ARRAY) {
            return err_new(arena, "only what has a key can be cut out of a TOML text");
        }
        cut_node(&c, victims[i]);
    }
    cut_inlines(&c);
    pieces_settle(&c.pieces);
    struct toml_victims sorted = toml_victims(arena, victims, count);
    if (!toml_proven(doc, &sorted, c.statements, c.statement_count, c.pieces.list,
                     c.pieces.count)) {
        return err_new(arena, "the text without these keys would not mean the same");
    }
    *out = (struct toml_cut){c.pieces.list, c.pieces.count};
    return NULL;
}
