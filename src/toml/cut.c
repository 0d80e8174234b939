#include "toml/cut.h"

#include "toml/check.h"
#include "toml/scan.h"
#include "util/list.h"

/* The pieces of the text to remove, in any order; they can overlap. */
struct pieces {
    struct arena *arena;
    struct span *list;
    size_t count;
    size_t size;
};

static void pieces_add(struct pieces *pieces, size_t start, size_t end)
{
    pieces->list =
        list_room(pieces->arena, pieces->list, sizeof(struct span), pieces->count, &pieces->size);
    pieces->list[pieces->count++] = (struct span){start, end};
}

/* ---- Inline tables ----
 *
 *     { a = 1, b = 2 }      without a: { b = 2 }      without b: { a = 1 }      without both: {}
 *     { a = 1, b = 2, }     without b: { a = 1, }     the last comma stays if there was one
 *
 * Each pair is removed with one comma. In a table of several lines, a pair that is alone on its
 * line is removed with the line and the comment after it. All other comments stay. */

/* `key = value` and the comma after it. */
struct item {
    size_t start;
    size_t end;
    size_t comma; /* 0: none */
    bool victim;
};

struct items {
    struct arena *arena;
    struct item *list;
    size_t count;
    size_t size;
    bool one_line; /* there is no comment or line end between the items */
};

static void items_add(struct items *items, struct item item)
{
    items->list =
        list_room(items->arena, items->list, sizeof(struct item), items->count, &items->size);
    items->list[items->count++] = item;
}

static int depth_change(enum toml_kind kind)
{
    bool open = kind == TOML_OPEN_BRACE || kind == TOML_OPEN_BRACKET;
    bool close = kind == TOML_CLOSE_BRACE || kind == TOML_CLOSE_BRACKET;
    return open - close;
}

static struct items read_items(struct arena *arena, struct str text, const struct toml_node *table)
{
    struct items items = {.arena = arena, .one_line = true};
    struct item item = {0};
    int depth = 0;
    size_t at = table->value.start + 1;
    while (at < table->value.end - 1) {
        struct toml_token token = toml_scan(text, at);
        at = token.end;
        if (depth == 0 && token.kind == TOML_COMMA) {
            item.comma = token.start;
            items_add(&items, item);
            item = (struct item){0};
        } else if (!toml_is_gap(token.kind)) {
            item.start = item.start ? item.start : token.start;
            item.end = token.end;
            depth += depth_change(token.kind);
        } else if (depth == 0) {
            items.one_line &= token.kind == TOML_BLANK;
        }
    }
    if (item.start) {
        items_add(&items, item);
    }
    return items;
}

/* Marks the items that begin where a pair to remove begins. Returns true if all items are marked.
 */
static bool mark_victims(struct items *items, const size_t *starts, size_t count)
{
    size_t next = 0;
    bool all = true;
    for (size_t i = 0; i < items->count; i++) {
        while (next < count && starts[next] < items->list[i].start) {
            next++;
        }
        items->list[i].victim = next < count && starts[next] == items->list[i].start;
        all &= items->list[i].victim;
    }
    return all;
}

static size_t skip_blank(struct str text, size_t at)
{
    while (toml_is_blank(text.data[at])) {
        at++;
    }
    return at;
}

static size_t skip_blank_back(struct str text, size_t at)
{
    while (toml_is_blank(text.data[at - 1])) {
        at--;
    }
    return at;
}

/* Removes consecutive items on one line, with the blanks that would be left over. */
static void cut_run(struct pieces *pieces, struct str text, size_t start, size_t end)
{
    size_t before = skip_blank_back(text, start);
    size_t behind = skip_blank(text, end);
    bool first = text.data[before - 1] == '\n';
    struct toml_token token = toml_scan(text, behind);
    if (token.kind != TOML_NEWLINE && token.kind != TOML_COMMENT) {
        bool last = token.kind == TOML_CLOSE_BRACE;
        pieces_add(pieces, last && !first ? before : start, last && !first ? end : behind);
        return;
    }
    if (!first) {
        pieces_add(pieces, before, end);
        return;
    }
    if (token.kind == TOML_COMMENT) {
        token = toml_scan(text, token.end);
    }
    pieces_add(pieces, before, token.end);
}

