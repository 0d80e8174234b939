#include "toml/parse.h"

#include "util/map.h"

#define DEEPEST_VALUE         80 /* nested arrays and inline tables */
#define MOST_PARTS            80 /* parts of one key */
#define MOST_NODES            1650000
#define LARGEST_WITHOUT_INDEX 8 /* children of a table */

const char *const toml_type_names[] = {
    [TOML_STRING] = "string",   [TOML_INTEGER] = "integer",
    [TOML_BOOLEAN] = "boolean", [TOML_UNSUPPORTED] = "number or date",
    [TOML_ARRAY] = "array",     [TOML_TABLE] = "table",
};

struct toml_node *toml_get(const struct toml_node *table, struct str key)
{
    if (table->type != TOML_TABLE)
        return NULL;
    if (table->index)
        return map_get(table->index, key);
    struct toml_node *child = table->first;
    while (child && !str_eq(child->key, key))
        child = child->next;
    return child;
}

void toml_fault(struct toml_parser *p, const char *reason, const char *expected, size_t start,
                size_t end)
{
    if (!p->fault.reason)
        p->fault = (struct toml_fault){reason, expected, {start, end}};
}

/* Records a fault of brackets, commas or line ends, which ends the parse. It replaces a fault of a
 * key or a value, because the toml crate checks these before it decodes anything. Returns false. */
static bool syntax(struct toml_parser *p, const char *reason, const char *expected, size_t start,
                   size_t end)
{
    p->fault = (struct toml_fault){reason, expected, {start, end}};
    return false;
}

static struct toml_node *node_new(struct toml_parser *p)
{
    struct toml_node *node = arena_new(p->arena, struct toml_node);
    node->line = p->line;
    p->node_count++;
    return node;
}

static void append(struct toml_node *parent, struct toml_node *child)
{
    child->parent = parent;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->count++;
}

/* Fails before the tree exceeds the limit of nodes. */
static bool check_count(struct toml_parser *p)
{
    size_t at = p->token.start;
    return p->node_count < MOST_NODES || syntax(p, "too many keys and values", NULL, at, at);
}

/* ---- Tokens ---- */

static void next(struct toml_parser *p)
{
    if (!toml_is_gap(p->token.kind))
        p->solid = p->token.end;
    if (p->token.kind == TOML_NEWLINE || toml_has_lines(p->token.kind))
        for (size_t i = p->token.start; i < p->token.end; i++)
            p->line += p->doc.text.data[i] == '\n';
    toml_scan_to(p->doc.text, p->token.end, &p->token);
}

static void skip_blank(struct toml_parser *p)
{
    if (p->token.kind == TOML_BLANK)
        next(p);
}

/* Reads a blank, a comment or a line end. */
static bool take_gap(struct toml_parser *p)
{
    size_t at = p->token.start;
    size_t end = p->token.end;
    if (p->token.kind == TOML_NEWLINE && p->doc.text.data[end - 1] == '\r')
        return syntax(p, "carriage return must be followed by newline", "newline", end, end);
    while (p->token.kind == TOML_COMMENT && at < end) {
        if (!toml_is_text(p->doc.text.data[at]))
            return syntax(p, "invalid comment character", "printable characters", at, at);
        at++;
    }
    next(p);
    return true;
}

static bool skip_gap(struct toml_parser *p)
{
    while (toml_is_gap(p->token.kind))
        if (!take_gap(p))
            return false;
    return true;
}

/* Reads the rest of a statement's line. */
static bool end_of_line(struct toml_parser *p)
{
    skip_blank(p);
    if (p->token.kind == TOML_COMMENT && !take_gap(p))
        return false;
    if (p->token.kind == TOML_END)
        return true;
    if (p->token.kind == TOML_NEWLINE)
        return take_gap(p);
    return syntax(p, "unexpected key or value", "newline, `#`", p->token.start, p->token.start);
}

/* ---- Keys ---- */

/* One part of `a.b.c`. */
struct part {
    struct str key; /* decoded */
    struct toml_span span;
};

/* A key that was read. The tables for all parts except the last one exist then. */
struct key {
    struct toml_node *table; /* for the last part; NULL after a fault */
    struct part last;
    uint32_t start;
    bool dotted;
    bool whole; /* the last part is not missing */
};

static bool is_key(enum toml_kind kind)
{
    return kind == TOML_ATOM || toml_is_string(kind);
}

static void duplicate(struct toml_parser *p, const struct part *part)
{
    toml_fault(p, "duplicate key", NULL, part->span.start, part->span.end);
}

