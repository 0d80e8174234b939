/*
 * Any bytes as TOML; the first eight choose which pairs are cut. The parser gives a tree or a
 * message. Each node of a tree knows its bytes and is found by its key. A cut succeeds, so that its
 * own check found the right values, and the rest is the text without some of its bytes. A message
 * shows a secret only as a key or in a header.
 */
#include "harness.h"

#include "toml/cut.h"

#define MOST_VICTIMS 8

struct victims {
    struct toml_node *nodes[MOST_VICTIMS];
    size_t count;
};

static struct toml_node *next_node(struct toml_node *node)
{
    if ((node->type == TOML_ARRAY || node->type == TOML_TABLE) && node->first)
        return node->first;
    while (node && !node->next)
        node = node->parent;
    return node ? node->next : NULL;
}

static struct victims pick_victims(const struct toml_doc *doc, const uint8_t *choice)
{
    struct victims victims = {.count = 0};
    size_t position = 0;
    for (struct toml_node *node = next_node(doc->root); node; node = next_node(node)) {
        bool has_key = node->parent->type == TOML_TABLE;
        if (has_key && victims.count < MOST_VICTIMS && choice[position++ % MOST_VICTIMS] % 4 == 0)
            victims.nodes[victims.count++] = node;
    }
    return victims;
}

static bool is_part(struct str part, struct str whole)
{
    size_t at = 0;
    for (size_t i = 0; i < whole.len && at < part.len; i++)
        at += part.data[at] == whole.data[i];
    return at == part.len;
}

static void check_message(const struct err *err)
{
    HOLDS(!err->cause);
    HOLDS(str_starts(err->message, STR("TOML parse error at line ")));
    HOLDS(utf8_valid(err->message));
    const char *at = err->message.data;
    while ((at = strstr(at, SECRET))) {
        at += strcspn(at, "=]*\n");
        HOLDS(*at == '=' || *at == ']');
    }
}

static size_t line_of(struct str text, size_t offset)
{
    size_t line = 1;
    for (size_t i = 0; i < offset; i++)
        line += text.data[i] == '\n';
    return line;
}

static void check_nodes(const struct toml_doc *doc)
{
    for (struct toml_node *node = next_node(doc->root); node; node = next_node(node)) {
        HOLDS(node->key_span.start <= node->key_span.end);
        HOLDS(node->key_span.end <= doc->text.len);
        HOLDS(node->key_span.end == 0 || node->line == line_of(doc->text, node->key_span.start));
        HOLDS(node->value.start <= node->value.end);
        HOLDS(node->value.end <= doc->text.len);
        if (node->parent->type == TOML_TABLE)
            HOLDS(toml_get(node->parent, node->key) == node);
        if (node->parent->value.end > 0 && node->parent->origin == TOML_INLINE)
            HOLDS(node->value.end < node->parent->value.end);
    }
}

static void check_cut(struct arena *arena, const struct toml_doc *doc, const uint8_t *choice)
{
    struct victims victims = pick_victims(doc, choice);
    struct toml_cut cut;
    HOLDS(!toml_cut(arena, doc, victims.nodes, victims.count, &cut));
    struct str rest = toml_cut_rest(arena, doc->text, (struct span){0, doc->text.len}, &cut);
    HOLDS(is_part(rest, doc->text));
    HOLDS(victims.count > 0 || str_eq(rest, doc->text));
    size_t end = 0;
    for (size_t i = 0; i < cut.count; i++) {
        HOLDS(cut.pieces[i].start >= end && cut.pieces[i].start < cut.pieces[i].end);
        end = cut.pieces[i].end;
    }
    HOLDS(end <= doc->text.len);
    struct toml_doc *after;
    HOLDS(!toml_parse(arena, rest, &after));
    for (size_t i = 0; i < victims.count; i++)
        victims.nodes[i]->cut = true;
    HOLDS(toml_is_without(doc->root, after->root));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < MOST_VICTIMS)
        return 0;
    struct arena arena = {0};
    struct str text = harness_plant(&arena, data + MOST_VICTIMS, size - MOST_VICTIMS);
    struct toml_doc *doc;
    if (utf8_valid(text)) {
        const struct err *err = toml_parse(&arena, text, &doc);
        if (err) {
            check_message(err);
        } else {
            check_nodes(doc);
            check_cut(&arena, doc, data);
        }
    }
    arena_free(&arena);
    return 0;
}
