/* --config arguments: a path, or one dotted key with a value. */
#include "config/config_layer.h"
#include "config/context.h"

#include "util/fs.h"

/* A secret in an argument is not repeated: all after the first `=` is left out. */
static struct str shown(struct arena *arena, struct str argument)
{
    ptrdiff_t equals = str_find(argument, '=');
    if (equals < 0 || !config_holds_secret(argument)) {
        return argument;
    }
    return str_format(arena, "%.*s=…", (int)equals, argument.data);
}

/* Is there a comment between the offsets? No string stands there, so `#` begins one. */
static bool has_comment(struct str text, size_t start, size_t end)
{
    return memchr(text.data + start, '#', end - start) != NULL;
}

static size_t line_end(struct str text, size_t at)
{
    while (at < text.len && text.data[at] != '\n') {
        at++;
    }
    return at;
}

static struct err *decorated(struct arena *arena, struct str argument)
{
    return err_new(arena, "--config argument `%.*s` includes non-whitespace decoration",
                   STR_ARG(shown(arena, argument)));
}

/* Comments are refused before and beside the key and the value; those inside an array and on the
 * lines below are not seen. cargo: toml_dotted_keys. */
static struct err *check_dotted(struct arena *arena, struct str argument,
                                const struct toml_doc *doc)
{
    const struct toml_node *table = doc->root;
    size_t start = 0;
    while (table->count == 1 && (table->origin == TOML_ROOT || table->origin == TOML_DOTTED)) {
        const struct toml_node *node = table->first;
        if (node->type == TOML_ARRAY && node->origin == TOML_ELEMENT) {
            return err_new(arena,
                           "--config argument `%.*s` sets a value to an array of tables, which is "
                           "not accepted",
                           STR_ARG(shown(arena, argument)));
        }
        if (node->type == TOML_TABLE && node->origin == TOML_INLINE) {
            return err_new(arena,
                           "--config argument `%.*s` sets a value to an inline table, which is not "
                           "accepted",
                           STR_ARG(shown(arena, argument)));
        }
        size_t end = node->key_span.start;
        if (has_comment(doc->text, start, end)) {
            return decorated(arena, argument);
        }
        if (node->origin == TOML_HEADER &&
            has_comment(doc->text, node->value.end, line_end(doc->text, node->value.end))) {
            return decorated(arena, argument);
        }
        if (node->type != TOML_TABLE) {
            size_t after = node->value.end;
            bool bad = has_comment(doc->text, after, line_end(doc->text, after));
            return bad ? decorated(arena, argument) : NULL;
        }
        start = node->key_span.end;
        table = node;
    }
    return err_new(arena,
                   "--config argument `%.*s` was not a TOML dotted key expression (such as "
                   "`build.jobs = 2`)",
                   STR_ARG(shown(arena, argument)));
}

/* A secret among other programs' arguments would be for all to see. */
static struct err *refuse_secret(struct arena *arena, const struct toml_node *root,
                                 struct str secret)
{
    const struct toml_node *registry = toml_get(root, STR("registry"));
    if (registry && registry->type == TOML_TABLE && toml_get(registry, secret)) {
        return err_new(arena, "registry.%.*s cannot be set through --config for security reasons",
                       STR_ARG(secret));
    }
    const struct toml_node *registries = toml_get(root, STR("registries"));
    if (!registries || registries->type != TOML_TABLE) {
        return NULL;
    }
    for (const struct toml_node *node = registries->first; node; node = node->next) {
        if (node->type == TOML_TABLE && toml_get(node, secret)) {
            return err_new(
                arena, "registries.%.*s.%.*s cannot be set through --config for security reasons",
                STR_ARG(node->key), STR_ARG(secret));
        }
    }
    return NULL;
}

static struct err *parse_argument(struct context *context, struct str argument,
                                  struct config_value *out)
{
    struct arena *arena = context->arena;
    struct toml_doc *doc;
    struct err *err = toml_parse(arena, argument, &doc);
    if (err) {
        return err_wrap(
            arena, err,
            "failed to parse value from --config argument `%.*s` as a dotted key expression",
            STR_ARG(shown(arena, argument)));
    }
    TRY(check_dotted(arena, argument, doc));
    TRY(refuse_secret(arena, doc->root, STR("token")));
    TRY(refuse_secret(arena, doc->root, STR("secret-key")));
    err = config_check_types(arena, doc->root);
    if (err) {
        return err_wrap(arena, err, "failed to convert --config argument `%.*s`",
                        STR_ARG(argument));
    }
    struct definition *definition = arena_new(arena, struct definition);
    *definition = (struct definition){DEFINITION_CLI, STR(""), doc};
    struct config_value table = config_of_node(doc->root, definition);
    struct config_seen *seen = NULL;
    err = config_load_includes(context, CONFIG_PLAIN, &seen, &table);
    if (err) {
        return err_wrap(arena, err, "failed to load --config include");
    }
    *out = table;
    return NULL;
}

static struct err *load_argument(struct context *context, struct str argument,
                                 struct config_seen **seen, struct config_value *out)
{
    struct str path = path_join(context->arena, context->cwd, argument);
    if (argument.len == 0 || !path_exists(path)) {
        return parse_argument(context, argument, out);
    }
    struct err *err = config_load_file(context, path, -1, DEFINITION_CLI, CONFIG_PLAIN, seen, out);
    if (err) {
        return err_wrap(context->arena, err, "failed to load config from `%.*s`", STR_ARG(path));
    }
    return NULL;
}

struct err *config_load_arguments(struct context *context, const struct str *arguments,
                                  size_t count, struct config_value *out)
{
    struct config_value all = {.type = CONFIG_TABLE};
    struct config_seen *seen = NULL;
    for (size_t i = 0; i < count; i++) {
        struct config_value table;
        TRY(load_argument(context, arguments[i], &seen, &table));
        struct err *err = config_merge(context->arena, &all, &table, true, &all);
        if (err) {
            return err_wrap(context->arena, err, "failed to merge --config argument `%.*s`",
                            STR_ARG(shown(context->arena, arguments[i])));
        }
    }
    *out = all;
    return NULL;
}