static struct map *index_new(struct arena *arena, const struct toml_node *table)
{
    struct map *index = arena_new(arena, struct map);
    for (struct toml_node *child = table->first; child; child = child->next)
        *map_place(arena, index, child->key) = child;
    return index;
}

/* Returns the child of a table that has the key. If there is none, makes it the last one. */
static struct toml_node *child_of(struct toml_parser *p, struct toml_node *table,
                                  const struct part *part, bool *is_new)
{
    struct toml_node **place =
        table->index ? (struct toml_node **)map_place(p->arena, table->index, part->key) : NULL;
    struct toml_node *child = place ? *place : toml_get(table, part->key);
    *is_new = !child;
    if (child)
        return child;
    child = node_new(p);
    child->key = part->key;
    child->key_span = part->span;
    append(table, child);
    if (place)
        *place = child;
    else if (table->count > LARGEST_WITHOUT_INDEX)
        table->index = index_new(p->arena, table);
    return child;
}

/* If the token is not a key, a part is missing and becomes empty. */
static struct part read_part(struct toml_parser *p)
{
    struct toml_token token = p->token;
    if (is_key(token.kind))
        next(p);
    else
        token = (struct toml_token){.kind = TOML_ATOM, .start = token.start, .end = token.start};
    struct part part = {toml_decode_key(p, token), {token.start, token.end}};
    skip_blank(p);
    return part;
}

/* Returns the table of a part that exists already, or NULL after a fault. */
static struct toml_node *enter(struct toml_parser *p, struct toml_node *found,
                               const struct part *part, enum toml_origin origin, bool in_inline)
{
    if (found->type == TOML_ARRAY && found->origin == TOML_ELEMENT)
        return found->last;
    if (found->type != TOML_TABLE || (found->origin == TOML_INLINE && !in_inline)) {
        struct str reason =
            str_format(p->arena, "cannot extend value of type %s%s with a dotted key",
                       found->type == TOML_TABLE ? "inline " : "", toml_type_names[found->type]);
        toml_fault(p, reason.data, NULL, part->span.start, part->span.end);
        return NULL;
    }
    if (origin == TOML_DOTTED) {
        if (found->origin != TOML_DOTTED && found->origin != TOML_IMPLICIT) {
            duplicate(p, part);
            return NULL;
        }
        found->origin = TOML_DOTTED; /* from here on, a header must not define it */
    }
    return found;
}

/* Reads all parts of a key and the blanks after it. Makes missing tables, with `origin`. */
static struct key read_key(struct toml_parser *p, struct toml_node *table, enum toml_origin origin)
{
    bool in_inline = table->origin == TOML_INLINE;
    struct key key = {.table = table, .start = p->token.start};
    for (size_t count = 1;; count++) {
        key.whole = is_key(p->token.kind) || p->token.kind == TOML_DOT;
        key.last = read_part(p);
        if (p->token.kind != TOML_DOT)
            return key;
        if (count == MOST_PARTS) {
            toml_fault(p, "recursion limit", NULL, p->token.start, p->token.end);
            key.table = NULL;
        }
        if (key.table) {
            bool is_new;
            struct toml_node *child = child_of(p, key.table, &key.last, &is_new);
            if (is_new) {
                child->type = TOML_TABLE;
                child->origin = origin;
            }
            key.table = is_new ? child : enter(p, child, &key.last, origin, in_inline);
        }
        key.dotted = true;
        next(p);
        skip_blank(p);
    }
}

/* Reads the key of a pair and adds its node, which gets a value later. */
static struct toml_node *add_pair(struct toml_parser *p, struct toml_node *table)
{
    struct key key = read_key(p, table, TOML_DOTTED);
    /* The last part of a dotted key cannot be added to an element of [[a]]. */
    bool is_new = key.table && (!key.dotted || key.table->origin == TOML_DOTTED);
    struct toml_node *pair = is_new ? child_of(p, key.table, &key.last, &is_new) : NULL;
    if (!is_new) {
        pair = node_new(p);
        duplicate(p, &key.last);
    }
    pair->pair = key.start;
    return pair;
}

/* ---- Values ---- */

static bool value(struct toml_parser *p, struct toml_node *node, unsigned int depth);

/* Reads a value without quotes. It includes dots, and blanks before another atom, because a space
 * is allowed between a date and its time. */
static struct toml_span take_atoms(struct toml_parser *p)
{
    struct toml_span span = {p->token.start, p->token.end};
    next(p);
    for (;;) {
        if (p->token.kind == TOML_BLANK) {
            if (toml_scan(p->doc.text, p->token.end).kind != TOML_ATOM)
                return span;
            next(p);
        } else if (p->token.kind != TOML_DOT && p->token.kind != TOML_ATOM) {
            return span;
        }
        span.end = p->token.end;
        next(p);
    }
}

