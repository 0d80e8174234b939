#include "toml/toml_parser.h"

#define DEEPEST_VALUE 80 /* brackets of arrays and inline tables in each other */

/* Which piece of an inline table comes next. */
enum piece { PIECE_KEY, PIECE_EQUALS, PIECE_VALUE, PIECE_COMMA };

static bool is_string(enum toml_kind kind)
{
    return kind == TOML_BASIC || kind == TOML_LITERAL || kind == TOML_BASIC_LINES ||
           kind == TOML_LITERAL_LINES;
}

/* An unquoted value goes on over dots, and over blanks as long as another atom follows: a date and
 * its time may have a space between them. */
static struct toml_span take_atoms(struct toml_parser *p)
{
    struct toml_span span = {p->token.start, p->token.end};
    toml_next(p);
    for (;;) {
        if (p->token.kind == TOML_BLANK) {
            if (toml_scan(p->text, p->token.end).kind != TOML_ATOM) {
                return span;
            }
            toml_next(p);
        } else if (p->token.kind != TOML_DOT && p->token.kind != TOML_ATOM) {
            return span;
        }
        span.end = p->token.end;
        toml_next(p);
    }
}

static void keep_fault(struct toml_parser *p, struct toml_fault *rank)
{
    *rank = p->decoder.fault;
    rank->clear = p->clear;
}

static void scalar(struct toml_parser *p, struct toml_node *node)
{
    struct toml_token token = p->token;
    if (is_string(token.kind)) {
        node->type = TOML_STRING;
        node->value = (struct toml_span){token.start, token.end};
        toml_next(p);
        if (!p->meaning.reason && !toml_decode_string(&p->decoder, token, &node->string)) {
            keep_fault(p, &p->meaning);
        }
        return;
    }
    node->value = take_atoms(p);
    if (p->meaning.reason) {
        return;
    }
    if (!toml_decode_scalar(&p->decoder, node)) {
        keep_fault(p, &p->meaning);
    } else if (!toml_decode_range(&p->decoder, node) && !p->range.reason) {
        keep_fault(p, &p->range);
    }
}

/* Blanks, comments and line ends, as many as there are. */
static bool skip_lines(struct toml_parser *p)
{
    for (;;) {
        if (p->token.kind == TOML_BLANK) {
            toml_next(p);
        } else if (p->token.kind == TOML_NEWLINE) {
            if (!toml_take_newline(p)) {
                return false;
            }
        } else if (p->token.kind == TOML_COMMENT) {
            if (!toml_take_comment(p)) {
                return false;
            }
        } else {
            return true;
        }
    }
}

static bool array_fault(struct toml_parser *p, bool comma)
{
    size_t start = p->token.start;
    size_t end = p->token.end;
    if (p->token.kind == TOML_END) {
        size_t at = toml_unclosed_at(p);
        return toml_syntax(p, "unclosed array", "`]`", at, at);
    }
    if (p->token.kind == TOML_EQUALS) {
        return toml_syntax(p, "unexpected `=` in array", "value, `]`", start, end);
    }
    if (comma) {
        return toml_syntax(p, "missing comma between array elements", "`,`", start, start);
    }
    return toml_syntax(p, "extra comma in array", "value", start, end);
}

/* Behind `[`. */
static bool array(struct toml_parser *p, struct toml_node *node, unsigned int depth)
{
    bool comma = false; /* needed before another value */
    for (;;) {
        if (!skip_lines(p)) {
            return false;
        }
        enum toml_kind kind = p->token.kind;
        if (kind == TOML_CLOSE_BRACKET) {
            node->value.end = p->token.end;
            toml_next(p);
            return true;
        }
        if (kind == TOML_END || kind == TOML_EQUALS || comma != (kind == TOML_COMMA)) {
            return array_fault(p, comma);
        }
        if (comma) {
            toml_next(p);
            comma = false;
            continue;
        }
        struct toml_node *child = toml_node_new(p);
        if (!toml_value(p, child, depth)) {
            return false;
        }
        toml_append(node, child);
        comma = true;
    }
}

