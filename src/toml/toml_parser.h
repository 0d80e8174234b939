/*
 * The parser's state, shared by its two halves: toml_document.c reads statements and says what they
 * mean for the tree, toml_value.c reads keys and values.
 *
 * A function that returns bool returns false for a fault of rank `syntax` only: then the parse is
 * over. A fault of rank `meaning` is kept (the first one) and parsing goes on without the tree,
 * since a fault of syntax further down would be the one to tell.
 */
#ifndef TOML_PARSER_H
#define TOML_PARSER_H

#include "toml/toml_decode.h"
#include "toml/toml_tree.h"

struct toml_parser {
    struct arena *arena;
    struct str text;
    struct toml_decoder decoder;
    struct toml_token token; /* the next one, not yet taken */
    size_t solid;      /* the end of the last token taken that is no blank, comment or line end */
    bool comment_last; /* the last token taken was a comment */
    struct toml_node *root;
    struct toml_node *table; /* where pairs go: the root or the last header's */
    struct toml_node *spare; /* nodes of keys that named what was there already, by next */
    struct toml_node *fresh; /* nodes not yet used, side by side */
    size_t fresh_count;
    struct span clear;         /* see toml_fault */
    struct toml_fault syntax;  /* rank syntax */
    struct toml_fault meaning; /* rank meaning, the first */
    struct toml_fault range;   /* rank range, the first */
    struct toml_fault header;  /* of the last [[header]], told behind those of its pairs */
};

/* `a.b.c`: its parts as nodes of their own, chained by next. Without a fault of rank meaning it has
 * at least one and at most 80. */
struct toml_path {
    struct toml_node *first;
    struct toml_node *last;
    size_t count;
    size_t end; /* behind its last part */
};

struct toml_node *toml_node_new(struct toml_parser *p);
void toml_node_spare(struct toml_parser *p, struct toml_node *node);

void toml_next(struct toml_parser *p); /* takes the token */
void toml_skip_blank(struct toml_parser *p);
bool toml_take_newline(struct toml_parser *p);
bool toml_take_comment(struct toml_parser *p); /* the newline behind it too */

bool toml_syntax(struct toml_parser *p, const char *reason, const char *expected, size_t start,
                 size_t end); /* always false */
void toml_meaning(struct toml_parser *p, const char *reason, struct toml_span at);

/* Where a bracket without its counterpart is told of at the end of the text: there, or where a
 * comment ends the text, behind what stands before that, as the toml crate does. */
size_t toml_unclosed_at(const struct toml_parser *p);

/* The token as one more part; an empty part before a token that is no key. */
void toml_key_part(struct toml_parser *p, struct toml_path *path);
void toml_key_missing(struct toml_parser *p, struct toml_path *path);

/* `.b.c` where there is any; false: a part is missing (no fault of syntax). */
bool toml_key_rest(struct toml_parser *p, struct toml_path *path);

/* The path is complete: not too long? */
void toml_key_done(struct toml_parser *p, struct toml_path *path);

/* The value into `node`, at a depth of so many brackets. */
bool toml_value(struct toml_parser *p, struct toml_node *node, unsigned int depth);

/* A pair whose last path node holds the value goes below `table`, by way of the path. */
void toml_add_pair(struct toml_parser *p, struct toml_node *table, struct toml_path *path);

/* Existing or new tables for all of the path but its last part; NULL with a fault of rank meaning
 * in `fault`. */
struct toml_node *toml_descend(struct toml_parser *p, struct toml_node *table,
                               const struct toml_path *path, enum toml_origin origin,
                               struct toml_fault *fault);

#endif
