#include "toml/parse.h"

#include "toml/tree.h"

#define DEEPEST_VALUE 80 /* nested arrays and inline tables */
#define MOST_PARTS    80 /* parts of one key */
#define MOST_NODES    1650000

/* The parts of `a.b.c`: a list of one to MOST_PARTS nodes, linked by `next`. */
struct path {
    struct toml_node *first;
    struct toml_node *last;
    size_t count;
    size_t end; /* after the last part */
};

bool toml_fault(struct toml_parser *p, const char *reason, const char *expected, size_t start,
                size_t end)
{
    if (!p->fault.reason) {
        p->fault = (struct toml_fault){reason, expected, {start, end}};
    }
    return false;
}

bool toml_syntax(struct toml_parser *p, const char *reason, const char *expected, size_t start,
                 size_t end)
{
    p->fault = (struct toml_fault){reason, expected, {start, end}};
    return false;
}

static void duplicate(struct toml_parser *p, const struct toml_node *key)
{
    (void)toml_fault(p, "duplicate key", NULL, key->key_span.start, key->key_span.end);
}

static struct toml_node *node_new(struct toml_parser *p)
{
    p->node_count++;
    struct toml_node *node = p->spare;
    if (node) {
        p->spare = node->next;
        *node = (struct toml_node){0};
    } else {
        node = arena_new(p->arena, struct toml_node);
    }
    node->line = p->line;
    return node;
}

/* Keeps a node that is not needed because its table exists already, for reuse. */
static void node_spare(struct toml_parser *p, struct toml_node *node)
{
    node->next = p->spare;
    p->spare = node;
    p->node_count--;
}

/* Fails before the tree exceeds the limit of nodes. */
static bool check_count(struct toml_parser *p)
{
    size_t at = p->token.start;
    return p->node_count < MOST_NODES || toml_syntax(p, "too many keys and values", NULL, at, at);
}

/* ---- Tokens ---- */

static void next(struct toml_parser *p)
{
    if (!toml_is_gap(p->token.kind)) {
        p->solid = p->token.end;
    }
    if (p->token.kind == TOML_NEWLINE || toml_has_lines(p->token.kind)) {
        for (size_t i = p->token.start; i < p->token.end; i++) {
            p->line += p->text.data[i] == '\n';
        }
    }
    p->token = toml_scan(p->text, p->token.end);
}

static void skip_blank(struct toml_parser *p)
{
    if (p->token.kind == TOML_BLANK) {
        next(p);
    }
}

static bool take_newline(struct toml_parser *p)
{
    size_t end = p->token.end;
    if (p->text.data[end - 1] == '\r') {
        return toml_syntax(p, "carriage return must be followed by newline", "newline", end, end);
    }
    next(p);
    return true;
}

static bool take_comment(struct toml_parser *p)
{
    for (size_t i = p->token.start; i < p->token.end; i++) {
        if (!toml_is_text(p->text.data[i])) {
            return toml_syntax(p, "invalid comment character", "printable characters", i, i);
        }
    }
    next(p);
    return true;
}

/* Skips blanks, comments and line ends. */
static bool skip_gap(struct toml_parser *p)
{
    bool ok = true;
    while (ok && toml_is_gap(p->token.kind)) {
        if (p->token.kind == TOML_NEWLINE) {
            ok = take_newline(p);
        } else if (p->token.kind == TOML_COMMENT) {
            ok = take_comment(p);
        } else {
            next(p);
        }
    }
    return ok;
}

/* Reads the rest of a statement's line. */
static bool end_of_line(struct toml_parser *p)
{
    skip_blank(p);
    if (p->token.kind == TOML_COMMENT && !take_comment(p)) {
        return false;
    }
    if (p->token.kind == TOML_END) {
        return true;
    }
    if (p->token.kind == TOML_NEWLINE) {
        return take_newline(p);
    }
    return toml_syntax(p, "unexpected key or value", "newline, `#`", p->token.start,
                       p->token.start);
}

/* ---- Keys ---- */

static bool is_key(enum toml_kind kind)
{
    return kind == TOML_ATOM || toml_is_string(kind);
}

