/* Chooses the registry of a run without --all, and prints cargo's warnings about it. */
#include "registry/registry.h"

#include "util/fs.h"
#include "util/text.h"

enum { STEPS = 1000 };

/* Finds a key of [source.NAME]. cargo reads no variables here. */
static bool find(struct config *config, struct str name, const char *last, struct setting *out)
{
    struct key key = KEY(STR("source"), name, str_of(last));
    return config_first(config, VIEW_SETTINGS, &key, out);
}

static bool find_location(struct config *config, struct str name, struct setting *out)
{
    return find(config, name, "registry", out) || find(config, name, "git", out) ||
           find(config, name, "directory", out) || find(config, name, "local-registry", out);
}

/* cargo: SourceConfigMap::add_config. */
static struct err *check_locations(struct config *config)
{
    struct key key = KEY(STR("source"));
    struct lookup lookup = config_lookup(config, VIEW_SETTINGS, &key);
    struct setting table;
    struct setting location;
    while (lookup_next(&lookup, &table)) {
        const struct toml_node *node = table.node->type == TOML_TABLE ? table.node->first : NULL;
        for (; node; node = node->next) {
            if (node->type == TOML_TABLE && !str_eq(node->key, STR(CRATES_IO_NAME)) &&
                !find_location(config, node->key, &location)) {
                return err_new(config->arena,
                               "no source location specified for `source.%s`, need `registry`, "
                               "`local-registry`, `directory`, or `git` defined",
                               text_shown(config->arena, node->key).data);
            }
        }
    }
    return NULL;
}

/* Returns a source as cargo prints it. */
static struct str source_shown(struct config *config, struct str name,
                               const struct setting *location)
{
    struct arena *arena = config->arena;
    struct str key = location->node->key;
    if (str_eq(key, STR("registry")))
        return str_format(arena, "registry `%s`", text_shown(arena, name).data);
    if (str_eq(key, STR("git")))
        return index_url_shown(arena, location->value);
    struct str path = path_join(arena, setting_root(config, location), location->value);
    return str_format(arena, str_eq(key, STR("directory")) ? "dir %s" : "registry `%s`",
                      text_shown(arena, path).data);
}

static struct err *check_replacement(struct registries *all)
{
    struct config *config = all->config;
    struct arena *arena = config->arena;
    struct str name = STR(CRATES_IO_NAME);
    struct setting with;
    struct setting last = {0};
    for (int steps = 0; find(config, name, "replace-with", &with); steps++) {
        name = with.value;
        last = with;
        if (str_eq(name, STR(CRATES_IO_NAME)) || steps == STEPS) {
            return err_new(arena,
                           "detected a cycle of `replace-with` sources, the source `%s` is "
                           "eventually replaced with itself (configuration in `%s`)",
                           text_shown(arena, name).data, setting_place(arena, &with).data);
        }
    }
    struct setting location;
    if (find_location(config, name, &location)) {
        return err_new(arena,
                       "crates-io is replaced with non-remote-registry source %s;\n"
                       "include `--registry crates-io` to use crates.io",
                       source_shown(config, name, &location).data);
    }
    if (!last.node)
        return NULL;
    struct str shown = text_shown(arena, name);
    const struct registry *registry = map_get(&all->names, name);
    return registry && registry->has_index
               ? err_new(arena,
                         "crates-io is replaced with remote registry %s;\n"
                         "include `--registry %s` or `--registry crates-io`",
                         shown.data, shown.data)
               : err_new(arena,
                         "could not find a configured source with the name `%s` when "
                         "attempting to lookup `crates-io` (configuration in `%s`)",
                         shown.data, setting_place(arena, &last).data);
}

