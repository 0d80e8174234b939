/* `include` in a configuration file, and --config on the command line: how more files come in. */
#include "config/config_layer.h"
#include "config/context.h"

#include "util/fs.h"

struct include {
    struct str path;
    bool optional;
};

/* `include[0]`, `include[0].path` */
static struct err *wrong_type(struct arena *arena, const char *wanted,
                              const struct config_value *found, size_t index, const char *member)
{
    const char *open = *member ? "`" : ""; /* cargo quotes the file in two of three messages */
    return err_new(arena, "expected %s, but found %s at `include[%zu]%s` in %s%.*s%s", wanted,
                   config_type_name(found->type), index, member, open,
                   STR_ARG(definition_display(arena, found->definition)), open);
}

static struct err *include_of_table(struct arena *arena, const struct config_value *table,
                                    size_t index, struct include *out)
{
    struct config_value path;
    if (!config_table_get(table, STR("path"), &path)) {
        return err_new(arena, "missing field `path` at `include[%zu]` in `%.*s`", index,
                       STR_ARG(definition_display(arena, table->definition)));
    }
    if (path.type != CONFIG_STRING) {
        return wrong_type(arena, "a string", &path, index, ".path");
    }
    struct config_value optional;
    bool has = config_table_get(table, STR("optional"), &optional);
    if (has && optional.type != CONFIG_BOOLEAN) {
        return wrong_type(arena, "a boolean", &optional, index, ".optional");
    }
    *out = (struct include){path.string, has && optional.boolean};
    return NULL;
}

/* Rust's Path::extension is `toml`; `.toml` alone has none. */
static bool ends_with_toml(struct str path)
{
    size_t end = path.len;
    for (;;) {
        if (end > 1 && path.data[end - 1] == '/') {
            end--;
        } else if (end > 2 && path.data[end - 1] == '.' && path.data[end - 2] == '/') {
            end -= 2;
        } else {
            break;
        }
    }
    struct str extension = STR(".toml");
    return end > extension.len && path.data[end - extension.len - 1] != '/' &&
           memcmp(path.data + end - extension.len, extension.data, extension.len) == 0;
}

static struct err *check_path(struct arena *arena, struct str path,
                              const struct definition *definition)
{
    const char *rule = NULL;
    if (!ends_with_toml(path)) {
        rule = "path ending with `.toml`";
    } else if (strpbrk(path.data, "*?[]")) {
        rule = "path without glob patterns";
    } else if (strpbrk(path.data, "{}")) {
        rule = "path without template braces";
    }
    if (!rule) {
        return NULL;
    }
    return err_new(arena, "expected a config include %s, but found `%.*s` from `%.*s`", rule,
                   STR_ARG(path), STR_ARG(definition_display(arena, definition)));
}

/* All are checked before the first is read. cargo: include_paths. */
static struct err *read_list(struct arena *arena, const struct config_value *list,
                             struct include **out, size_t *count)
{
    if (list->type != CONFIG_LIST) {
        /* The quote that is missing at the end is missing in cargo. */
        return err_new(arena,
                       "expected a list of strings or a list of tables, but found %s at `include` "
                       "in `%.*s",
                       config_type_name(list->type),
                       STR_ARG(definition_display(arena, list->definition)));
    }
    struct include *includes = arena_new_array(arena, struct include, list->node->count);
    size_t n = 0;
    for (struct config_iter iter = config_iter(list); config_next(&iter); n++) {
        if (iter.value.type == CONFIG_STRING) {
            includes[n] = (struct include){iter.value.string, false};
        } else if (iter.value.type == CONFIG_TABLE) {
            TRY(include_of_table(arena, &iter.value, n, &includes[n]));
        } else {
            return wrong_type(arena, "a string or table", &iter.value, n, "");
        }
    }
    for (size_t i = 0; i < n; i++) {
        TRY(check_path(arena, includes[i].path, list->definition));
    }
    *out = includes;
    *count = n;
    return NULL;
}

/* Beside the file that says so; from the working directory for a bare --config. */
static struct str include_path(struct context *context, const struct definition *definition,
                               struct str path)
{
    struct str dir = context->cwd;
    if (definition->name.len > 0) {
        (void)path_parent(context->arena, definition->name, &dir);
    }
    return path_join(context->arena, dir, path);
}

static struct err *load_include(struct context *context, struct str path, enum definition_kind kind,
                                enum config_secret secret, struct config_seen **seen,
                                struct config_value *below)
{
    struct config_value table;
    TRY(config_load_file(context, path, -1, kind, secret, seen, &table));
    return config_merge(context->arena, below, &table, true, below);
}

struct err *config_load_includes(struct context *context, enum config_secret secret,
                                 struct config_seen **seen, struct config_value *table)
{
    struct config_value list;
    if (!config_table_get(table, STR("include"), &list)) {
        return NULL;
    }
    struct include *includes = NULL;
    size_t count = 0;
    TRY(read_list(context->arena, &list, &includes, &count));
    struct config_value below = {.type = CONFIG_TABLE, .definition = table->definition};
    for (size_t i = 0; i < count; i++) {
        struct str path = include_path(context, table->definition, includes[i].path);
        if (includes[i].optional && !path_exists(path)) {
            continue;
        }
        struct err *err =
            load_include(context, path, table->definition->kind, secret, seen, &below);
        if (err) {
            struct str place = definition_display(context->arena, table->definition);
            return err_wrap(context->arena, err, "failed to load config include `%.*s` from `%.*s`",
                            STR_ARG(includes[i].path), STR_ARG(place));
        }
    }
    /* The key `include` itself stays: a list that nobody looks at again. */
    return config_merge(context->arena, &below, table, true, table);
}