/* Adds the token as a part. If the token is not a key, a part is missing and becomes empty. */
static void key_part(struct toml_parser *p, struct path *path)
{
    struct toml_token token = p->token;
    if (is_key(token.kind)) {
        next(p);
    } else {
        token = (struct toml_token){.kind = TOML_ATOM, .start = token.start, .end = token.start};
    }
    path->end = token.end;
    if (path->count == MOST_PARTS) {
        (void)toml_fault(p, "recursion limit", NULL, token.start, token.end);
        return;
    }
    struct toml_node *node = node_new(p);
    node->key_span = (struct toml_span){token.start, token.end};
    (void)toml_decode_key(p, token, &node->key);
    if (path->last) {
        path->last->next = node;
    } else {
        path->first = node;
    }
    path->last = node;
    path->count++;
}

/* Reads all parts of a key and the blanks after it. Returns false if the last part is missing. */
static bool key(struct toml_parser *p, struct path *path)
{
    bool whole = is_key(p->token.kind) || p->token.kind == TOML_DOT;
    key_part(p, path);
    skip_blank(p);
    while (p->token.kind == TOML_DOT) {
        next(p);
        skip_blank(p);
        whole = is_key(p->token.kind) || p->token.kind == TOML_DOT;
        key_part(p, path);
        skip_blank(p);
    }
    return whole;
}

/* Returns the table of a part of a path whose name exists already, or NULL after a fault. */
static struct toml_node *step(struct toml_parser *p, struct toml_node *found,
                              const struct toml_node *part, bool in_inline)
{
    static const char *const extend[] = {
        [TOML_STRING] = "cannot extend value of type string with a dotted key",
        [TOML_INTEGER] = "cannot extend value of type integer with a dotted key",
        [TOML_FLOAT] = "cannot extend value of type float with a dotted key",
        [TOML_BOOLEAN] = "cannot extend value of type boolean with a dotted key",
        [TOML_DATETIME] = "cannot extend value of type datetime with a dotted key",
        [TOML_ARRAY] = "cannot extend value of type array with a dotted key",
        [TOML_TABLE] = "cannot extend value of type inline table with a dotted key",
    };
    if (found->type == TOML_ARRAY && found->origin == TOML_ELEMENT) {
        return found->last;
    }
    if (found->type != TOML_TABLE || (found->origin == TOML_INLINE && !in_inline)) {
        (void)toml_fault(p, extend[found->type], NULL, part->key_span.start, part->key_span.end);
        return NULL;
    }
    if (part->origin == TOML_DOTTED) {
        if (found->origin != TOML_DOTTED && found->origin != TOML_IMPLICIT) {
            duplicate(p, part);
            return NULL;
        }
        found->origin = TOML_DOTTED; /* from here on, a header must not define it */
    }
    return found;
}

/* Returns the table for the last part of the path. Creates missing tables in between, with
 * `origin`. Returns NULL after a fault. */
static struct toml_node *descend(struct toml_parser *p, struct toml_node *table,
                                 const struct path *path, enum toml_origin origin)
{
    bool in_inline = table->origin == TOML_INLINE;
    struct toml_node *following;
    for (struct toml_node *part = path->first; table && part != path->last; part = following) {
        following = part->next;
        part->type = TOML_TABLE;
        part->origin = origin;
        struct toml_node *found = toml_add(p->arena, table, part);
        if (!found) {
            table = part;
            continue;
        }
        table = step(p, found, part, in_inline);
        node_spare(p, part);
    }
    return table;
}

static void add_pair(struct toml_parser *p, struct toml_node *table, const struct path *path)
{
    struct toml_node *pair = path->last;
    pair->pair = path->first->key_span.start;
    struct toml_node *parent = descend(p, table, path, TOML_DOTTED);
    if (!parent) {
        return;
    }
    /* The last part of a dotted key cannot be added to an element of [[a]]. */
    if ((pair != path->first && parent->origin != TOML_DOTTED) ||
        toml_add(p->arena, parent, pair)) {
        duplicate(p, pair);
    }
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
            if (toml_scan(p->text, p->token.end).kind != TOML_ATOM) {
                return span;
            }
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
    struct toml_token token = p->token;
    if (toml_is_string(token.kind)) {
        node->type = TOML_STRING;
        node->value = (struct toml_span){token.start, token.end};
        next(p);
        (void)toml_decode_string(p, token, &node->string);
        return;
    }
    node->value = take_atoms(p);
    (void)toml_decode_bare(p, node);
    if ((node->type == TOML_FLOAT || node->type == TOML_DATETIME) && !p->unsupported) {
        p->unsupported = node;
    }
}

