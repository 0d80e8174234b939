/*
 * TOML 1.1, read without loss: a tree whose nodes know which bytes of the text they are. The text
 * stays the authority; toml_cut.h takes pieces out of it.
 *
 *     struct toml_doc *doc;
 *     TRY(toml_parse(arena, text, TOML_SHOW, &doc));
 *     const struct toml_node *registry = toml_get(doc->root, STR("registry"));
 *
 * What is accepted and refused, and each message, is that of the `toml` crate that cargo uses
 * (toml-rs 0.9, spec 1.1), with its limits: 80 nested arrays or inline tables, 79 dots in a key.
 * One limit is ours: the caller bounds the size of the text.
 *
 * Everything lives in the arena; the tree points into `text`, which must live as long.
 */
#ifndef TEXT_TOML_H
#define TEXT_TOML_H

#include "base/base.h"

enum toml_type {
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
enum toml_origin {
    TOML_ROOT,
    TOML_HEADER,   /* [a.b] */
    TOML_IMPLICIT, /* `a` of [a.b], until it gets a header of its own */
    TOML_DOTTED,   /* `a` of a.b = 1 */
    TOML_INLINE,   /* { ... } */
    TOML_ELEMENT,  /* one [[a]] */
};

struct toml_node {
    enum toml_type type;
    enum toml_origin
        origin;     /* tables; for arrays TOML_ELEMENT where made of [[a]], else TOML_INLINE */
    struct str key; /* decoded; empty in an array */
    struct span key_span; /* this key's own part, quotes included; {0,0} in an array */
    struct span value;    /* the value; for a header table the header line's [...]; {0,0} for
                             implicit and dotted tables, which have no text of their own */
    size_t pair;          /* where `a.b = 1` begins: the first part of its key; values with a key */
    union {
        struct str string; /* decoded; for a date or time its text */
        int64_t integer;
        double floating;
        bool boolean;
        struct {
            size_t count; /* children of arrays and tables */
            struct toml_index *index;
        };
    };
    struct toml_node *parent;
    struct toml_node *first; /* children, in the order in which the text first names them */
    struct toml_node *last;
    struct toml_node *next; /* sibling */
};

struct toml_doc {
    struct str text;
    struct toml_node *root; /* TOML_TABLE, TOML_ROOT */
};

/* A snippet of the faulty line belongs to the error text. TOML_MASK blanks all of it that may be
 * part of a secret, for files that hold credentials: place and reason stay, values do not. */
enum toml_snippet { TOML_SHOW, TOML_MASK };

/* The err is the one layer `TOML parse error at line 1, column 5\n  |\n1 | ...`. Text that is not
 * UTF-8 is the caller's to refuse first (utf8_valid). */
struct err *toml_parse(struct arena *arena, struct str text, enum toml_snippet snippet,
                       struct toml_doc **out) MUST_CHECK;

/* The child of a table, or NULL. Fast for tables of any size. */
struct toml_node *toml_get(const struct toml_node *table, struct str key);

/* Same values, keys and types, order and spelling aside. */
bool toml_equal(const struct toml_node *a, const struct toml_node *b);

/* Line of a byte offset, from 1. */
size_t toml_line(const struct toml_doc *doc, size_t offset);

bool utf8_valid(struct str text);

#endif
