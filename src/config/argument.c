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
           (node->origin == TOML_ROOT || node->origin == TOML_DOTTED))
        node = node->first;
    bool has_header = node->type == TOML_ARRAY && node->origin == TOML_ELEMENT;
    return node->type == TOML_TABLE || has_header ? NULL : node;
}

/* Rejects tokens in arguments, because other users can see the arguments of a process. */
static struct err *refuse_secret(struct arena *arena, const struct toml_doc *doc,
                                 const struct toml_node *value)
{
    const struct toml_node *top = doc->root->first;
    const struct toml_node *table = value->parent;
    bool of_crates_io = table == top && str_eq(top->key, STR("registry"));
    bool of_other = table->parent == top && str_eq(top->key, STR("registries"));
    bool is_secret = str_eq(value->key, STR("token")) || str_eq(value->key, STR("secret-key"));
    if (!is_secret || !(of_crates_io || of_other))
        return NULL;
    struct key key = of_other ? KEY(top->key, table->key) : KEY(top->key);
    return err_new(arena, "%s.%s cannot be set through --config for security reasons",
                   key_shown(arena, &key).data, value->key.data);
}

static const struct err *load_pair(struct config *config, struct str argument)
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
    TRY(refuse_secret(arena, doc, value));
    if (doc->unsupported) {
        return err_new(arena, "failed to convert --config argument `%s`: it has a number or date",
                       shown(arena, argument).data);
    }
    struct load load = {.layer.origin = ORIGIN_CLI};
    const struct err *includes = load_layer(config, &load, NULL, doc, &config->layers);
    return includes ? err_wrap(arena, includes, "failed to load --config include") : NULL;
}

void config_load_arguments(struct config *config, const struct str *arguments, size_t count)
{
    struct load files = {.layer.origin = ORIGIN_CLI};
    const struct err *first = NULL;
    const struct layer *others = config->layers;
    for (size_t i = 0; i < count; i++) {
        struct str path = path_join(config->arena, config->cwd, arguments[i]);
        bool is_file = arguments[i].len > 0 && path_exists(path);
        const struct err *err = is_file ? load_file(config, &files, path, -1, &config->layers)
                                        : load_pair(config, arguments[i]);
        if (is_file && err) {
            err = err_wrap(config->arena, err, "failed to load config from `%s`",
                           text_shown(config->arena, path).data);
        }
        first = first ? first : err;
    }
    if (first) {
        config->failure = first; /* cargo reads the arguments before its files */
        config->name_is_unknown = true;
    }
    config_merge(config, config->layers, others);
}
