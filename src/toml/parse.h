/*
 * The parser's state, for parse.c and the decoders of keys and values. There are two kinds of
 * fault, because the toml crate checks brackets, commas and line ends before it decodes anything:
 *
 *   toml_syntax   ends the parse and replaces an earlier fault of the same statement
 *   toml_fault    of a key, a value or a name; the parse ends with the statement
 *
 * Decoded text goes to a pool. Decoding never makes a text longer, and what follows each token (a
 * quote, `=`, a line's end) pays for the NUL, so one byte more than the document is enough.
 */
#ifndef TOML_PARSE_H
#define TOML_PARSE_H

#include "toml/error.h"
#include "toml/scan.h"

struct toml_parser {
    struct arena *arena;
    struct str text;
    char *pool;
    struct toml_token token; /* the next one */
    size_t solid;            /* the end of the last token that is no blank, comment or line end */
    struct toml_node *root;
    struct toml_node *table; /* of the last header, or the root */
    struct toml_node *spare; /* nodes that can be used again, by next */
    struct toml_node *fresh; /* nodes not used yet, side by side */
    size_t fresh_count;
    size_t node_count; /* in use */
    const struct toml_node *unsupported;
    size_t statement; /* where it begins */
    struct toml_fault fault;
};

/* Both return false. */
bool toml_fault(struct toml_parser *p, const char *reason, const char *expected, size_t start,
                size_t end);
bool toml_syntax(struct toml_parser *p, const char *reason, const char *expected, size_t start,
                 size_t end);

/* The bytes with a NUL behind them, in the pool. */
struct str toml_copy(struct toml_parser *p, size_t start, size_t end);

bool toml_decode_key(struct toml_parser *p, struct toml_token token, struct str *out);

/* One of the four kinds of string. */
bool toml_decode_string(struct toml_parser *p, struct toml_token token, struct str *out);

/* The value without quotes at node->value: sets the type and the value. */
bool toml_decode_bare(struct toml_parser *p, struct toml_node *node);

#endif
