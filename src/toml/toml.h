/*
 * TOML 1.1, read without loss: a tree whose nodes know which bytes of the text they are. The text
 * stays the authority; toml_cut.h takes pieces out of it.
 *
 *     struct toml_doc *doc;
 *     TRY(toml_parse(arena, text, TOML_SHOW, &doc));
 *     const struct toml_node *registry = toml_get(doc->root, STR("registry"));
 *
 * What is accepted and refused, and each message, is that of the `toml` crate that cargo uses
 * (toml-rs 0.9.11, spec 1.1), with its limits: 80 nested arrays or inline tables, 79 dots in a key.
 * One limit is ours: the caller bounds the size of the text, which is far below 4 GiB.
 *
 * Everything lives in the arena, keys and strings as copies; `text` itself must live as long as the
 * doc. A node takes 88 bytes, and the time is linear in the text.
 */
#ifndef TOML_TOML_H
#define TOML_TOML_H

#include "util/base.h"
#include "util/utf8.h"

enum __attribute__((packed)) toml_type {
    TOML_STRING,
    TOML_INTEGER,
    TOML_FLOAT,
    TOML_BOOLEAN,
    TOML_DATETIME,
    TOML_ARRAY,
    TOML_TABLE,
};

/* How a table came to be; what may be added to it later, and what cutting it means, depend on it.
 */
enum __attribute__((packed)) toml_origin {
    TOML_ROOT,
    TOML_HEADER,   /* [a.b] */
    TOML_IMPLICIT, /* `a` of [a.b], until it gets a header of its own */
    TOML_DOTTED,   /* `a` of a.b = 1 */
    TOML_INLINE,   /* { ... } */
    TOML_ELEMENT,  /* one [[a]] */
};

/* A struct span of half its size, since there are two in each node. */
struct toml_span {
    uint32_t start;
    uint32_t end;
};

struct toml_node {
    enum toml_type type;
    enum toml_origin origin;   /* of tables; an array's is ELEMENT (made of [[a]]) or INLINE */
    uint32_t pair;             /* where `a.b = 1` begins: the first part of its key; values only */
    struct str key;            /* decoded; empty in an array */
    struct toml_span key_span; /* this key's own part, quotes included; {0,0} in an array */
    struct toml_span value;    /* the value; for a header table the header line's [...]; {0,0} for
                                  implicit and dotted tables, which have no text of their own */
    union {
        struct str string; /* decoded; for a date or time its text */
        int64_t integer;
        double floating;
        bool boolean;
        struct {
            size_t count;             /* children of arrays and tables */
            struct toml_index *index; /* for toml_get, where there are many */
        };
    };
    struct toml_node *parent;
    struct toml_node *first; /* children as the text first names them; NULL for other types */
    struct toml_node *last;
    struct toml_node *next; /* sibling */
};

struct toml_lines; /* where each line begins, once somebody has asked for one */

struct toml_doc {
    struct str text;
    struct toml_node *root; /* TOML_TABLE, TOML_ROOT */
    struct toml_lines *lines;
};

/* A snippet of the faulty line belongs to the error text. TOML_MASK blanks all of it that may be
 * part of a secret, for files that hold credentials: place and reason stay, values do not. */
enum toml_snippet { TOML_SHOW, TOML_MASK };

/* `text` is shorter than 4 GiB; who reads one has a limit far below.
 *
 * The err is the one layer `TOML parse error at line 1, column 5\n  |\n1 | ...`. Text that is not
 * UTF-8 is the caller's to refuse first (utf8_valid). */
struct err *toml_parse(struct arena *arena, struct str text, enum toml_snippet snippet,
                       struct toml_doc **out) MUST_CHECK;

/* The child of a table, or NULL, also where it is no table. Fast for tables of any size. */
struct toml_node *toml_get(const struct toml_node *table, struct str key);

/* Same values, keys and types, order and spelling aside. */
bool toml_equal(const struct toml_node *a, const struct toml_node *b);

/* Line of a byte offset, from 1. */
size_t toml_line(const struct toml_doc *doc, size_t offset);

#endif
