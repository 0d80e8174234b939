#include "toml/toml_parser.h"

#define LARGEST_TEXT UINT32_MAX

void toml_next(struct toml_parser *p)
{
    enum toml_kind kind = p->token.kind;
    if (kind != TOML_BLANK && kind != TOML_COMMENT && kind != TOML_NEWLINE) {
        p->solid = p->token.end;
    }
    p->comment_last = kind == TOML_COMMENT;
    p->token = toml_scan(p->text, p->token.end);
}

void toml_skip_blank(struct toml_parser *p)
{
    if (p->token.kind == TOML_BLANK) {
        toml_next(p);
    }
}

bool toml_syntax(struct toml_parser *p, const char *reason, const char *expected, size_t start,
                 size_t end)
{
    p->syntax = (struct toml_fault){reason, expected, {start, end}, p->clear, false};
    return false;
}

void toml_meaning(struct toml_parser *p, const char *reason, struct toml_span at)
{
    p->meaning = (struct toml_fault){.reason = reason, .at = {at.start, at.end}, .clear = p->clear};
}

bool toml_take_newline(struct toml_parser *p)
{
    if (p->text.data[p->token.end - 1] == '\r') {
        return toml_syntax(p, "carriage return must be followed by newline", "newline",
                           p->token.end, p->token.end);
    }
    toml_next(p);
    return true;
}

bool toml_take_comment(struct toml_parser *p)
{
    for (size_t i = p->token.start; i < p->token.end; i++) {
        if (!toml_is(p->text.data[i], TOML_TEXT)) {
            return toml_syntax(p, "invalid comment character", "printable characters", i, i);
        }
    }
    toml_next(p);
    return p->token.kind == TOML_END || toml_take_newline(p);
}

size_t toml_unclosed_at(const struct toml_parser *p)
{
    return p->comment_last ? p->solid : p->token.start;
}

/* The rest of a statement's line. */
static bool end_of_line(struct toml_parser *p)
{
    toml_skip_blank(p);
    switch ((int)p->token.kind) {
    case TOML_END:
        return true;
    case TOML_COMMENT:
        return toml_take_comment(p);
    case TOML_NEWLINE:
        return toml_take_newline(p);
    default:
        return toml_syntax(p, "unexpected key or value", "newline, `#`", p->token.start,
                           p->token.start);
    }
}

/* Behind a header without a key nothing is looked at but comments and line ends. */
static bool skip_line(struct toml_parser *p)
{
    while (p->token.kind != TOML_END && p->token.kind != TOML_COMMENT &&
           p->token.kind != TOML_NEWLINE) {
        toml_next(p);
    }
    return end_of_line(p);
}

static bool pair(struct toml_parser *p)
{
    struct toml_path path = {0};
    size_t start = p->token.start;
    const char *reason = "key with no value";
    if (p->token.kind == TOML_EQUALS || p->token.kind == TOML_DOT) {
        reason = "missing value for key";
        toml_key_missing(p, &path);
    } else {
        toml_key_part(p, &path);
    }
    (void)toml_key_rest(p, &path);
    toml_key_done(p, &path);
    if (p->token.kind != TOML_EQUALS) {
        return toml_syntax(p, reason, "`=`", p->token.start, p->token.start);
    }
    toml_next(p);
    toml_skip_blank(p);
    p->clear = (struct span){start, p->token.start};
    if (!toml_value(p, path.last, 0) || !end_of_line(p)) {
        return false;
    }
    toml_add_pair(p, p->table, &path);
    return true;
}

/* What was wrong with the last [[header]] counts now, at the end of its pairs. */
static void settle_header(struct toml_parser *p)
{
    if (p->header.reason && !p->meaning.reason) {
        p->meaning = p->header;
    }
}

/* document::State::start_table */
static void start_table(struct toml_parser *p, const struct toml_path *path,
                        struct toml_span header)
{
    struct toml_node *key = path->last;
    struct toml_node *parent = toml_descend(p, p->root, path, TOML_IMPLICIT, &p->meaning);
    if (!parent) {
        return;
    }
    key->type = TOML_TABLE;
    struct toml_node *found = toml_add(p->arena, parent, key);
    if (found && (found->type != TOML_TABLE || found->origin != TOML_IMPLICIT)) {
        toml_meaning(p, "duplicate key", key->key_span);
        return;
    }
    if (found) {
        found->key_span = key->key_span;
        toml_node_spare(p, key);
    } else {
        found = key;
    }
    found->origin = TOML_HEADER;
    found->value = header;
    p->table = found;
}

/* The same for [[key]]; its faults wait in p->header, and its pairs go to a table that is lost. */
static void start_element(struct toml_parser *p, const struct toml_path *path,
                          struct toml_span header)
{
    struct toml_node *key = path->last;
    struct toml_node *element = toml_node_new(p);
    element->type = TOML_TABLE;
    element->origin = TOML_ELEMENT;
    element->value = header;
    p->table = element;
    struct toml_node *parent = toml_descend(p, p->root, path, TOML_IMPLICIT, &p->header);
    if (!parent) {
        return;
    }
    key->type = TOML_ARRAY;
    key->origin = TOML_ELEMENT;
    key->value = header;
    struct toml_node *found = toml_add(p->arena, parent, key);
    if (found && (found->type != TOML_ARRAY || found->origin != TOML_ELEMENT)) {
        p->header = (struct toml_fault){.reason = "duplicate key",
                                        .at = {key->key_span.start, key->key_span.end},
                                        .clear = p->clear};
        return;
    }
    if (found) {
        toml_node_spare(p, key);
    } else {
        found = key;
    }
    toml_append(found, element);
}