static bool array_fault(struct toml_parser *p, bool comma)
{
    size_t start = p->token.start;
    size_t end = p->token.end;
    if (p->token.kind == TOML_END) {
        return toml_syntax(p, "unclosed array", "`]`", p->solid, p->solid);
    }
    if (p->token.kind == TOML_EQUALS) {
        return toml_syntax(p, "unexpected `=` in array", "value, `]`", start, end);
    }
    if (comma) {
        return toml_syntax(p, "missing comma between array elements", "`,`", start, start);
    }
    return toml_syntax(p, "extra comma in array", "value", start, end);
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
        if (kind == TOML_END || kind == TOML_EQUALS || comma != (kind == TOML_COMMA)) {
            return array_fault(p, comma);
        }
        if (comma) {
            next(p);
        } else {
            struct toml_node *child = node_new(p);
            if (!value(p, child, depth)) {
                return false;
            }
            toml_append(node, child);
        }
        comma = !comma;
    }
    return false;
}

/* Reports a token where "key", "`=`", "value" or "`,`" is expected. */
static bool inline_fault(struct toml_parser *p, const char *expected)
{
    size_t start = p->token.start;
    const char *reason = "missing comma between key-value pairs";
    if (p->token.kind == TOML_END) {
        return toml_syntax(p, "unclosed inline table", "`}`", p->solid, p->solid);
    }
    if (p->token.kind == TOML_COMMA) {
        reason = "extra comma in inline table";
    } else if (p->token.kind == TOML_EQUALS) {
        reason = "extra assignment between key-value pairs";
    } else if (p->token.kind == TOML_CLOSE_BRACKET) {
        reason = "invalid inline table element";
    } else if (expected[1] == '=') {
        reason = "missing assignment between key-value pairs";
    } else if (p->token.kind == TOML_OPEN_BRACE || p->token.kind == TOML_OPEN_BRACKET) {
        reason = "missing key for inline table element";
    }
    return toml_syntax(p, reason, expected, start, start);
}

/* Reports `}` after a key or after its `=`, in the crate's words. */
static bool inline_without_value(struct toml_parser *p)
{
    (void)toml_fault(p, "invalid literal string", "`'`", p->token.start, p->token.start);
    return true;
}

/* Reads one pair, up to the comma or the closing brace. */
static bool inline_pair(struct toml_parser *p, struct toml_node *table, unsigned int depth)
{
    struct path path = {0};
    if (!is_key(p->token.kind) && p->token.kind != TOML_DOT && p->token.kind != TOML_EQUALS) {
        return inline_fault(p, "key");
    }
    (void)key(p, &path);
    if (!skip_gap(p)) {
        return false;
    }
    if (p->token.kind == TOML_CLOSE_BRACE) {
        return inline_without_value(p);
    }
    if (p->token.kind != TOML_EQUALS) {
        return inline_fault(p, "`=`");
    }
    next(p);
    if (!skip_gap(p)) {
        return false;
    }
    enum toml_kind kind = p->token.kind;
    if (kind == TOML_CLOSE_BRACE) {
        return inline_without_value(p);
    }
    if (kind == TOML_END || kind == TOML_COMMA || kind == TOML_EQUALS) {
        return inline_fault(p, "value");
    }
    if (!value(p, path.last, depth) || !skip_gap(p)) {
        return false;
    }
    if (p->token.kind != TOML_COMMA && p->token.kind != TOML_CLOSE_BRACE) {
        return inline_fault(p, "`,`");
    }
    add_pair(p, table, &path);
    return true;
}

/* Reads an inline table, after its `{`. */
static bool inline_table(struct toml_parser *p, struct toml_node *table, unsigned int depth)
{
    for (;;) {
        if (!skip_gap(p) || (p->token.kind != TOML_CLOSE_BRACE && !inline_pair(p, table, depth))) {
            return false;
        }
        bool closed = p->token.kind == TOML_CLOSE_BRACE;
        table->value.end = p->token.end;
        next(p);
        if (closed) {
            return true;
        }
    }
}

