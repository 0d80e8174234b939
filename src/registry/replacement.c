#include "registry/replacement.h"

#include "util/fs.h"
#include "util/text.h"

enum { STEPS = 1000 };

/* Finds the first layer that has this key in [source.NAME] or, with NULL, that has the table. cargo
 * reads no variables here. */
static bool find(struct config *config, struct str name, const char *last, struct setting *out)
{
    struct key key = KEY(STR("source"), name);
    if (last) {
        key.parts[key.count++] = str_of(last);
    }
    for (const struct layer *layer = config->layers; layer; layer = layer->next) {
        const struct toml_node *node =
            config_sees(VIEW_SETTINGS, layer) ? layer_get(layer, &key) : NULL;
        if (node) {
            *out = (struct setting){.layer = layer, .node = node};
            out->value = node->type == TOML_STRING ? node->string : STR("");
            return true;
        }
    }
    return false;
}

/* Returns the source as cargo prints it, or an empty str for crates.io's own sources. */
static struct str shown(struct config *config, struct str name)
{
    struct arena *arena = config->arena;
    struct setting setting;
    struct index_url url;
    if (find(config, name, "registry", &setting)) {
        bool own = !index_url_parse(arena, setting.value, &url) &&
                   (str_eq(url.text, STR(CRATES_IO_INDEX)) ||
                    str_eq(url.text, STR(CRATES_IO_SPARSE_INDEX)));
        return own ? STR("") : str_format(arena, "registry `%s`", text_shown(arena, name).data);
    }
    if (find(config, name, "git", &setting)) {
        return index_url_shown(arena, setting.value);
    }
    bool directory = find(config, name, "directory", &setting);
    if (directory || find(config, name, "local-registry", &setting)) {
        struct str path = path_join(arena, setting_root(config, &setting), setting.value);
        path = text_shown(arena, path);
        return directory ? str_format(arena, "dir %s", path.data)
                         : str_format(arena, "registry `%s`", path.data);
    }
    return str_eq(name, STR(CRATES_IO_NAME))
               ? STR("")
               : str_format(arena, "`%s`", text_shown(arena, name).data);
}

static struct err *replaced_by_registry(struct arena *arena, const struct registry *registry)
{
    return err_new(arena,
                   "crates-io is replaced with remote registry %s;\n"
                   "include `--registry %s` or `--registry crates-io`",
                   registry->shown.data, registry->shown.data);
}

/* Follows `replace-with` to the last name. */
static struct err *follow(struct config *config, struct str *name, struct setting *location)
{
    struct arena *arena = config->arena;
    struct setting with;
    for (int steps = 0; find(config, *name, "replace-with", &with); steps++) {
        *name = with.value;
        *location = with;
        if (str_eq(*name, STR(CRATES_IO_NAME)) || steps == STEPS) {
            return err_new(arena,
                           "detected a cycle of `replace-with` sources, the source `%s` is "
                           "eventually replaced with itself (configuration in `%s`)",
                           text_shown(arena, *name).data, setting_place(arena, &with).data);
        }
    }
    return NULL;
}

struct err *replacement_check(struct registries *all)
{
    struct config *config = all->config;
    struct arena *arena = config->arena;
    struct str name = STR(CRATES_IO_NAME);
    struct setting location = {0};
    struct setting ignored;
    TRY(follow(config, &name, &location));
    if (!find(config, name, NULL, &ignored) && !str_eq(name, STR(CRATES_IO_NAME))) {
        const struct registry *registry = registries_get(all, name);
        if (registry && registry->has_index) {
            return replaced_by_registry(arena, registry);
        }
        return err_new(arena,
                       "could not find a configured source with the name `%s` when attempting to "
                       "lookup `crates-io` (configuration in `%s`)",
                       text_shown(arena, name).data, setting_place(arena, &location).data);
    }
    struct str source = shown(config, name);
    if (source.len == 0) {
        return NULL;
    }
    return err_new(arena,
                   "crates-io is replaced with non-remote-registry source %s;\n"
                   "include `--registry crates-io` to use crates.io",
                   source.data);
}
