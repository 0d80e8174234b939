/* Reads --config: the path of a file, or one dotted key with a value. cargo: cli_args_as_table,
 * toml_dotted_keys. */
#include "config/load.h"

#include "util/fs.h"
#include "util/text.h"

/* Returns only the key of an argument, because its value can be a secret. */
static struct str shown(struct arena *arena, struct str argument)
{
    ptrdiff_t equals = str_find(argument, '=');
    return equals < 0
               ? STR("\xE2\x80\xA6")
               : str_format(arena, "%s=\xE2\x80\xA6",
                            text_shown(arena, str_slice(arena, argument, 0, (size_t)equals)).data);
}

/* Returns true if a comment is between the offsets. There must be no string between them. */
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

/* Returns why the document is not one key and one value, or NULL. Comments inside an array and on
 * the lines below are accepted, as in cargo. */
static const char *fault_of(const struct toml_doc *doc)
{
    static const char decorated[] = "includes non-whitespace decoration";
    const struct toml_node *table = doc->root;
    size_t start = 0;
    while (table->count == 1 && (table->origin == TOML_ROOT || table->origin == TOML_DOTTED)) {
        const struct toml_node *node = table->first;
        if (node->type == TOML_ARRAY && node->origin == TOML_ELEMENT) {
            return "sets a value to an array of tables, which is not accepted";
        }
        if (node->type == TOML_TABLE && node->origin == TOML_INLINE) {
            return "sets a value to an inline table, which is not accepted";
        }
        size_t after = node->value.end;
        bool has_line = node->origin == TOML_HEADER || node->type != TOML_TABLE;
        if (has_comment(doc->text, start, node->key_span.start) ||
            (has_line && has_comment(doc->text, after, line_end(doc->text, after)))) {
            return decorated;
        }
        if (node->type != TOML_TABLE) {
            return NULL;
        }
        start = node->key_span.end;
        table = node;
    }
    return "was not a TOML dotted key expression (such as `build.jobs = 2`)";
}

/* Rejects tokens in arguments, because other users can see the arguments of a process. */
static struct err *refuse_secret(struct arena *arena, const struct toml_node *root,
                                 struct str secret)
{
    const struct toml_node *registry = toml_get(root, STR("registry"));
    if (registry && toml_get(registry, secret)) {
        return err_new(arena, "registry.%s cannot be set through --config for security reasons",
                       secret.data);
    }
    const struct toml_node *registries = toml_get(root, STR("registries"));
    const struct toml_node *node =
        registries && registries->type == TOML_TABLE ? registries->first : NULL;
    for (; node; node = node->next) {
        if (toml_get(node, secret)) {
            return err_new(arena,
                           "registries.%s.%s cannot be set through --config for security reasons",
                           text_shown(arena, node->key).data, secret.data);
        }
    }
    return NULL;
}

static const struct err *load_pair(struct config *config, struct str argument, struct layer **out)
{
    struct arena *arena = config->arena;
    struct toml_doc *doc;
    struct err *err = toml_parse(arena, argument, &doc);
    if (err) {
        return err_wrap(
            arena, err,
            "failed to parse value from --config argument `%s` as a dotted key expression",
            shown(arena, argument).data);
    }
    const char *fault = fault_of(doc);
    if (fault) {
        return err_new(arena, "--config argument `%s` %s", shown(arena, argument).data, fault);
    }
    TRY(refuse_secret(arena, doc->root, STR("token")));
    TRY(refuse_secret(arena, doc->root, STR("secret-key")));
    if (doc->unsupported) {
        return err_new(arena, "failed to convert --config argument `%s`: it has a %s",
                       shown(arena, argument).data, config_type_name(doc->unsupported));
    }
    struct layer *layer = arena_new(arena, struct layer);
    *layer = (struct layer){.doc = doc, .origin = ORIGIN_CLI};
    struct load load = {.origin = ORIGIN_CLI};
    *out = layer;
    const struct err *includes = load_includes(config, &load, NULL, doc, &layer->next);
    return includes ? err_wrap(arena, includes, "failed to load --config include") : NULL;
}

static const struct err *load_argument(struct config *config, struct load *files,
                                       struct str argument, struct layer **out)
{
    struct str path = path_join(config->arena, config->cwd, argument);
    if (argument.len == 0 || !path_exists(path)) {
        return load_pair(config, argument, out);
    }
    const struct err *err = load_file(config, files, path, -1, out);
    return err ? err_wrap(config->arena, err, "failed to load config from `%s`",
                          text_shown(config->arena, path).data)
               : NULL;
}

void config_load_arguments(struct config *config, const struct str *arguments, size_t count)
{
    struct load files = {.origin = ORIGIN_CLI};
    const struct err *first = NULL;
    for (size_t i = 0; i < count; i++) {
        struct layer *layers = NULL;
        const struct err *err = load_argument(config, &files, arguments[i], &layers);
        first = first ? first : err;
        layers_append(&layers, config->layers);
        config->layers = layers;
    }
    if (first) {
        config->failure = first; /* cargo reads the arguments before its files */
        config->name_is_unknown = true;
    }
}