/* The token may not stand where this piece is due. */
static bool inline_fault(struct toml_parser *p, enum piece piece)
{
    static const char *const expected[] = {"key", "`=`", "value", "`,`"};
    size_t start = p->token.start;
    switch ((int)p->token.kind) {
    case TOML_END:
        start = toml_unclosed_at(p);
        return toml_syntax(p, "unclosed inline table", "`}`", start, start);
    case TOML_COMMA:
        return toml_syntax(p, "extra comma in inline table", expected[piece], start, start);
    case TOML_EQUALS:
        return toml_syntax(p, "extra assignment between key-value pairs", expected[piece], start,
                           start);
    case TOML_CLOSE_BRACKET:
        return toml_syntax(p, "invalid inline table element", expected[piece], start, start);
    default:
        break;
    }
    bool open = p->token.kind == TOML_OPEN_BRACE || p->token.kind == TOML_OPEN_BRACKET;
    const char *reason = piece == PIECE_EQUALS ? "missing assignment between key-value pairs"
                         : open                ? "missing key for inline table element"
                                               : "missing comma between key-value pairs";
    return toml_syntax(p, reason, expected[piece], start, start);
}

static bool inline_key(struct toml_parser *p, struct toml_path *path)
{
    enum toml_kind kind = p->token.kind;
    if (is_string(kind) || kind == TOML_ATOM) {
        toml_key_part(p, path);
        (void)toml_key_rest(p, path);
    } else if (kind == TOML_DOT) {
        toml_key_missing(p, path);
        (void)toml_key_rest(p, path);
    } else if (kind == TOML_EQUALS) {
        toml_key_missing(p, path);
    } else {
        return inline_fault(p, PIECE_KEY);
    }
    toml_key_done(p, path);
    return true;
}

/* One pair. A key without a value before the closing brace is dropped without a word, as the toml
 * crate does; test_toml.c pins it. */
static bool inline_pair(struct toml_parser *p, struct toml_node *node, unsigned int depth)
{
    struct toml_path path = {0};
    if (!inline_key(p, &path) || !skip_lines(p)) {
        return false;
    }
    if (p->token.kind == TOML_CLOSE_BRACE) {
        return true;
    }
    if (p->token.kind != TOML_EQUALS) {
        return inline_fault(p, PIECE_EQUALS);
    }
    toml_next(p);
    if (!skip_lines(p)) {
        return false;
    }
    enum toml_kind kind = p->token.kind;
    if (kind == TOML_CLOSE_BRACE) {
        return true;
    }
    if (kind == TOML_END || kind == TOML_COMMA || kind == TOML_EQUALS) {
        return inline_fault(p, PIECE_VALUE);
    }
    if (!toml_value(p, path.last, depth) || !skip_lines(p)) {
        return false;
    }
    if (p->token.kind != TOML_COMMA && p->token.kind != TOML_CLOSE_BRACE) {
        return inline_fault(p, PIECE_COMMA);
    }
    toml_add_pair(p, node, &path);
    return true;
}

/* Behind `{`. */
static bool inline_table(struct toml_parser *p, struct toml_node *node, unsigned int depth)
{
    for (;;) {
        if (!skip_lines(p)) {
            return false;
        }
        if (p->token.kind != TOML_CLOSE_BRACE && !inline_pair(p, node, depth)) {
            return false;
        }
        if (p->token.kind == TOML_CLOSE_BRACE) {
            node->value.end = p->token.end;
            toml_next(p);
            return true;
        }
        toml_next(p); /* the comma */
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
    toml_next(p);
    return is_array ? array(p, node, depth + 1) : inline_table(p, node, depth + 1);
}

bool toml_value(struct toml_parser *p, struct toml_node *node, unsigned int depth)
{
    size_t start = p->token.start;
    switch (p->token.kind) {
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
    case TOML_BLANK:
    case TOML_COMMENT:
    case TOML_NEWLINE:
        if (!p->meaning.reason) {
            (void)toml_decode_fault(&p->decoder, "string values must be quoted", "literal string",
                                    start, start);
            keep_fault(p, &p->meaning);
        }
        return true;
    case TOML_DOT:
    case TOML_LITERAL:
    case TOML_BASIC:
    case TOML_LITERAL_LINES:
    case TOML_BASIC_LINES:
    case TOML_ATOM:
        break;
    }
    scalar(p, node);
    return true;
}
