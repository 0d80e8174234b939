/*
 * The parser's state, for parse.c and the decoders of keys and values. There are two kinds of
 * faults, because the toml crate checks brackets, commas and line ends before it decodes anything:
 *
 *   toml_syntax   ends the parse and replaces an earlier fault of the same statement
 *   toml_fault    of a key, a value or a name; the parse ends with the statement
 *
 * Decoded text is in a pool. Decoding does not make a text longer, and the character after each
 * token (a quote, `=`, a line end) leaves room for the NUL. Therefore, the pool needs only one byte
 * more than the document.
 */
#ifndef TOML_PARSE_H
#define TOML_PARSE_H

#include "toml/error.h"
#include "toml/scan.h"

struct toml_parser {
    struct arena *arena;
    struct str text;
    char *pool;
    struct toml_token token; /* the next token */
    uint32_t line;           /* of that token */
    size_t solid;            /* end of the last token that is not a blank, comment or line end */
    struct toml_node *root;
    struct toml_node *table; /* of the last header, or the root */
    size_t node_count;       /* number of nodes in use */
    const struct toml_node *unsupported;
    size_t statement; /* offset at which the current statement begins */
    struct toml_fault fault;
};

/* Both return false. */
bool toml_fault(struct toml_parser *p, const char *reason, const char *expected, size_t start,
                size_t end);
bool toml_syntax(struct toml_parser *p, const char *reason, const char *expected, size_t start,
                 size_t end);

/* Copies the bytes to the pool, followed by a NUL. */
struct str toml_copy(struct toml_parser *p, size_t start, size_t end);

/* Returns the value of a hexadecimal digit, or UINT8_MAX. */
unsigned int toml_digit(char c);

bool toml_decode_key(struct toml_parser *p, struct toml_token token, struct str *out);

/* Decodes one of the four kinds of strings. */
bool toml_decode_string(struct toml_parser *p, struct toml_token token, struct str *out);

/* Decodes the value without quotes at node->value. Sets the type and the value. */
bool toml_decode_bare(struct toml_parser *p, struct toml_node *node);

#endif
