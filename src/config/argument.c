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

/* Returns true if the document is one key and one value that is not a table. */
static bool is_pair(const struct toml_doc *doc)
{
    const struct toml_node *node = doc->root;
    while (node->type == TOML_TABLE && node->count == 1 &&
           (node->origin == TOML_ROOT || node->origin == TOML_DOTTED)) {
        node = node->first;
    }
    return node->type != TOML_TABLE && !(node->type == TOML_ARRAY && node->origin == TOML_ELEMENT);
}

/* Rejects tokens in arguments, because other users can see the arguments of a process. */
static struct err *refuse_secret(struct arena *arena, const struct toml_node *table,
                                 struct str prefix)
{
    static const char *const secrets[] = {"token", "secret-key"};
    for (size_t i = 0; table && i < COUNT(secrets); i++) {
        if (toml_get(table, str_of(secrets[i]))) {
            return err_new(arena, "%s.%s cannot be set through --config for security reasons",
                           prefix.data, secrets[i]);
        }
    }
    return NULL;
}

static struct err *refuse_secrets(struct arena *arena, const struct toml_node *root)
{
    TRY(refuse_secret(arena, toml_get(root, STR("registry")), STR("registry")));
    const struct toml_node *registries = toml_get(root, STR("registries"));
    if (!registries || registries->type != TOML_TABLE) {
        return NULL;
    }
    struct str name = text_shown(arena, registries->first->key); /* the pair has only one */
    return refuse_secret(arena, registries->first, str_format(arena, "registries.%s", name.data));
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
    if (!is_pair(doc)) {
        return err_new(arena,
                       "--config argument `%s` was not a TOML dotted key expression (such as "
                       "`build.jobs = 2`)",
                       shown(arena, argument).data);
    }
    TRY(refuse_secrets(arena, doc->root));
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
