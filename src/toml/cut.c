#include "toml/cut.h"

#include "toml/scan.h"
#include "util/map.h"

#define MANY 8 /* more victims get an arena of their own for the checks */

struct cutter {
    struct arena *arena;
    struct str text;
    struct span *pieces; /* in any order; they can overlap */
    size_t count;
    size_t size;
    bool wrong;            /* a check failed */
    struct arena *scratch; /* for the checks; cleared after each one if there are many */
};

static void clear(struct cutter *c)
{
    if (c->scratch != c->arena)
        arena_clear(c->scratch);
}

static void cut_piece(struct cutter *c, size_t start, size_t end)
{
    c->pieces = list_room(c->arena, c->pieces, sizeof(struct span), c->count, &c->size);
    c->pieces[c->count++] = (struct span){start, end};
}

static size_t skip_blank_back(struct str text, size_t at)
{
    while (at > 0 && toml_is_blank(text.data[at - 1]))
        at--;
    return at;
}

/* Returns the end of the line, after the blanks, the comment and the line end at `at`. */
static size_t line_end(struct str text, size_t at)
{
    struct toml_token token = toml_scan(text, at);
    while (token.kind == TOML_BLANK || token.kind == TOML_COMMENT)
        token = toml_scan(text, token.end);
    return token.end;
}

static int piece_order(const void *left, const void *right)
{
    size_t a = ((const struct span *)left)->start;
    size_t b = ((const struct span *)right)->start;
    return (a > b) - (a < b);
}

/* Sorts the pieces and joins those that overlap. Returns their number. */
static size_t settle(struct span *pieces, size_t count)
{
    size_t settled = 0;
    if (count > 0) /* otherwise there is no list */
        qsort(pieces, count, sizeof(struct span), piece_order);
    for (size_t i = 0; i < count; i++) {
        struct span *last = settled > 0 ? &pieces[settled - 1] : NULL;
        if (!last || pieces[i].start >= last->end)
            pieces[settled++] = pieces[i];
        else if (pieces[i].end > last->end)
            last->end = pieces[i].end;
    }
    return settled;
}

struct str toml_cut_rest(struct arena *arena, struct str text, struct span part,
                         const struct toml_cut *cut)
{
    struct buf buf = buf_new(arena);
    for (size_t i = 0; i < cut->count; i++) {
        buf_add_bytes(&buf, text.data + part.start, cut->pieces[i].start - part.start);
        part.start = cut->pieces[i].end;
    }
    buf_add_bytes(&buf, text.data + part.start, part.end - part.start);
    return buf_str(&buf);
}

/* ---- The check ---- */

/* Returns true for a table that exists only because of dotted keys or longer headers. Such a table
 * disappears with its last child. */
static bool is_made_by_children(const struct toml_node *node)
{
    return node->type == TOML_TABLE &&
           (node->origin == TOML_DOTTED || node->origin == TOML_IMPLICIT);
}

static bool is_gone(const struct toml_node *node)
{
    if (node->cut || !is_made_by_children(node))
        return node->cut;
    const struct toml_node *child = node->first;
    while (child && is_gone(child))
        child = child->next;
    return !child;
}

/* Returns the node, or else its next sibling that stays, or NULL. */
static const struct toml_node *staying(const struct toml_node *node)
{
    while (node && is_gone(node))
        node = node->next;
    return node;
}

/* Compares values, but of arrays and tables only the number of children. */
static bool same_value(const struct toml_node *before, const struct toml_node *after)
{
    size_t count = 0;
    if (before->type != after->type)
        return false;
    switch (before->type) {
    case TOML_STRING:
    case TOML_UNSUPPORTED:
        return str_eq(before->string, after->string);
    case TOML_INTEGER:
        return before->integer == after->integer;
    case TOML_BOOLEAN:
        return before->boolean == after->boolean;
    case TOML_ARRAY:
    case TOML_TABLE:
        break;
    }
    for (const struct toml_node *n = staying(before->first); n; n = staying(n->next))
        count++;
    return count == after->count;
}