static bool comma_follows(struct str text, const struct item *item)
{
    return item->comma && skip_blank(text, item->end) == item->comma;
}

/* Returns true for `, b = 2`: the comma of the previous item is on this item's line. */
static bool comma_leads(struct str text, const struct item *item)
{
    return skip_blank(text, item[-1].comma + 1) == item->start;
}

/* Removes the victims from `first` on that have only their commas between them, or a comma at the
 * beginning of the next line. Returns the index after them. `start` is the start of the first item,
 * or of the comma before it if that is removed too. With `paid`, that comma is removed instead of
 * the last item's own comma. */
static size_t cut_items(struct pieces *pieces, struct str text, const struct items *items,
                        size_t first, size_t start, bool paid)
{
    const struct item *list = items->list;
    for (size_t i = first;; i++) {
        bool follows = comma_follows(text, &list[i]);
        bool more = list[i].comma && i + 1 < items->count && list[i + 1].victim &&
                    comma_leads(text, &list[i + 1]);
        if (follows && more) {
            continue;
        }
        cut_run(pieces, text, start, follows && !paid ? list[i].comma + 1 : list[i].end);
        if (!more && list[i].comma && !follows && !paid) {
            pieces_add(pieces, list[i].comma, skip_blank(text, list[i].comma + 1));
        }
        if (!more) {
            return i + 1;
        }
        start = list[i].comma;
    }
}

/* If the last item has no comma, returns the index of the first of the victims at the end, because
 * the comma of the last remaining item must then be removed. Otherwise, returns the number of
 * items. */
static size_t find_open_tail(const struct items *items)
{
    size_t tail = 0;
    bool closed = false;
    for (size_t i = 0; i < items->count; i++) {
        tail = items->list[i].victim ? tail : i + 1;
        closed = items->list[i].comma > 0;
    }
    return closed ? items->count : tail;
}

static void cut_inline(struct pieces *pieces, struct str text, const struct toml_node *table,
                       const size_t *starts, size_t count)
{
    struct items items = read_items(pieces->arena, text, table);
    bool all = mark_victims(&items, starts, count);
    if (all && items.one_line) {
        pieces_add(pieces, table->value.start + 1, table->value.end - 1);
        return;
    }
    size_t tail = find_open_tail(&items);
    size_t i = 0;
    while (i < items.count) {
        const struct item *item = &items.list[i];
        if (!item->victim) {
            i++;
            continue;
        }
        size_t start = item->start;
        bool paid = false;
        if (i > 0 && i == tail) {
            pieces_add(pieces, item[-1].comma, item[-1].comma + 1);
            start = comma_leads(text, item) ? item[-1].comma : start;
        } else if (i > 0 && !comma_follows(text, item)) {
            paid = comma_leads(text, item);
            start = paid ? item[-1].comma : start;
        }
        i = cut_items(pieces, text, &items, i, start, paid);
    }
}

/* ---- Lines and statements ---- */

/* A pair to remove, inside an inline table. */
struct inline_victim {
    const struct toml_node *table;
    size_t start;
};

struct cutter {
    struct arena *arena;
    struct str text;
    struct pieces pieces;
    struct inline_victim *inlines;
    size_t inline_count;
    size_t inline_size;
    const struct toml_node **statements; /* those that lose bytes */
    size_t statement_count;
    size_t statement_size;
};

/* Removes a statement with its line: the blanks before it, the comment after it, and the line's
 * end. */
static void cut_line(struct cutter *c, size_t start, size_t end)
{
    while (start > 0 && toml_is_blank(c->text.data[start - 1])) {
        start--;
    }
    pieces_add(&c->pieces, start, toml_line_end(c->text, end));
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

/* Removes a pair, or all headers and pairs of a table or an array of tables. It does not descend
 * into values, so the depth is at most that of a header and a key. */
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
            cut_inline(&c->pieces, c->text, table, starts + first, i + 1 - first);
            first = i + 1;
        }
    }
}

static int by_start(const void *left, const void *right)
{
    return list_order(((const struct span *)left)->start, ((const struct span *)right)->start);
}

/* Sorts the pieces and joins those that overlap. */
static void pieces_settle(struct pieces *pieces)
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