/* The key of a header; false where there is none, which the key's decoding tells. */
static bool header_key(struct toml_parser *p, struct toml_path *path)
{
    toml_skip_blank(p);
    if (p->token.kind == TOML_DOT) {
        toml_key_missing(p, path);
        return toml_key_rest(p, path);
    }
    switch ((int)p->token.kind) {
    case TOML_ATOM:
    case TOML_BASIC:
    case TOML_LITERAL:
    case TOML_BASIC_LINES:
    case TOML_LITERAL_LINES:
        toml_key_part(p, path);
        return toml_key_rest(p, path);
    default:
        toml_key_missing(p, path);
        return false;
    }
}

static bool header(struct toml_parser *p)
{
    struct toml_path path = {0};
    uint32_t start = p->token.start;
    settle_header(p);
    toml_next(p);
    bool element = p->token.kind == TOML_OPEN_BRACKET;
    if (element) {
        toml_next(p);
    }
    bool whole = header_key(p, &path);
    toml_key_done(p, &path);
    const char *unclosed = element ? "unclosed array table" : "unclosed table";
    if (p->token.kind != TOML_CLOSE_BRACKET) {
        return whole ? toml_syntax(p, unclosed, element ? "`]]`" : "`]`", path.end, path.end)
                     : skip_line(p);
    }
    uint32_t end = p->token.end;
    toml_next(p);
    if (element && p->token.kind != TOML_CLOSE_BRACKET) {
        return toml_syntax(p, unclosed, "`]`", end, end);
    }
    if (element) {
        end = p->token.end;
        toml_next(p);
    }
    if (!end_of_line(p)) {
        return false;
    }
    p->clear = (struct span){start, end};
    if (!p->meaning.reason) {
        (element ? start_element : start_table)(p, &path, (struct toml_span){start, end});
    }
    return true;
}

static bool statement(struct toml_parser *p)
{
    size_t start = p->token.start;
    p->clear = (struct span){start, start};
    switch (p->token.kind) {
    case TOML_OPEN_BRACKET:
        return header(p);
    case TOML_CLOSE_BRACKET:
        return toml_syntax(p, "missing table open", "`[`", start, start);
    case TOML_COMMA:
    case TOML_OPEN_BRACE:
    case TOML_CLOSE_BRACE:
        return toml_syntax(p, "invalid key-value pair", "key", start, start);
    case TOML_BLANK:
        toml_next(p);
        return true;
    case TOML_NEWLINE:
        return toml_take_newline(p);
    case TOML_COMMENT:
        return toml_take_comment(p);
    case TOML_END:
    case TOML_DOT:
    case TOML_EQUALS:
    case TOML_LITERAL:
    case TOML_BASIC:
    case TOML_LITERAL_LINES:
    case TOML_BASIC_LINES:
    case TOML_ATOM:
        break;
    }
    return pair(p);
}

/* The first number out of range in the tree's order, which is that of the toml crate. There is one:
 * the first in the text's order, at least. */
static struct toml_fault first_out_of_range(struct toml_parser *p)
{
    struct toml_node *node = p->root;
    while (toml_decode_range(&p->decoder, node)) {
        bool inner = toml_is_branch(node) && node->first;
        if (inner) {
            node = node->first;
            continue;
        }
        while (!node->next) {
            node = node->parent;
            assert(node != p->root);
        }
        node = node->next;
    }
    struct toml_fault fault = p->decoder.fault;
    return fault.at.start == p->range.at.start ? p->range : fault;
}

static void parser_start(struct toml_parser *p, struct arena *arena, struct str text,
                         enum toml_snippet snippet)
{
    *p = (struct toml_parser){.arena = arena, .text = text};
    p->decoder = (struct toml_decoder){
        .arena = arena, .text = text, .snippet = snippet, .pool = arena_alloc(arena, text.len + 1)};
    p->root = toml_node_new(p);
    p->root->type = TOML_TABLE;
    p->root->origin = TOML_ROOT;
    p->table = p->root;
    bool mark = str_starts(text, STR("\xef\xbb\xbf"));
    p->token = toml_scan(text, mark ? 3 : 0);
}

struct err *toml_parse(struct arena *arena, struct str text, enum toml_snippet snippet,
                       struct toml_doc **out)
{
    assert(text.len < LARGEST_TEXT);
    struct toml_parser p;
    parser_start(&p, arena, text, snippet);
    bool ok = true;
    while (ok && p.token.kind != TOML_END) {
        ok = statement(&p);
    }
    settle_header(&p);
    if (ok && !p.meaning.reason && p.range.reason) {
        p.range = first_out_of_range(&p);
    }
    const struct toml_fault *fault = !ok ? &p.syntax : p.meaning.reason ? &p.meaning : &p.range;
    if (fault->reason) {
        return toml_fault_err(arena, text, snippet, fault);
    }
    struct toml_doc *doc = arena_new(arena, struct toml_doc);
    doc->lines = toml_lines_new(arena);
    doc->text = text;
    doc->root = p.root;
    *out = doc;
    return NULL;
}