/* Walks without recursion, because tables can be thousands of levels deep. */
bool toml_is_without(const struct toml_node *before, const struct toml_node *after)
{
    const struct toml_node *node = before;
    const struct toml_node *other = after;
    while (node) {
        if (!other || !same_value(node, other))
            return false;
        const struct toml_node *next = staying(node->first);
        if (next)
            other = node->type == TOML_TABLE ? toml_get(other, next->key) : other->first;
        for (; !next && node != before; node = node->parent) {
            next = staying(node->next);
            bool in_array = node->parent->type == TOML_ARRAY;
            other = next && in_array ? other->next : other->parent;
            if (next && !in_array)
                other = toml_get(other, next->key);
        }
        node = next;
    }
    return true;
}

/* ---- Inline tables ----
 *
 *     { a = 1, b = 2 }      without a: { b = 2 }      without b: { a = 1 }      without both: {}
 *     { a = 1, b = 2, }     without b: { a = 1, }     the last comma stays if there was one
 *
 * Each pair is removed with the comma after it. If the last pair has no comma, the last pair that
 * stays loses its own. A pair that is alone on its line is removed with the line and the comment
 * after it. All other comments stay. */

struct item {
    struct span pair; /* is first, for piece_order() */
    bool victim;
};

struct items {
    struct item *list;
    size_t count;
    size_t size;
    size_t victims;
};

/* Adds the pairs of an inline table, also those of its dotted tables. */
static void items_add(struct arena *arena, struct items *items, const struct toml_node *table,
                      bool victim)
{
    for (const struct toml_node *child = table->first; child; child = child->next) {
        bool gone = victim || child->cut;
        if (child->type == TOML_TABLE && child->origin == TOML_DOTTED) {
            items_add(arena, items, child, gone);
            continue;
        }
        items->list =
            list_room(arena, items->list, sizeof(struct item), items->count, &items->size);
        items->list[items->count++] = (struct item){{child->pair, child->value.end}, gone};
        items->victims += gone;
    }
}

static size_t find_comma(struct str text, size_t at)
{
    struct toml_token token = toml_scan(text, at);
    while (toml_is_gap(token.kind))
        token = toml_scan(text, token.end);
    return token.kind == TOML_COMMA ? token.start : 0;
}

/* Removes a pair and the comma after it. `open`: only victims follow, and no comma. */
static void cut_item(struct cutter *c, struct span pair, bool open)
{
    size_t comma = find_comma(c->text, pair.end);
    if (toml_skip_blank(c->text, pair.end) == comma)
        pair.end = comma + 1;
    else if (comma > 0)
        cut_piece(c, comma, comma + 1);
    size_t start = skip_blank_back(c->text, pair.start);
    size_t end = toml_skip_blank(c->text, pair.end);
    struct toml_token token = toml_scan(c->text, end);
    bool ends_line = token.kind == TOML_NEWLINE || token.kind == TOML_COMMENT;
    if (ends_line && c->text.data[start - 1] == '\n')
        cut_piece(c, start, line_end(c->text, end));
    else if (ends_line || open || token.kind == TOML_CLOSE_BRACE)
        cut_piece(c, start, pair.end);
    else
        cut_piece(c, pair.start, end);
}

static void cut_items(struct cutter *c, const struct toml_node *table)
{
    struct items items = {0};
    items_add(c->arena, &items, table, false);
    if (items.victims == 0)
        return;
    size_t start = table->value.start + 1;
    size_t end = table->value.end - 1;
    if (items.victims == items.count && !memchr(c->text.data + start, '\n', end - start)) {
        cut_piece(c, start, end);
        return;
    }
    qsort(items.list, items.count, sizeof(struct item), piece_order);
    bool open = find_comma(c->text, items.list[items.count - 1].pair.end) == 0;
    for (size_t i = items.count; i > 0; i--) {
        const struct item *item = &items.list[i - 1];
        if (item->victim) {
            cut_item(c, item->pair, open);
        } else if (open && i < items.count) {
            size_t comma = find_comma(c->text, item->pair.end);
            cut_piece(c, comma, comma + 1);
        }
        open = open && item->victim;
    }
}

/* Removes the victims in an inline table and in the tables inside it. */
static void cut_inside(struct cutter *c, const struct toml_node *node)
{
    if (node->type == TOML_TABLE && node->origin == TOML_INLINE)
        cut_items(c, node);
    for (const struct toml_node *child = node->first; child; child = child->next)
        if (!child->cut)
            cut_inside(c, child);
}

