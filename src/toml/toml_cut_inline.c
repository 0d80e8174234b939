#include "toml/toml_cut_inline.h"

#include "util/list.h"
#include "toml/toml_scan.h"

/* `key = value` and the comma behind it; a key without value at the end too. */
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
    bool one_line; /* no comment and no line end between the items */
};

void toml_pieces_add(struct toml_pieces *pieces, size_t start, size_t end)
{
    pieces->list =
        list_room(pieces->arena, pieces->list, sizeof(struct span), pieces->count, &pieces->size);
    pieces->list[pieces->count++] = (struct span){start, end};
}

static void items_add(struct items *items, struct item item)
{
    items->list =
        list_room(items->arena, items->list, sizeof(struct item), items->count, &items->size);
    items->list[items->count++] = item;
}

static bool is_gap(enum toml_kind kind)
{
    return kind == TOML_BLANK || kind == TOML_NEWLINE || kind == TOML_COMMENT;
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
        } else if (!is_gap(token.kind)) {
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

/* Marks the items that begin where a pair to be cut begins; true if that is all of them. */
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
    while (text.data[at] == ' ' || text.data[at] == '\t') {
        at++;
    }
    return at;
}

static size_t skip_blank_back(struct str text, size_t at)
{
    while (text.data[at - 1] == ' ' || text.data[at - 1] == '\t') {
        at--;
    }
    return at;
}

/* The bytes of items that follow each other on one line, with the blanks that would be left over.
 */
static void cut_run(struct toml_pieces *pieces, struct str text, size_t start, size_t end)
{
    size_t before = skip_blank_back(text, start);
    size_t behind = skip_blank(text, end);
    bool first = text.data[before - 1] == '\n';
    struct toml_token token = toml_scan(text, behind);
    if (token.kind != TOML_NEWLINE && token.kind != TOML_COMMENT) {
        bool last = token.kind == TOML_CLOSE_BRACE;
        toml_pieces_add(pieces, last && !first ? before : start, last && !first ? end : behind);
        return;
    }
    if (!first) {
        toml_pieces_add(pieces, before, end);
        return;
    }
    if (token.kind == TOML_COMMENT) {
        token = toml_scan(text, token.end);
    }
    toml_pieces_add(pieces, before, token.end);
}

static bool comma_follows(struct str text, const struct item *item)
{
    return item->comma && skip_blank(text, item->end) == item->comma;
}

/* `, b = 2`: the comma of the item before stands before this one, on its line. */
static bool comma_leads(struct str text, const struct item *item)
{
    return skip_blank(text, item[-1].comma + 1) == item->start;
}

/* Cuts the items from `first` on that are victims and follow each other with nothing but their
 * commas between them, or a comma at the beginning of the next line; returns the index behind them.
 * `start`: the first item's, or the comma before it if that goes. `paid`: it goes in place of the
 * last one's own. */
static size_t cut_from(struct toml_pieces *pieces, struct str text, const struct items *items,
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
            toml_pieces_add(pieces, list[i].comma, skip_blank(text, list[i].comma + 1));
        }
        if (!more) {
            return i + 1;
        }
        start = list[i].comma;
    }
}

/* The first of the last items that are cut, if no comma is behind the very last: then that before
 * them, of the last item that stays, is one too many. The count of all: there is no such. */
static size_t find_open_tail(const struct items *items)
{
    size_t tail = 0;
    for (size_t i = 0; i < items->count; i++) {
        tail = items->list[i].victim ? tail : i + 1;
    }
    return items->list[items->count - 1].comma == 0 ? tail : items->count;
}

void toml_cut_inline(struct toml_pieces *pieces, struct str text, const struct toml_node *table,
                     const size_t *starts, size_t count)
{
    struct items items = read_items(pieces->arena, text, table);
    bool all = mark_victims(&items, starts, count);
    if (all && items.one_line) {
        toml_pieces_add(pieces, table->value.start + 1, table->value.end - 1);
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
            toml_pieces_add(pieces, item[-1].comma, item[-1].comma + 1);
            start = comma_leads(text, item) ? item[-1].comma : start;
        } else if (i > 0 && !comma_follows(text, item)) {
            paid = comma_leads(text, item);
            start = paid ? item[-1].comma : start;
        }
        i = cut_from(pieces, text, &items, i, start, paid);
    }
}
