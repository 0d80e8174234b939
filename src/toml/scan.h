/*
 * Splits a TOML text into tokens. The first bytes of a token decide its kind. The parser and the
 * decoders check the rest. A line end always ends a single-line string, so that a string with a
 * missing quote does not extend to the end of the file.
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
    TOML_ATOM, /* everything else: bare keys, numbers, true, unquoted text */
};

struct toml_token {
    enum toml_kind kind;
    bool plain; /* a bare key, or a closed single-line string without escapes */
    uint32_t start;
    uint32_t end;
};

/* Finds the token at `at`, or the empty token TOML_END after the last byte. */
void toml_scan_to(struct str text, size_t at, struct toml_token *out);

/* Returns that token. The parser does not use this function, because returning the small fields of
 * a token in registers takes longer than scanning them. */
static inline struct toml_token toml_scan(struct str text, size_t at)
{
    struct toml_token token;
    toml_scan_to(text, at, &token);
    return token;
}

/* Returns the offset after the spaces and tabs at `at`. */
size_t toml_skip_blank(struct str text, size_t at);

/* Returns true for a byte that is allowed in comments and strings. */
static inline bool toml_is_text(char byte)
{
    return byte == '\t' || ((unsigned char)byte >= ' ' && byte != '\x7f');
}

/* Returns true for a byte that is allowed in a bare key. */
static inline bool toml_is_bare(char byte)
{
    char letter = (char)(byte | 0x20);
    return (letter >= 'a' && letter <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' ||
           byte == '_';
}

/* Returns true for blanks, comments and line ends. */
static inline bool toml_is_gap(enum toml_kind kind)
{
    return kind == TOML_BLANK || kind == TOML_COMMENT || kind == TOML_NEWLINE;
}

static inline bool toml_is_string(enum toml_kind kind)
{
    return kind >= TOML_LITERAL && kind <= TOML_BASIC_LINES;
}

static inline bool toml_has_lines(enum toml_kind kind)
{
    return kind == TOML_LITERAL_LINES || kind == TOML_BASIC_LINES;
}

static inline bool toml_is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

#endif
