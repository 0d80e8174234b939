/*
 * The parser's state, for parse.c, the decoders and the messages.
 *
 * Decoded text is in a pool. Decoding does not make a text longer, and the character after each
 * token (a quote, `=`, a line end) leaves room for the NUL. Therefore, the pool needs only one byte
 * more than the document.
 */
#ifndef TOML_PARSE_H
#define TOML_PARSE_H

#include "toml/scan.h"
#include "toml/toml.h"

struct toml_fault {
    const char *reason;   /* NULL: no fault. It does not quote the text */
    const char *expected; /* or NULL */
    struct span at;       /* what the carets mark; one caret if it is empty */
};

struct toml_parser {
    struct arena *arena;
    struct toml_doc doc;
    char *pool;
    struct toml_token token; /* the next token */
    uint32_t line;           /* of that token */
    size_t solid;            /* end of the last token that is not a blank, comment or line end */
    struct toml_node *table; /* of the last header, or the root */
    size_t node_count;
    size_t statement; /* offset at which the current statement begins */
    struct toml_fault fault;
};

/* Records a fault of a key or a value, unless the statement already has one. The parse then ends
 * after this statement. */
void toml_fault(struct toml_parser *p, const char *reason, const char *expected, size_t start,
                size_t end);

/* Decode a key or one of the four kinds of strings. After a fault, the text does not matter. */
struct str toml_decode_key(struct toml_parser *p, struct toml_token token);
struct str toml_decode_string(struct toml_parser *p, struct toml_token token);

/* Decodes the value without quotes at node->value. Sets the type and the value. */
void toml_decode_bare(struct toml_parser *p, struct toml_node *node);

/*
 * Formats the message about the fault: its position, the line with each value masked, and the
 * reason.
 *
 *     TOML parse error at line 1, column 9
 *       |
 *     1 | token = ******
 *       |         ^^^^^^
 *     string values must be quoted, expected literal string
 *
 * On the line on which a statement begins, white space, a complete header of bare or quoted keys,
 * and a key directly before `=` stay readable. Every other character becomes a star, and so does
 * every character of a line that begins inside a value. A word directly before `=` or `==` at the
 * end of a line does not count as a key, because it can be a token in base64.
 */
struct err *toml_fault_err(const struct toml_parser *p) __attribute__((returns_nonnull));

#endif
