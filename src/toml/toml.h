/*
 * Parses TOML 1.1 into a tree whose nodes have their position in the text. cut.h removes pairs from
 * the text.
 *
 * The parser accepts what the `toml` crate 1.1.2 accepts, which cargo 1.96 uses. It also accepts
 * floats, dates, times and decimal integers that are malformed or out of range, because cargo
 * rejects the valid floats and dates too. The limits are those of the crate: 80 nested arrays or
 * inline tables, 80 parts in a key. One limit is our own: 1,650,000 keys and values, so that no
 * text of 16 MiB needs more than 400 MB.
 *
 * All results are in the arena. Keys and strings are copies that end with a NUL. `text` must live
 * as long as the doc. A node has 96 bytes on a 64-bit machine. The time is linear in the length of
 * the text.
 */
#ifndef TOML_TOML_H
#define TOML_TOML_H

#include "util/base.h"

enum __attribute__((packed)) toml_type {
    TOML_STRING,
    TOML_INTEGER,
    TOML_BOOLEAN,
    TOML_UNSUPPORTED, /* a number or date that cargo accepts as no setting */
    TOML_ARRAY,
    TOML_TABLE,
};

/* For messages: `string`, `number or date`. */
extern const char *const toml_type_names[];

/* How a table was defined. This decides what can be added later and which bytes a cut removes. */
enum __attribute__((packed)) toml_origin {
    TOML_ROOT,
    TOML_HEADER,   /* [a.b] */
    TOML_IMPLICIT, /* `a` of [a.b], until a header or a dotted key defines it */
    TOML_DOTTED,   /* `a` of a.b = 1 */
    TOML_INLINE,   /* { ... } */
    TOML_ELEMENT,  /* one [[a]] */
};

/* A struct span of half its size, because each node has two. */
struct toml_span {
    uint32_t start;
    uint32_t end;
};

struct toml_node {
    enum toml_type type;
    enum toml_origin origin;   /* for tables; for an array, ELEMENT (made of [[a]]) or INLINE */
    bool cut;                  /* toml_cut() is removing it */
    bool is_done;              /* toml_cut() has removed the victims in this inline table */
    uint32_t line;             /* of the key, counted from 1 */
    uint32_t pair;             /* start of `a.b = 1`, the first part of its key; only values */
    struct str key;            /* decoded; empty in an array */
    struct toml_span key_span; /* the last part of the key with its quotes; {0,0} in an array */
    struct toml_span value;    /* the value; for a header table the [...] of its line; {0,0} for
                                  implicit and dotted tables */
    union {
        struct str string; /* decoded; of an unsupported value its text */
        int64_t integer;
        bool boolean;
        struct {
            size_t count;      /* number of children of arrays and tables */
            struct map *index; /* only in large tables, for toml_get() */
        };
    };
    struct toml_node *parent;
    struct toml_node *first; /* children in the order of the text; NULL for other types */
    struct toml_node *last;
    struct toml_node *next; /* sibling */
};

struct toml_doc {
    struct str text;
    struct toml_node *root;              /* TOML_TABLE, TOML_ROOT */
    const struct toml_node *unsupported; /* the first TOML_UNSUPPORTED, or NULL */
};

/*
 * `text` must be valid UTF-8 and shorter than 4 GiB. The caller checks this.
 *
 * The err is about the first statement with a fault and has one layer, `TOML parse error at line 1,
 * column 5\n  |\n1 | ...`. For common errors, the position and the reason are cargo's. parse.h
 * describes how values are masked.
 */
struct err *toml_parse(struct arena *arena, struct str text, struct toml_doc **out) MUST_CHECK;

/* Returns the child of a table, or NULL. Also NULL if the node is not a table. Fast for tables of
 * any size. */
struct toml_node *toml_get(const struct toml_node *table, struct str key);

#endif