static bool bracket(struct toml_parser *p, struct toml_node *node, unsigned int depth)
{
    bool is_array = p->token.kind == TOML_OPEN_BRACKET;
    if (depth == DEEPEST_VALUE) {
        return toml_syntax(p, "cannot recurse further; max recursion depth met", NULL,
                           p->token.start, p->token.end);
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
    if (!check_count(p)) {
        return false;
    }
    switch ((int)p->token.kind) {
    case TOML_OPEN_BRACKET:
    case TOML_OPEN_BRACE:
        return bracket(p, node, depth);
    case TOML_CLOSE_BRACKET:
        return toml_syntax(p, "missing array opening", "`[`", start, start);
    case TOML_CLOSE_BRACE:
        return toml_syntax(p, "missing inline table opening", "`{`", start, start);
    case TOML_EQUALS:
        return toml_syntax(p, "extra `=`", "nothing", start, p->token.end);
    case TOML_END:
    case TOML_COMMA:
    case TOML_COMMENT:
    case TOML_NEWLINE:
        (void)toml_fault(p, "string values must be quoted", "literal string", start, start);
        return true;
    default:
        scalar(p, node);
        return true;
    }
}

/* ---- Statements ---- */

static bool read_pair(struct toml_parser *p)
{
    struct path path = {0};
    bool missing = p->token.kind == TOML_EQUALS || p->token.kind == TOML_DOT;
    (void)key(p, &path);
    if (p->token.kind != TOML_EQUALS) {
        return toml_syntax(p, missing ? "missing value for key" : "key with no value", "`=`",
                           p->token.start, p->token.start);
    }
    next(p);
    skip_blank(p);
    if (!value(p, path.last, 0) || !end_of_line(p)) {
        return false;
    }
    add_pair(p, p->table, &path);
    return true;
}

/* Makes the header's table the one of the following pairs. */
static void open_table(struct toml_parser *p, const struct path *path, struct toml_span header,
                       bool element)
{
    struct toml_node *name = path->last;
    struct toml_node *parent = descend(p, p->root, path, TOML_IMPLICIT);
    if (!parent) {
        return;
    }
    name->type = element ? TOML_ARRAY : TOML_TABLE;
    name->origin = element ? TOML_ELEMENT : TOML_IMPLICIT;
    name->value = header;
    struct toml_node *found = toml_add(p->arena, parent, name);
    if (found && (found->type != name->type || found->origin != name->origin)) {
        duplicate(p, name);
        return;
    }
    struct toml_node *table = found ? found : name;
    if (element) {
        struct toml_node *array = table;
        table = node_new(p);
        table->type = TOML_TABLE;
        toml_append(array, table);
    } else {
        table->key_span = name->key_span;
    }
    table->line = name->line;
    table->origin = element ? TOML_ELEMENT : TOML_HEADER;
    table->value = header;
    p->table = table;
    if (found) {
        node_spare(p, name);
    }
}

static bool header(struct toml_parser *p)
{
    struct path path = {0};
    uint32_t start = p->token.start;
    next(p);
    bool element = p->token.kind == TOML_OPEN_BRACKET;
    if (element) {
        next(p);
    }
    skip_blank(p);
    bool whole = key(p, &path);
    const char *unclosed = element ? "unclosed array table" : "unclosed table";
    if (p->token.kind != TOML_CLOSE_BRACKET) {
        return whole ? toml_syntax(p, unclosed, element ? "`]]`" : "`]`", path.end, path.end)
                     : false;
    }
    uint32_t end = p->token.end;
    next(p);
    if (element && p->token.kind != TOML_CLOSE_BRACKET) {
        return toml_syntax(p, unclosed, "`]`", end, end);
    }
    if (element) {
        end = p->token.end;
        next(p);
    }
    if (!end_of_line(p) || !check_count(p)) {
        return false;
    }
    open_table(p, &path, (struct toml_span){start, end}, element);
    return true;
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
        return toml_syntax(p, "missing table open", "`[`", start, start);
    case TOML_COMMA:
    case TOML_OPEN_BRACE:
    case TOML_CLOSE_BRACE:
        return toml_syntax(p, "invalid key-value pair", "key", start, start);
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
    struct toml_parser p = {.arena = arena, .text = text, .line = 1};
    p.pool = arena_alloc(arena, text.len + 1);
    p.root = node_new(&p);
    p.root->type = TOML_TABLE;
    p.root->origin = TOML_ROOT;
    p.table = p.root;
    p.token = toml_scan(text, str_starts(text, STR("\xef\xbb\xbf")) ? 3 : 0);
    while (p.token.kind != TOML_END && statement(&p) && !p.fault.reason) {
    }
    if (p.fault.reason) {
        return toml_fault_err(arena, text, &p.fault, p.statement);
    }
    struct toml_doc *doc = arena_new(arena, struct toml_doc);
    doc->text = text;
    doc->root = p.root;
    doc->unsupported = p.unsupported;
    *out = doc;
    return NULL;
}