/* Parses what the cut leaves of an inline table. */
static bool is_right(struct cutter *c, const struct toml_node *table, const struct toml_cut *cut)
{
    struct span value = {table->value.start, table->value.end};
    struct buf left = buf_new(c->scratch);
    struct toml_doc *after;
    buf_add(&left, STR("table="));
    buf_add(&left, toml_cut_rest(c->scratch, c->text, value, cut));
    bool right = !toml_parse(c->scratch, buf_str(&left), &after) &&
                 toml_is_without(table, after->root->first);
    clear(c);
    return right;
}

static void cut_inline(struct cutter *c, const struct toml_node *table)
{
    size_t first = c->count;
    cut_inside(c, table);
    assert(c->pieces); /* because a victim is in the table */
    struct span *pieces = c->pieces + first;
    c->count = first + settle(pieces, c->count - first);
    c->wrong |= !is_right(c, table, &(struct toml_cut){pieces, c->count - first});
}

/* ---- Lines ---- */

static bool has_header(const struct toml_node *node)
{
    return node->type == TOML_TABLE &&
           (node->origin == TOML_HEADER || node->origin == TOML_ELEMENT);
}

/* Parses lines, and returns true if they are only the pair of the node, or its header. */
static bool is_statement(struct cutter *c, struct span lines, const struct toml_node *node)
{
    struct str key = node->origin == TOML_ELEMENT ? node->parent->key : node->key;
    struct toml_doc *doc;
    struct str text = str_slice(c->scratch, c->text, lines.start, lines.end);
    if (toml_parse(c->scratch, text, &doc))
        return false;
    const struct toml_node *at = doc->root;
    while (at->type == TOML_TABLE && at->count == 1) {
        at = at->first;
        const struct toml_node *table = at->origin == TOML_ELEMENT ? at->first : at;
        if (str_eq(at->key, key) &&
            (has_header(node) ? has_header(table) && !table->first : toml_is_without(at, node)))
            return true;
    }
    return false;
}

/* Removes a statement with its line: the blanks before it, the comment after it, and the line's
 * end. */
static void cut_line(struct cutter *c, const struct toml_node *node, size_t start)
{
    struct span lines = {skip_blank_back(c->text, start), line_end(c->text, node->value.end)};
    size_t first = str_starts(c->text, STR("\xef\xbb\xbf")) ? 3 : 0; /* a byte order mark stays */
    bool whole = lines.start == first || c->text.data[lines.start - 1] == '\n';
    c->wrong |= !whole || !is_statement(c, lines, node);
    clear(c);
    cut_piece(c, lines.start, lines.end);
}

/* Removes a pair, or all headers and pairs of a table or an array of tables. */
static void cut_statements(struct cutter *c, const struct toml_node *node)
{
    bool is_array = node->type == TOML_ARRAY && node->origin == TOML_ELEMENT;
    if (has_header(node)) {
        cut_line(c, node, node->value.start);
    } else if (!is_made_by_children(node) && !is_array) {
        cut_line(c, node, node->pair);
        return;
    }
    for (const struct toml_node *child = node->first; child; child = child->next)
        cut_statements(c, child);
}

static void cut_victim(struct cutter *c, struct toml_node *victim)
{
    struct toml_node *outermost = NULL; /* inline table around it */
    for (struct toml_node *node = victim->parent; node; node = node->parent) {
        if (node->cut)
            return;
        outermost = node->type == TOML_TABLE && node->origin == TOML_INLINE ? node : outermost;
    }
    if (!outermost) {
        cut_statements(c, victim);
    } else if (!outermost->is_done) {
        outermost->is_done = true;
        cut_inline(c, outermost);
    }
}

struct err *toml_cut(struct arena *arena, const struct toml_doc *doc,
                     struct toml_node *const *victims, size_t count, struct toml_cut *out)
{
    struct arena own = {0};
    struct cutter c = {.arena = arena, .text = doc->text, .scratch = count > MANY ? &own : arena};
    for (size_t i = 0; i < count; i++) {
        assert(victims[i]->parent && victims[i]->parent->type == TOML_TABLE);
        victims[i]->cut = true;
    }
    for (size_t i = 0; i < count; i++)
        cut_victim(&c, victims[i]);
    for (size_t i = 0; i < count; i++)
        for (struct toml_node *node = victims[i]; node; node = node->parent)
            node->cut = node->is_done = false;
    arena_free(&own);
    if (c.wrong)
        return err_new(arena, "the text without these keys would not mean the same");
    c.count = settle(c.pieces, c.count);
    *out = (struct toml_cut){c.pieces, c.count};
    return NULL;
}