static void scalar(struct toml_parser *p, struct toml_node *node)
{
    if (toml_is_string(p->token.kind)) {
        node->type = TOML_STRING;
        node->value = (struct toml_span){p->token.start, p->token.end};
        node->string = toml_decode_string(p, p->token);
        next(p);
        return;
    }
    node->value = take_atoms(p);
    toml_decode_bare(p, node);
    if (node->type == TOML_UNSUPPORTED && !p->doc.unsupported)
        p->doc.unsupported = node;
}

/* Reports a token where something else is expected in an inline table. */
static bool inline_fault(struct toml_parser *p, const char *expected)
{
    size_t start = p->token.start;
    if (p->token.kind == TOML_END)
        return syntax(p, "unclosed inline table", "`}`", p->solid, p->solid);
    return syntax(p, "invalid inline table", expected, start, start);
}

/* Reads an array, after its `[`. */
static bool read_array(struct toml_parser *p, struct toml_node *node, unsigned int depth)
{
    bool comma = false; /* a comma is needed before another value */
    while (skip_gap(p)) {
        enum toml_kind kind = p->token.kind;
        if (kind == TOML_CLOSE_BRACKET) {
            node->value.end = p->token.end;
            next(p);
            return true;
        }
        size_t start = p->token.start;
        if (kind == TOML_END)
            return syntax(p, "unclosed array", "`]`", p->solid, p->solid);
        if (comma && kind != TOML_COMMA)
            return syntax(p, "missing comma between array elements", "`,`", start, start);
        if (!comma && (kind == TOML_COMMA || kind == TOML_EQUALS))
            return syntax(p, "invalid array", "value", start, start);
        if (comma) {
            next(p);
        } else {
            struct toml_node *child = node_new(p);
            if (!value(p, child, depth))
                return false;
            append(node, child);
        }
        comma = !comma;
    }
    return false;
}

/* Reads one pair, up to the comma or the closing brace. */
static bool inline_pair(struct toml_parser *p, struct toml_node *table, unsigned int depth)
{
    if (!is_key(p->token.kind) && p->token.kind != TOML_DOT)
        return inline_fault(p, "key");
    struct toml_node *pair = add_pair(p, table);
    if (!skip_gap(p))
        return false;
    if (p->token.kind != TOML_EQUALS)
        return inline_fault(p, "`=`");
    next(p);
    if (!skip_gap(p))
        return false;
    enum toml_kind kind = p->token.kind;
    if (kind == TOML_END || kind == TOML_COMMA || kind == TOML_EQUALS || kind == TOML_CLOSE_BRACE)
        return inline_fault(p, "value");
    if (!value(p, pair, depth) || !skip_gap(p))
        return false;
    return p->token.kind == TOML_COMMA || p->token.kind == TOML_CLOSE_BRACE ||
           inline_fault(p, "`,`");
}

/* Reads an inline table, after its `{`. */
static bool inline_table(struct toml_parser *p, struct toml_node *table, unsigned int depth)
{
    for (;;) {
        if (!skip_gap(p) || (p->token.kind != TOML_CLOSE_BRACE && !inline_pair(p, table, depth)))
            return false;
        bool closed = p->token.kind == TOML_CLOSE_BRACE;
        table->value.end = p->token.end;
        next(p);
        if (closed)
            return true;
    }
}

static bool bracket(struct toml_parser *p, struct toml_node *node, unsigned int depth)
{
    bool is_array = p->token.kind == TOML_OPEN_BRACKET;
    if (depth == DEEPEST_VALUE) {
        return syntax(p, "cannot recurse further; max recursion depth met", NULL, p->token.start,
                      p->token.end);
    }
    node->type = is_array ? TOML_ARRAY : TOML_TABLE;
    node->origin = TOML_INLINE;
    node->value.start = p->token.start;
    next(p);
    return is_array ? read_array(p, node, depth + 1) : inline_table(p, node, depth + 1);
}