/* Checks the settings that cargo rejects for every registry. */
static struct err *check_settings(struct config *config)
{
    struct setting setting;
    struct key index = KEY(STR("registry"), STR("index"));
    TRY(config_get(config, VIEW_SETTINGS, &index, TOML_STRING, &setting));
    if (setting.value.data) {
        return err_new(config->arena,
                       "the `registry.index` config value is no longer supported\n"
                       "Use `[source]` replacement to alter the default index for crates.io.");
    }
    struct key protocol = KEY(STR("registries"), STR(CRATES_IO_NAME), STR("protocol"));
    TRY(config_get(config, VIEW_SETTINGS, &protocol, TOML_STRING, &setting));
    if (setting.value.data && !str_eq(setting.value, STR("sparse")) &&
        !str_eq(setting.value, STR("git"))) {
        return err_new(config->arena, "unsupported registry protocol `%s` (defined in %s)",
                       text_shown(config->arena, setting.value).data,
                       setting_place(config->arena, &setting).data);
    }
    return check_locations(config);
}

struct err *registry_choose(struct registries *all, const struct str *asked, struct registry **out)
{
    struct config *config = all->config;
    struct setting by_default = {0};
    struct key key = KEY(STR("registry"), STR("default"));
    if (!asked)
        TRY(config_get(config, VIEW_SETTINGS, &key, TOML_STRING, &by_default));
    bool named = asked || by_default.value.data;
    struct str name = asked ? *asked : named ? by_default.value : STR(CRATES_IO_NAME);
    struct registry *registry = registries_add(all, name);
    if (!registry->has_index && !registry->failure)
        registry_find_index(all, registry); /* no file and no variable has the name */
    const struct err *err = registry_name_check(config->arena, name);
    registry->failure = err ? err : registry->failure;
    err = check_settings(config);
    registry->failure = registry->failure ? registry->failure : err;
    if (!named)
        TRY(check_replacement(all));
    *out = registry;
    return NULL;
}

/*
 * cargo's warnings.
 */

/* Warns about a token or key that no provider reads. cargo: credential_provider. */
static void warn_of_ignored(const struct registries *all, const struct registry *registry,
                            const struct registry *used)
{
    static const struct {
        const char *name;
        enum provider_kind reader;
    } secrets[] = {{"token", PROVIDER_TOKEN}, {"secret-key", PROVIDER_PASETO}};
    struct config *config = all->config;
    const struct provider_list *list = &registry->providers;
    bool own = list->items != all->globals[0].items;
    struct str program = text_shown(config->arena, list->items[0].words[0]);
    struct str reason =
        own ? str_format(config->arena,
                         "this registry is configured to use credential-provider `%s`",
                         program.data)
            : STR("the `cargo:token` credential provider is not listed in "
                  "`registry.global-credential-providers`");
    for (size_t i = 0; i < (own ? COUNT(secrets) : 1); i++) {
        struct key key = registry_key(used, str_of(secrets[i].name));
        struct setting setting;
        if (!provider_list_has(list, secrets[i].reader) &&
            !config_get(config, VIEW_HERE, &key, TOML_STRING, &setting) && setting.value.data) {
            config_warn(config, STR(""),
                        "registry `%s` has a %s configured in %s that will be ignored because %s",
                        registry->shown.data, secrets[i].name,
                        setting_place(config->arena, &setting).data, reason.data);
        }
    }
}

void registry_warn(const struct registries *all, const struct registry *registry)
{
    static const char of_crates_io[] =
        " index token default credential-provider secret-key global-credential-providers "
        "secret-key-subject min-publish-age global-min-publish-age ";
    static const char of_others[] =
        " index token credential-provider secret-key secret-key-subject protocol min-publish-age ";
    const struct registry *used = registry->used;
    if (!used || registry->failure || registry->providers.count == 0)
        return;
    if (used != registry && !registry->means_crates_io) {
        shell_note(all->config->shell, "name of alternative registry `%s` set to `%s`",
                   index_url_shown(all->config->arena, registry->index.text).data,
                   used->shown.data);
    }
    struct key table =
        used->is_crates_io ? KEY(STR("registry")) : KEY(STR("registries"), used->name);
    config_warn_unused(all->config, &table, used->is_crates_io ? of_crates_io : of_others);
    warn_of_ignored(all, registry, used);
}
