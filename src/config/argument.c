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

/* Returns the value of a document that is one key and one value, or NULL. Tables are not accepted.
 */
static const struct toml_node *value_of(const struct toml_doc *doc)
{
    const struct toml_node *node = doc->root;
    while (node->type == TOML_TABLE && node->count == 1 &&
           (node->origin == TOML_ROOT || node->origin == TOML_DOTTED)) {
        node = node->first;
    }
    bool has_header = node->type == TOML_ARRAY && node->origin == TOML_ELEMENT;
    return node->type == TOML_TABLE || has_header ? NULL : node;
}

/* Rejects tokens in arguments, because other users can see the arguments of a process. */
static struct err *refuse_secret(struct arena *arena, const struct toml_node *value)
{
    struct key key = {.count = 0};
    for (const struct toml_node *n = value; n->parent; n = n->parent) {
        if (key.count == 3) {
            return NULL;
        }
        key.parts[key.count++] = n->key;
    }
    bool secret = str_eq(value->key, STR("token")) || str_eq(value->key, STR("secret-key"));
    struct str table = key.parts[key.count - 1];
    if (!secret || !str_eq(table, key.count == 2 ? STR("registry") : STR("registries"))) {
        return NULL;
    }
    return err_new(arena, "%s%s%s.%s cannot be set through --config for security reasons",
                   table.data, key.count == 3 ? "." : "",
                   key.count == 3 ? text_shown(arena, key.parts[1]).data : "", value->key.data);
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
    const struct toml_node *value = value_of(doc);
    if (!value) {
        return err_new(arena,
                       "--config argument `%s` was not a TOML dotted key expression (such as "
                       "`build.jobs = 2`)",
                       shown(arena, argument).data);
    }
    TRY(refuse_secret(arena, value));
    if (doc->unsupported) {
        return err_new(arena, "failed to convert --config argument `%s`: it has a number or date",
                       shown(arena, argument).data);
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