/* `depth` is the number of brackets around the value. */
static bool value(struct toml_parser *p, struct toml_node *node, unsigned int depth)
{
    size_t start = p->token.start;
    if (!check_count(p))
        return false;
    switch ((int)p->token.kind) {
    case TOML_OPEN_BRACKET:
    case TOML_OPEN_BRACE:
        return bracket(p, node, depth);
    case TOML_CLOSE_BRACKET:
        return syntax(p, "missing array opening", "`[`", start, start);
    case TOML_CLOSE_BRACE:
        return syntax(p, "missing inline table opening", "`{`", start, start);
    case TOML_EQUALS:
        return syntax(p, "extra `=`", "nothing", start, p->token.end);
    case TOML_END:
    case TOML_COMMA:
    case TOML_COMMENT:
    case TOML_NEWLINE:
        toml_fault(p, "string values must be quoted", "literal string", start, start);
        return true;
    default:
        scalar(p, node);
        return true;
    }
}

/* ---- Statements ---- */

static bool read_pair(struct toml_parser *p)
{
    bool missing = p->token.kind == TOML_EQUALS || p->token.kind == TOML_DOT;
    struct toml_node *pair = add_pair(p, p->table);
    if (p->token.kind != TOML_EQUALS) {
        return syntax(p, missing ? "missing value for key" : "key with no value", "`=`",
                      p->token.start, p->token.start);
    }
    next(p);
    skip_blank(p);
    return value(p, pair, 0) && end_of_line(p);
}

/* Makes the header's table the one of the following pairs. */
static void open_table(struct toml_parser *p, const struct part *name, struct toml_node *parent,
                       struct toml_span header, bool element)
{
    enum toml_type type = element ? TOML_ARRAY : TOML_TABLE;
    enum toml_origin origin = element ? TOML_ELEMENT : TOML_IMPLICIT;
    bool is_new;
    struct toml_node *table = child_of(p, parent, name, &is_new);
    if (!is_new && (table->type != type || table->origin != origin)) {
        duplicate(p, name);
        return;
    }
    if (is_new) {
        table->type = type;
        table->origin = origin;
        table->value = header;
    }
    if (element) {
        struct toml_node *array = table;
        table = node_new(p);
        table->type = TOML_TABLE;
        append(array, table);
    } else {
        table->key_span = name->span;
    }
    table->origin = element ? TOML_ELEMENT : TOML_HEADER;
    table->value = header;
    table->line = p->line;
    p->table = table;
}

static bool header(struct toml_parser *p)
{
    uint32_t start = p->token.start;
    next(p);
    bool element = p->token.kind == TOML_OPEN_BRACKET;
    if (element)
        next(p);
    skip_blank(p);
    struct key key = read_key(p, p->doc.root, TOML_IMPLICIT);
    const char *unclosed = element ? "unclosed array table" : "unclosed table";
    if (p->token.kind != TOML_CLOSE_BRACKET) {
        size_t end = key.last.span.end;
        return key.whole && syntax(p, unclosed, element ? "`]]`" : "`]`", end, end);
    }
    uint32_t end = p->token.end;
    next(p);
    if (element && p->token.kind != TOML_CLOSE_BRACKET)
        return syntax(p, unclosed, "`]`", end, end);
    if (element) {
        end = p->token.end;
        next(p);
    }
    if (key.table)
        open_table(p, &key.last, key.table, (struct toml_span){start, end}, element);
    return end_of_line(p) && check_count(p);
}

/* Returns true if the parse can continue. */
static bool statement(struct toml_parser *p)
{
    size_t start = p->token.start;
    p->statement = start;
    switch ((int)p->token.kind) {
    case TOML_OPEN_BRACKET:
        return header(p);
    case TOML_CLOSE_BRACKET:
        return syntax(p, "missing table open", "`[`", start, start);
    case TOML_COMMA:
    case TOML_OPEN_BRACE:
    case TOML_CLOSE_BRACE:
        return syntax(p, "invalid key-value pair", "key", start, start);
    case TOML_BLANK:
    case TOML_NEWLINE:
    case TOML_COMMENT:
        return skip_gap(p);
    default:
        return read_pair(p);
    }
}

struct err *toml_parse(struct arena *arena, struct str text, struct toml_doc **out)
{
    assert(text.len < UINT32_MAX);
    struct toml_parser p = {.arena = arena, .doc.text = text, .line = 1};
    p.pool = arena_alloc(arena, text.len + 1);
    p.doc.root = node_new(&p);
    p.doc.root->type = TOML_TABLE;
    p.doc.root->origin = TOML_ROOT;
    p.table = p.doc.root;
    p.token = toml_scan(text, str_starts(text, STR("\xef\xbb\xbf")) ? 3 : 0);
    while (p.token.kind != TOML_END && statement(&p) && !p.fault.reason) {
    }
    if (p.fault.reason)
        return toml_fault_err(&p);
    *out = arena_new(arena, struct toml_doc);
    **out = p.doc;
    return NULL;
}
