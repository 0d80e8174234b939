#include "toml/check.h"

#include "toml/scan.h"
#include "toml/tree.h"
#include "util/list.h"

static int by_address(const void *left, const void *right)
{
    return list_order((uintptr_t) * (const struct toml_node *const *)left,
                      (uintptr_t) * (const struct toml_node *const *)right);
}

struct toml_victims toml_victims(struct arena *arena, const struct toml_node *const *list,
                                 size_t count)
{
    struct toml_victims victims = {arena_new_array(arena, const struct toml_node *, count), count};
    for (size_t i = 0; i < count; i++) {
        victims.list[i] = list[i];
    }
    list_sort(victims.list, count, sizeof(struct toml_node *), by_address);
    return victims;
}

static bool is_victim(const struct toml_victims *victims, const struct toml_node *node)
{
    return list_find(&node, victims->list, victims->count, sizeof(struct toml_node *), by_address);
}

/* Returns the next node in text order below `top`, or NULL. With `skip`, ignores the nodes below
 * `node`. */
static const struct toml_node *walk(const struct toml_node *top, const struct toml_node *node,
                                    bool skip)
{
    if (!skip && toml_is_branch(node) && node->first) {
        return node->first;
    }
    while (node != top && !node->next) {
        node = node->parent;
    }
    return node == top ? NULL : node->next;
}

/* Returns false for a table that exists only because of dotted keys or longer headers. Such a table
 * disappears with its last child. */
static bool is_own(const struct toml_node *node)
{
    return node->type != TOML_TABLE ||
           (node->origin != TOML_DOTTED && node->origin != TOML_IMPLICIT);
}

static size_t count_without(const struct toml_node *top, const struct toml_victims *victims)
{
    size_t count = 0;
    const struct toml_node *node = top;
    while (node) {
        bool victim = is_victim(victims, node);
        count += !victim && is_own(node);
        node = walk(top, node, victim);
    }
    return count;
}

/* Checks that `after` has only nodes of `before` that are not victims, and all of those. */
bool toml_is_without(const struct toml_node *before, const struct toml_node *after,
                     const struct toml_victims *victims)
{
    const struct toml_node *a = after;
    const struct toml_node *b = before;
    size_t left = 0;
    do {
        if (!b || is_victim(victims, b) || !toml_same(a, b)) {
            return false;
        }
        left += is_own(a);
    } while (toml_step_both(after, &a, &b));
    return left == count_without(before, victims);
}

const struct toml_node *toml_statement(const struct toml_node *node)
{
    for (const struct toml_node *up = node->parent; up; up = up->parent) {
        if (up->origin == TOML_INLINE) {
            node = up;
        }
    }
    return node;
}

/* Otherwise, the statement is a pair. */
static bool is_header(const struct toml_node *node)
{
    return node->type == TOML_TABLE &&
           (node->origin == TOML_HEADER || node->origin == TOML_ELEMENT);
}

static size_t statement_start(const struct toml_node *node)
{
    return is_header(node) ? node->value.start : node->pair;
}

/* Returns its lines, including the comment after it. */
static struct span statement_lines(struct str text, const struct toml_node *node)
{
    size_t start = statement_start(node);
    while (start > 0 && text.data[start - 1] != '\n') {
        start--;
    }
    return (struct span){start, toml_line_end(text, node->value.end)};
}

/* Returns the statement of a text that has only one, or NULL. */
static const struct toml_node *only_statement(const struct toml_node *root)
{
    const struct toml_node *node = root;
    do {
        if (node->count != 1) {
            return NULL;
        }
        node = node->first;
    } while ((node->type == TOML_TABLE && !is_own(node)) ||
             (node->type == TOML_ARRAY && node->origin == TOML_ELEMENT));
    return node;
}

/* Returns the node with the key of this part of a path. For an element of [[a]], that is the array.
 */
static const struct toml_node *path_up(const struct toml_node *node)
{
    bool element = node->type == TOML_TABLE && node->origin == TOML_ELEMENT;
    return element ? node->parent : node;
}

/* The path of a header begins at the root, and the path of a pair below its header. */
static bool same_path(const struct toml_node *alone, const struct toml_node *statement)
{
    const struct toml_node *a = path_up(alone);
    const struct toml_node *b = path_up(statement);
    while (a->parent && b->parent && str_eq(a->key, b->key)) {
        a = path_up(a->parent);
        b = path_up(b->parent);
    }
    return !a->parent && (is_header(alone) ? !b->parent : b->origin != TOML_DOTTED);
}

/* Returns true if the lines contain only this statement, without the victims below it. */
static bool says(struct arena *arena, struct str lines, const struct toml_node *statement,
                 const struct toml_victims *victims)
{
    struct toml_doc *doc;
    if (toml_parse(arena, lines, &doc)) {
        return false;
    }
    const struct toml_node *alone = only_statement(doc->root);
    return alone && is_header(alone) == is_header(statement) && same_path(alone, statement) &&
           (is_header(alone) || toml_is_without(statement, alone, victims));
}

/* Returns true if the statement, or a table that it is part of, is a victim. */
static bool is_removed(const struct toml_victims *victims, const struct toml_node *statement)
{
    while (statement && !is_victim(victims, statement)) {
        statement = statement->parent;
    }
    return statement;
}

static bool says_nothing(struct arena *arena, struct str lines)
{
    struct toml_doc *doc;
    return !toml_parse(arena, lines, &doc) && doc->root->count == 0;
}

/* Returns these lines without the pieces in them, and advances `*next` over those. */
static struct str lines_without(struct arena *arena, struct str text, struct span lines,
                                const struct span *pieces, size_t count, size_t *next)
{
    struct buf rest = buf_new(arena);
    size_t at = lines.start;
    for (; *next < count && pieces[*next].start >= at && pieces[*next].end <= lines.end; ++*next) {
        buf_add_bytes(&rest, text.data + at, pieces[*next].start - at);
        at = pieces[*next].end;
    }
    buf_add_bytes(&rest, text.data + at, lines.end - at);
    return buf_str(&rest);
}

static int by_start(const void *left, const void *right)
{
    return list_order(statement_start(*(const struct toml_node *const *)left),
                      statement_start(*(const struct toml_node *const *)right));
}

bool toml_proven(const struct toml_doc *doc, const struct toml_victims *victims,
                 const struct toml_node **statements, size_t count, const struct span *pieces,
                 size_t piece_count)
{
    static const struct toml_victims none = {0};
    CLEANUP(arena_free) struct arena arena = {0};
    size_t next = 0;
    bool proven = true;
    list_sort(statements, count, sizeof(struct toml_node *), by_start);
    for (size_t i = 0; proven && i < count; i++) {
        if (i > 0 && statements[i] == statements[i - 1]) {
            continue;
        }
        struct span lines = statement_lines(doc->text, statements[i]);
        struct str before = str_copy(&arena, doc->text.data + lines.start, lines.end - lines.start);
        struct str after = lines_without(&arena, doc->text, lines, pieces, piece_count, &next);
        proven = says(&arena, before, statements[i], &none) &&
                 (is_removed(victims, statements[i]) ? says_nothing(&arena, after)
                                                     : says(&arena, after, statements[i], victims));
        arena_clear(&arena);
    }
    return proven && next == piece_count;
}
