/*
 * Shows the tests in this directory how the parser reads documents. Standard input has a record for
 * each document: a line `LENGTH [cut PATH...]` and the document. The answer is a line `LENGTH ok`
 * or `LENGTH error`, and the tree as JSON, the text without the pairs at the paths, or the message.
 * A path is the position of each child from the root, such as `0/3/1`, so that no key needs quotes.
 */
#include "toml/cut.h"
#include "toml/toml.h"
#include "util/json.h"

#define MOST_WORDS 64

static void add_node(struct buf *out, const struct toml_node *node);

static void add_string(struct buf *out, struct str text)
{
    buf_add(out, json_line(out->arena, json_stringn(text.len > 0 ? text.data : "", text.len)));
}

static void add_value(struct buf *out, const struct toml_node *node)
{
    switch (node->type) {
    case TOML_STRING:
    case TOML_UNSUPPORTED:
        buf_addf(out, ",\"%s\":", toml_type_names[node->type]);
        add_string(out, node->string);
        break;
    case TOML_INTEGER:
        buf_addf(out, ",\"integer\":\"%lld\"", (long long)node->integer);
        break;
    case TOML_BOOLEAN:
        buf_addf(out, ",\"boolean\":%s", node->boolean ? "true" : "false");
        break;
    case TOML_ARRAY:
    case TOML_TABLE:
        buf_add(out, STR(",\"children\":["));
        for (const struct toml_node *child = node->first; child; child = child->next) {
            add_node(out, child);
            buf_add(out, child->next ? STR(",") : STR(""));
        }
        buf_add_char(out, ']');
        break;
    }
}

static void add_node(struct buf *out, const struct toml_node *node)
{
    static const char *const origins[] = {"root",   "header", "implicit",
                                          "dotted", "inline", "element"};
    buf_addf(out, "{\"type\":\"%s\",\"origin\":\"%s\",\"key\":", toml_type_names[node->type],
             origins[node->origin]);
    add_string(out, node->key);
    buf_addf(out, ",\"key_span\":[%u,%u],\"value\":[%u,%u],\"pair\":%u", node->key_span.start,
             node->key_span.end, node->value.start, node->value.end, node->pair);
    add_value(out, node);
    buf_add_char(out, '}');
}

static struct toml_node *at_path(const struct toml_doc *doc, const char *path)
{
    struct toml_node *node = doc->root;
    while (node && *path) {
        char *end;
        unsigned long n = strtoul(path, &end, 10);
        for (node = node->first; node && n; n--)
            node = node->next;
        path = *end == '/' ? end + 1 : end;
    }
    return node;
}

/* `words` is the rest of a record's first line. */
static struct err *run(struct arena *arena, struct str text, char *words, struct buf *out)
{
    struct toml_doc *doc;
    TRY(toml_parse(arena, text, &doc));
    const char *word = strsep(&words, " ");
    if (strcmp(word, "cut") != 0) {
        add_node(out, doc->root);
        return NULL;
    }
    struct toml_node *victims[MOST_WORDS];
    size_t count = 0;
    while ((word = strsep(&words, " ")) && count < MOST_WORDS) {
        victims[count] = at_path(doc, word);
        if (!victims[count++])
            return err_new(arena, "no node at %s", word);
    }
    struct toml_cut cut;
    TRY(toml_cut(arena, doc, victims, count, &cut));
    buf_add(out, toml_cut_rest(arena, doc->text, (struct span){0, doc->text.len}, &cut));
    return NULL;
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0) {
        struct arena arena = {0};
        struct buf out = buf_new(&arena);
        char *words;
        size_t len = strtoul(line, &words, 10);
        words[strcspn(words, "\n")] = '\0';
        char *text = arena_alloc(&arena, len + 1);
        if (fread(text, 1, len, stdin) != len)
            return 1;
        struct str document = {text, len};
        struct err *err = utf8_valid(document) ? run(&arena, document, words + 1, &out)
                                               : err_new(&arena, "not UTF-8");
        struct str body = err ? err->message : buf_str(&out);
        printf("%zu %s\n", body.len, err ? "error" : "ok");
        fwrite(body.data, 1, body.len, stdout);
        fflush(stdout);
        arena_free(&arena);
    }
    free(line);
    return 0;
}
