/*
 * The tokens of TOML, cut out of the text by their first byte and validated by no one: whether a
 * string is closed or a key is spelt well is said by whoever decodes the token. Line ends always
 * end a single-line string, so that a missing quote does not swallow the rest of the file.
 */
#ifndef TOML_SCAN_H
#define TOML_SCAN_H

#include "util/base.h"

enum __attribute__((packed)) toml_kind {
    TOML_END,
    TOML_DOT,
    TOML_EQUALS,
    TOML_COMMA,
    TOML_OPEN_BRACKET,
    TOML_CLOSE_BRACKET,
    TOML_OPEN_BRACE,
    TOML_CLOSE_BRACE,
    TOML_BLANK,   /* spaces and tabs */
    TOML_COMMENT, /* up to the line's end */
    TOML_NEWLINE, /* \n, \r\n or a lone \r, which is a fault */
    TOML_LITERAL, /* '...' */
    TOML_BASIC,   /* "..." */
    TOML_LITERAL_LINES,
    TOML_BASIC_LINES,
    TOML_ATOM, /* everything else: bare keys, numbers, true, what lacks its quotes */
};

struct toml_token {
    enum toml_kind kind;
    bool plain; /* a single-line string or a bare key that needs no decoding, only to be copied */
    uint32_t start;
    uint32_t end;
};

/* The token at `at`; TOML_END, empty, behind the last byte. */
struct toml_token toml_scan(struct str text, size_t at);

/* What a byte may be. The bytes of UTF-8 beyond ASCII are only ever TOML_TEXT. */
enum toml_class {
    TOML_TEXT = 1,      /* may stand in a comment or a literal string: tab, printable, not ASCII */
    TOML_PLAIN = 2,     /* may stand in a basic string as it is */
    TOML_BARE = 4,      /* may stand in a bare key */
    TOML_DELIMITER = 8, /* ends an atom */
};

extern const unsigned char toml_classes[256];

static inline bool toml_is(char byte, enum toml_class wanted)
{
    return toml_classes[(unsigned char)byte] & wanted;
}

#endif
