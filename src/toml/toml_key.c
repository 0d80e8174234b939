#include "toml/toml_parser.h"

#define MOST_PARTS    80 /* of one key */
#define NODES_AT_ONCE 32 /* allocated */

struct toml_node *toml_node_new(struct toml_parser *p)
{
    struct toml_node *node = p->spare;
    if (node) {
        p->spare = node->next;
        *node = (struct toml_node){0};
        return node;
    }
    if (p->fresh_count == 0) {
        p->fresh = arena_new_array(p->arena, struct toml_node, NODES_AT_ONCE);
        p->fresh_count = NODES_AT_ONCE;
    }
    p->fresh_count--;
    return p->fresh++;
}

void toml_node_spare(struct toml_parser *p, struct toml_node *node)
{
    node->next = p->spare;
    p->spare = node;
}

static void add_part(struct toml_parser *p, struct toml_path *path, struct toml_token token)
{
    struct toml_node *node = path->count < MOST_PARTS ? toml_node_new(p) : path->last;
    node->key_span = (struct toml_span){token.start, token.end};
    if (!p->meaning.reason && !toml_decode_key(&p->decoder, token, &node->key)) {
        p->meaning = p->decoder.fault;
        p->meaning.clear = p->clear;
    }
    if (!path->last) {
        path->first = node;
    } else if (node != path->last) {
        path->last->next = node;
    }
    path->last = node;
    path->count++;
    path->end = token.end;
}

void toml_key_part(struct toml_parser *p, struct toml_path *path)
{
    add_part(p, path, p->token);
    toml_next(p);
}

void toml_key_missing(struct toml_parser *p, struct toml_path *path)
{
    uint32_t at = p->token.start;
    add_part(p, path, (struct toml_token){.kind = TOML_ATOM, .start = at, .end = at});
}

static bool is_key(enum toml_kind kind)
{
    return kind == TOML_ATOM || kind == TOML_BASIC || kind == TOML_LITERAL ||
           kind == TOML_BASIC_LINES || kind == TOML_LITERAL_LINES;
}

bool toml_key_rest(struct toml_parser *p, struct toml_path *path)
{
    toml_skip_blank(p);
    while (p->token.kind == TOML_DOT) {
        toml_next(p);
        toml_skip_blank(p);
        if (is_key(p->token.kind)) {
            toml_key_part(p, path);
            toml_skip_blank(p);
            continue;
        }
        toml_key_missing(p, path);
        if (p->token.kind != TOML_DOT) {
            return false;
        }
    }
    return true;
}

void toml_key_done(struct toml_parser *p, struct toml_path *path)
{
    if (path->count > MOST_PARTS && !p->meaning.reason) {
        p->meaning = (struct toml_fault){.reason = "recursion limit", .no_place = true};
    }
}

/* The table that one more part of a path leads to, where something has its name already. */
static struct toml_node *step(struct toml_node *found, enum toml_origin origin, bool in_inline,
                              const char **reason)
{
    static const char *const extend[] = {
        [TOML_STRING] = "cannot extend value of type string with a dotted key",
        [TOML_INTEGER] = "cannot extend value of type integer with a dotted key",
        [TOML_FLOAT] = "cannot extend value of type float with a dotted key",
        [TOML_BOOLEAN] = "cannot extend value of type boolean with a dotted key",
        [TOML_DATETIME] = "cannot extend value of type datetime with a dotted key",
        [TOML_ARRAY] = "cannot extend value of type array with a dotted key",
        [TOML_TABLE] = "cannot extend value of type inline table with a dotted key",
    };
    if (found->type == TOML_ARRAY && found->origin == TOML_ELEMENT) {
        return found->last;
    }
    if (found->type != TOML_TABLE) {
        *reason = extend[found->type];
        return NULL;
    }
    if (found->origin == TOML_INLINE && !in_inline) {
        *reason = extend[TOML_TABLE];
        return NULL;
    }
    if (origin == TOML_DOTTED && found->origin != TOML_DOTTED && found->origin != TOML_IMPLICIT) {
        *reason = "duplicate key";
        return NULL;
    }
    return found;
}

struct toml_node *toml_descend(struct toml_parser *p, struct toml_node *table,
                               const struct toml_path *path, enum toml_origin origin,
                               struct toml_fault *fault)
{
    bool in_inline = table->origin == TOML_INLINE;
    struct toml_node *next;
    for (struct toml_node *part = path->first; part != path->last; part = next) {
        next = part->next;
        part->type = TOML_TABLE;
        part->origin = origin;
        struct toml_node *found = toml_add(p->arena, table, part);
        if (!found) {
            table = part;
            continue;
        }
        table = step(found, origin, in_inline, &fault->reason);
        if (!table) {
            fault->at = (struct span){part->key_span.start, part->key_span.end};
            fault->clear = p->clear;
            return NULL;
        }
        toml_node_spare(p, part);
    }
    return table;
}

void toml_add_pair(struct toml_parser *p, struct toml_node *table, struct toml_path *path)
{
    if (p->meaning.reason) {
        return;
    }
    struct toml_node *pair = path->last;
    pair->pair = path->first->key_span.start;
    bool dotted = path->first != path->last;
    struct toml_node *parent = toml_descend(p, table, path, TOML_DOTTED, &p->meaning);
    if (!parent) {
        return;
    }
    /* A dotted key may add only to tables that dotted keys made, at its last step. */
    if ((dotted && parent->origin != TOML_DOTTED) || toml_add(p->arena, parent, pair)) {
        toml_meaning(p, "duplicate key", pair->key_span);
    }
}
