/* Reads `include = ["a.toml", {path = "b.toml", optional = true}]`. cargo: include_paths,
 * load_includes. */
#include "config/load.h"

#include "util/fs.h"
#include "util/text.h"

static const char *place_of(struct arena *arena, const struct layer *layer)
{
    return setting_place(arena, &(struct setting){.layer = layer}).data;
}

/* Checks the path of an entry and its member `optional`. Both can be NULL. */
static struct err *check_entry(struct arena *arena, const struct layer *layer,
                               const struct toml_node *path, const struct toml_node *optional)
{
    if (!path || path->type != TOML_STRING || (optional && optional->type != TOML_BOOLEAN)) {
        return err_new(arena,
                       "expected a list of strings or of tables with a string `path` and a boolean "
                       "`optional` at `include` in `%s`",
                       place_of(arena, layer));
    }
    struct str text = path->string;
    ptrdiff_t slash = str_rfind(text, '/');
    if (!str_ends(text, STR(".toml")) || strcmp(text.data + slash + 1, ".toml") == 0) {
        return err_new(arena,
                       "expected a config include path ending with `.toml`, but found `%s` from "
                       "`%s`",
                       text_shown(arena, text).data, place_of(arena, layer));
    }
    return NULL;
}

/* cargo before 1.97 reads the path as it is written. If that is another file, because `..` follows
 * a link, both files are read. */
static const struct err *load_spellings(struct config *config, struct load *load, struct str path,
                                        struct layer **at)
{
    struct str normal = path_normal(config->arena, path);
    bool differ = !str_eq(path, normal) && path_exists(path) && !path_same(path, normal);
    const struct err *of_plain = differ ? load_file(config, load, path, -1, at) : NULL;
    const struct err *err = NULL;
    if (!differ || path_exists(normal))
        err = load_file(config, load, normal, -1, at);
    return err ? err : of_plain;
}

static const struct err *load_include(struct config *config, struct load *load, struct layer *layer,
                                      const struct toml_node *entry)
{
    struct arena *arena = config->arena;
    const struct toml_node *written =
        entry->type == TOML_TABLE ? toml_get(entry, STR("path")) : entry;
    const struct toml_node *optional = toml_get(entry, STR("optional"));
    TRY(check_entry(arena, layer, written, optional));
    struct str dir = config->cwd;
    if (layer->file)
        (void)path_parent(arena, layer->file->path, &dir);
    struct str path = path_join(arena, dir, written->string);
    if (optional && optional->boolean && !path_exists(path) &&
        !path_exists(path_normal(arena, path)))
        return NULL;
    const struct err *err;
    if (load->depth == INCLUDE_DEPTH) {
        err = err_new(arena, "more than %d files include each other", INCLUDE_DEPTH);
    } else {
        load->depth++;
        err = load_spellings(config, load, path, &layer->next);
        load->depth--;
    }
    return err ? err_wrap(arena, err, "failed to load config include `%s` from `%s`",
                          text_shown(arena, written->string).data, place_of(arena, layer))
               : NULL;
}

const struct err *load_layer(struct config *config, struct load *load, struct config_file *file,
                             const struct toml_doc *doc, struct layer **at)
{
    struct layer *layer = arena_new(config->arena, struct layer);
    *layer = load->layer;
    layer->file = file;
    layer->doc = doc;
    layer->next = *at;
    *at = layer;
    const struct toml_node *list = doc ? toml_get(doc->root, STR("include")) : NULL;
    if (!list)
        return NULL;
    if (list->type != TOML_ARRAY) {
        return err_new(config->arena, "expected a list at `include` in `%s`",
                       place_of(config->arena, layer));
    }
    const struct err *first = NULL;
    for (const struct toml_node *entry = list->first;
         entry && config->files_by_path.used <= FILES_LIMIT; entry = entry->next) {
        const struct err *err = load_include(config, load, layer, entry); /* overrides others */
        first = first ? first : err;
    }
    return first;
}
