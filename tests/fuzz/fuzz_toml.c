/*
 * libFuzzer: any bytes. The parser must give a tree or a message and never more than that; of a
 * tree, any pairs can be cut, what is left is the text with some of its bytes left out, and it
 * reads as the old tree without the pairs: toml_cut proves that from the statements it cuts from,
 * here the whole is parsed again. The first bytes say which pairs.
 */
#include "text/toml_cut.h"
#include "text/toml_proof.h"

#define MOST_VICTIMS 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct toml_node *next_node(const struct toml_node *node)
{
    if ((node->type == TOML_ARRAY || node->type == TOML_TABLE) && node->first) {
        return node->first;
    }
    while (node && !node->next) {
        node = node->parent;
    }
    return node ? node->next : NULL;
}

static size_t pick_victims(const struct toml_doc *doc, const uint8_t *choice,
                           const struct toml_node **victims)
{
    size_t count = 0;
    size_t position = 0;
    for (const struct toml_node *node = next_node(doc->root); node; node = next_node(node)) {
        bool has_key = node->parent->type == TOML_TABLE;
        if (has_key && count < MOST_VICTIMS && choice[position++ % MOST_VICTIMS] % 4 == 0) {
            victims[count++] = node;
        }
    }
    return count;
}

static bool is_part(struct str part, struct str whole)
{
    size_t at = 0;
    for (size_t i = 0; i < whole.len && at < part.len; i++) {
        at += part.data[at] == whole.data[i];
    }
    return at == part.len;
}

static void check_message(struct arena *arena, struct str text)
{
    struct toml_doc *doc;
    const struct err *shown = toml_parse(arena, text, TOML_SHOW, &doc);
    const struct err *masked = toml_parse(arena, text, TOML_MASK, &doc);
    if (!shown || !masked || shown->message.len == 0) {
        abort();
    }
}

static void check_tree(struct arena *arena, const struct toml_doc *doc, const uint8_t *choice)
{
    const struct toml_node *victims[MOST_VICTIMS];
    size_t count = pick_victims(doc, choice, victims);
    struct toml_cut cut;
    if (!toml_equal(doc->root, doc->root) || toml_cut(arena, doc, victims, count, &cut)) {
        abort();
    }
    struct str rest = toml_cut_rest(arena, doc->text, &cut);
    struct toml_victims gone = toml_victims(arena, victims, count);
    struct toml_doc *after;
    if (!is_part(rest, doc->text) || toml_parse(arena, rest, TOML_SHOW, &after) ||
        !toml_is_without(doc->root, after->root, &gone)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < MOST_VICTIMS) {
        return 0;
    }
    struct arena arena = {0};
    struct str text = str_copy(&arena, (const char *)data + MOST_VICTIMS, size - MOST_VICTIMS);
    struct toml_doc *doc;
    if (utf8_valid(text)) {
        if (toml_parse(&arena, text, TOML_SHOW, &doc)) {
            check_message(&arena, text);
        } else {
            check_tree(&arena, doc, data);
        }
    }
    arena_free(&arena);
    return 0;
}
