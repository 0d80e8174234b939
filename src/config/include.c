/* Reads `include = ["a.toml", {path = "b.toml", optional = true}]`. cargo: include_paths,
 * load_includes. */
#include "config/load.h"

#include "util/fs.h"
#include "util/text.h"

struct include {
    struct str path; /* as written */
    bool optional;
};

static struct str place_of(const struct config_file *file)
{
    return file ? file->shown : STR("--config cli option");
}

static struct err *read_entry(struct arena *arena, const struct config_file *file,
                              const struct toml_node *node, struct include *out)
{
    const struct toml_node *path = node;
    const struct toml_node *optional = NULL;
    if (node->type == TOML_TABLE) {
        path = toml_get(node, STR("path"));
        optional = toml_get(node, STR("optional"));
    }
    if (!path || path->type != TOML_STRING || (optional && optional->type != TOML_BOOLEAN)) {
        return err_new(arena,
                       "expected a list of strings or of tables with a string `path` and a boolean "
                       "`optional` at `include` in `%s`",
                       place_of(file).data);
    }
    *out = (struct include){path->string, optional && optional->boolean};
    return NULL;
}

static struct err *check_path(struct arena *arena, const struct config_file *file, struct str path)
{
    const char *name = strrchr(path.data, '/');
    name = name ? name + 1 : path.data;
    const char *rule = NULL;
    if (!str_ends(path, STR(".toml")) || strcmp(name, ".toml") == 0) {
        rule = "path ending with `.toml`";
    } else if (strpbrk(path.data, "*?[]")) {
        rule = "path without glob patterns";
    } else if (strpbrk(path.data, "{}")) {
        rule = "path without template braces";
    }
    if (!rule) {
        return NULL;
    }
    return err_new(arena, "expected a config include %s, but found `%s` from `%s`", rule,
                   text_shown(arena, path).data, place_of(file).data);
}

/* Checks all entries before the first file is read. */
static struct err *read_list(struct arena *arena, const struct config_file *file,
                             const struct toml_node *list, struct include **out)
{
    if (list->type != TOML_ARRAY) {
        return err_new(arena, "expected a list at `include` in `%s`", place_of(file).data);
    }
    struct include *includes = arena_new_array(arena, struct include, list->count);
    size_t n = 0;
    for (const struct toml_node *node = list->first; node; node = node->next) {
        TRY(read_entry(arena, file, node, &includes[n]));
        TRY(check_path(arena, file, includes[n++].path));
    }
    *out = includes;
    return NULL;
}

/* cargo before 1.97 reads the path as it is written. If that is another file, because `..` follows
 * a link, both files are read. */
static const struct err *load_spellings(struct config *config, struct load *load, struct str path,
                                        struct layer **out)
{
    struct str normal = path_normal(config->arena, path);
    bool differ = !str_eq(path, normal) && path_exists(path) && !path_same(path, normal);
    const struct err *err = NULL;
    if (!differ || path_exists(normal)) {
        err = load_file(config, load, normal, -1, out);
    }
    if (differ) {
        struct layer *plain = NULL;
        const struct err *of_plain = load_file(config, load, path, -1, &plain);
        layers_append(out, plain);
        err = err ? err : of_plain;
    }
    return err;
}

static const struct err *load_include(struct config *config, struct load *load,
                                      const struct config_file *file, const struct include *include,
                                      struct layer **out)
{
    struct arena *arena = config->arena;
    struct str dir = config->cwd;
    if (file) {
        (void)path_parent(arena, file->path, &dir);
    }
    struct str path = path_join(arena, dir, include->path);
    if (include->optional && !path_exists(path) && !path_exists(path_normal(arena, path))) {
        return NULL;
    }
    const struct err *err;
    if (load->depth == INCLUDE_DEPTH) {
        err = err_new(arena, "more than %d files include each other", INCLUDE_DEPTH);
    } else {
        load->depth++;
        err = load_spellings(config, load, path, out);
        load->depth--;
    }
    return err ? err_wrap(arena, err, "failed to load config include `%s` from `%s`",
                          text_shown(arena, include->path).data, place_of(file).data)
               : NULL;
}

const struct err *load_includes(struct config *config, struct load *load, struct config_file *file,
                                const struct toml_doc *doc, struct layer **out)
{
    const struct toml_node *list = toml_get(doc->root, STR("include"));
    struct include *includes = NULL;
    if (!list) {
        return NULL;
    }
    const struct err *first = read_list(config->arena, file, list, &includes);
    if (first || !includes) {
        return first;
    }
    struct layer *layers = NULL; /* a later include has priority, so it is put first */
    for (size_t i = 0; i < list->count; i++) {
        struct layer *each = NULL;
        const struct err *err = load_include(config, load, file, &includes[i], &each);
        first = first ? first : err;
        layers_append(&each, layers);
        layers = each;
    }
    *out = layers;
    return first;
}
