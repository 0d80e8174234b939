/*
 * Tokens into keys and values. Decoded text goes to a pool that the caller provides: decoding never
 * makes a text longer, and what follows a token (a quote, `=`, a line's end) pays for the NUL, so a
 * pool one byte longer than the document holds all of its strings.
 *
 * Each function returns false with the fault set where the token is not what TOML allows.
 */
#ifndef TOML_DECODE_H
#define TOML_DECODE_H

#include "toml/toml_fault.h"
#include "toml/toml_scan.h"

struct toml_decoder {
    struct arena *arena;
    struct str text;
    enum toml_snippet snippet;
    char *pool;
    struct toml_fault fault; /* of the last call that returned false: reason, expected, at */
};

bool toml_decode_key(struct toml_decoder *decoder, struct toml_token token, struct str *out);

/* One of the four kinds of string. */
bool toml_decode_string(struct toml_decoder *decoder, struct toml_token token, struct str *out);

/* The value without quotes at node->value: sets the type, and the value unless it is a number. */
bool toml_decode_scalar(struct toml_decoder *decoder, struct toml_node *node);

/* The number at node->value, which toml_decode_scalar took; false is a fault of rank `range`. Any
 * other type is fine. */
bool toml_decode_range(struct toml_decoder *decoder, struct toml_node *node);

/* A date, a time or both; the fault marks all of the span. */
bool toml_decode_datetime(struct toml_decoder *decoder, struct toml_span span);

/* The bytes as they are, in the pool. */
struct str toml_decode_copy(struct toml_decoder *decoder, size_t start, size_t end);

/* Sets the fault; always false. */
bool toml_decode_fault(struct toml_decoder *decoder, const char *reason, const char *expected,
                       size_t start, size_t end);

#endif
