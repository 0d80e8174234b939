/*
 * Reads a TOML document on standard input and prints what the parser made of it, for the tests in
 * this directory:
 *
 *     toml_dump                 the tree as JSON
 *     toml_dump cut PATH...     the text without the pairs at the paths
 *     toml_dump many            standard input is one document per record, records and answers
 *                               framed by a line with their length: many documents, one process
 *
 * An answer is one line `ok` or `error`, then the JSON, the text or the message. A path is the
 * position of each child from the root, `0/3/1`: any key can be named without quoting.
 */
#include "toml/cut.h"
#include "toml/toml.h"
#include "util/base.h"
#include "util/fs.h"

#include <unistd.h>

#define LARGEST_INPUT ((size_t)256 * 1024 * 1024)

static void add_json_string(struct buf *out, struct str s)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) {
            buf_addf(out, "\\u%04x", c);
        } else {
            buf_add_char(out, (char)c);
        }
    }
    buf_add_char(out, '"');
}

static void add_node(struct buf *out, const struct toml_doc *doc, const struct toml_node *node);

static void add_children(struct buf *out, const struct toml_doc *doc, const struct toml_node *node)
{
    buf_add(out, STR(",\"children\":["));
    for (const struct toml_node *child = node->first; child; child = child->next) {
        add_node(out, doc, child);
        if (child->next) {
            buf_add_char(out, ',');
        }
    }
    buf_add_char(out, ']');
}

static void add_value(struct buf *out, const struct toml_doc *doc, const struct toml_node *node)
{
    switch (node->type) {
    case TOML_STRING:
        buf_add(out, STR(",\"string\":"));
        add_json_string(out, node->string);
        break;
    case TOML_INTEGER:
        buf_addf(out, ",\"integer\":\"%lld\"", (long long)node->integer);
        break;
    case TOML_FLOAT:
        buf_add(out, STR(",\"float\":"));
        add_json_string(out, node->string);
        break;
    case TOML_BOOLEAN:
        buf_addf(out, ",\"boolean\":%s", node->boolean ? "true" : "false");
        break;
    case TOML_DATETIME:
        buf_add(out, STR(",\"datetime\":"));
        add_json_string(out, node->string);
        break;
    case TOML_ARRAY:
    case TOML_TABLE:
        buf_addf(out, ",\"count\":%zu", node->count);
        add_children(out, doc, node);
        break;
    }
}

static void add_node(struct buf *out, const struct toml_doc *doc, const struct toml_node *node)
{
    static const char *const types[] = {"string",   "integer", "float", "boolean",
                                        "datetime", "array",   "table"};
    static const char *const origins[] = {"root",   "header", "implicit",
                                          "dotted", "inline", "element"};
    buf_addf(out, "{\"type\":\"%s\",\"origin\":\"%s\",\"key\":", types[node->type],
             origins[node->origin]);
    add_json_string(out, node->key);
    buf_addf(out, ",\"key_span\":[%u,%u],\"value\":[%u,%u],\"pair\":%u", node->key_span.start,
             node->key_span.end, node->value.start, node->value.end, node->pair);
    add_value(out, doc, node);
    buf_add_char(out, '}');
}

static struct toml_node *at_path(const struct toml_doc *doc, const char *path)
{
    struct toml_node *node = doc->root;
    while (node && *path) {
        char *end;
        unsigned long n = strtoul(path, &end, 10);
        for (node = node->first; node && n; n--) {
            node = node->next;
        }
        path = *end == '/' ? end + 1 : end;
    }
    return node;
}

static struct err *run(struct arena *arena, struct str text, int argc, char **argv, struct buf *out)
{
    struct toml_doc *doc;
    TRY(toml_parse(arena, text, &doc));
    if (argc < 3 || strcmp(argv[1], "cut") != 0) {
        add_node(out, doc, doc->root);
        return NULL;
    }
    struct toml_node **victims = arena_new_array(arena, struct toml_node *, (size_t)argc);
    size_t count = 0;
    for (int i = 2; i < argc; i++) {
        victims[count] = at_path(doc, argv[i]);
        if (!victims[count]) {
            return err_new(arena, "no node at %s", argv[i]);
        }
        count++;
    }
    struct toml_cut cut;
    TRY(toml_cut(arena, doc, victims, count, &cut));
    buf_add(out, toml_cut_rest(arena, doc->text, &cut));
    return NULL;
}

/* The words of a record's first line are this document's arguments. */
static int split(char *line, char **words, int most)
{
    int count = 1;
    char *rest = line;
    for (char *word = strsep(&rest, " "); word && count < most; word = strsep(&rest, " ")) {
        if (*word) {
            words[count++] = word;
        }
    }
    return count;
}

static void answer(struct str text, int argc, char **argv, bool framed)
{
    struct arena arena = {0};
    struct buf out = buf_new(&arena);
    struct err *err =
        utf8_valid(text) ? run(&arena, text, argc, argv, &out) : err_new(&arena, "not UTF-8");
    struct str body = err ? err->message : buf_str(&out);
    if (framed) {
        printf("%zu ", body.len);
    }
    printf("%s\n", err ? "error" : "ok");
    fwrite(body.data, 1, body.len, stdout);
    fflush(stdout);
    arena_free(&arena);
}

/* `LENGTH [WORD...]\n` and so many bytes, until the input ends. */
static int many(void)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0) {
        struct arena arena = {0};
        char *rest;
        size_t len = strtoul(line, &rest, 10);
        char *words[64] = {0};
        rest[strcspn(rest, "\n")] = '\0';
        int count = split(rest, words, (int)COUNT(words));
        char *text = arena_alloc(&arena, len + 1);
        if (fread(text, 1, len, stdin) != len) {
            return 1;
        }
        answer((struct str){text, len}, count, words, true);
        arena_free(&arena);
    }
    free(line);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "many") == 0) {
        return many();
    }
    struct arena arena = {0};
    struct buf in = buf_new(&arena);
    char piece[4096];
    size_t got;
    while (in.len < LARGEST_INPUT && (got = fread(piece, 1, sizeof(piece), stdin)) > 0) {
        buf_add_bytes(&in, piece, got);
    }
    answer(buf_str(&in), argc, argv, false);
    arena_free(&arena);
    return 0;
}
