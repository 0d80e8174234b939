#include "config/network.h"

#include "util/fs.h"
#include "util/text.h"

enum { RETRIES_DEFAULT = 3 }; /* cargo: Retry::new */

/* Checks the version. Changes `default` to an empty string, which means that it is not set. */
static struct err *check_version(struct arena *arena, struct str *version)
{
    static const char *const known[] = {"", "tlsv1", "tlsv1.0", "tlsv1.1", "tlsv1.2", "tlsv1.3"};
    if (str_eq(*version, STR("default")))
        *version = STR("");
    for (size_t i = 0; i < COUNT(known); i++)
        if (str_eq(*version, str_of(known[i])))
            return NULL;
    return err_new(arena,
                   "Invalid ssl version `%s`,choose from 'default', 'tlsv1', 'tlsv1.0', 'tlsv1.1', "
                   "'tlsv1.2', 'tlsv1.3'.",
                   text_shown(arena, *version).data);
}

/* Reads `http.ssl-version`: a table with `min` and `max`, or a word. */
static struct err *read_versions(struct config *config, struct view view, struct network *network)
{
    struct key key = KEY(STR("http"), STR("ssl-version"));
    struct key min_key = KEY(STR("http"), STR("ssl-version"), STR("min"));
    struct key max_key = KEY(STR("http"), STR("ssl-version"), STR("max"));
    struct setting min;
    struct setting max;
    TRY(config_get(config, view, &min_key, TOML_STRING, &min));
    TRY(config_get(config, view, &max_key, TOML_STRING, &max));
    if (!min.value.data && !max.value.data)
        TRY(config_get(config, view, &key, TOML_STRING, &min));
    network->ssl_min = min.value;
    network->ssl_max = max.value;
    TRY(check_version(config->arena, &network->ssl_min));
    return check_version(config->arena, &network->ssl_max);
}

struct err *network_settings(struct config *config, struct view view, struct network *out)
{
    enum { PROXY, CAINFO, USER_AGENT, TIMEOUT, RETRY_COUNT, KEYS };
    static const struct {
        const char *table;
        const char *name;
        enum toml_type type;
    } keys[] = {
        [PROXY] = {"http", "proxy", TOML_STRING},
        [CAINFO] = {"http", "cainfo", TOML_STRING},
        [USER_AGENT] = {"http", "user-agent", TOML_STRING},
        [TIMEOUT] = {"http", "timeout", TOML_INTEGER},
        [RETRY_COUNT] = {"net", "retry", TOML_INTEGER},
    };
    struct setting *found = arena_new_array(config->arena, struct setting, KEYS);
    for (size_t i = 0; i < KEYS; i++) {
        struct key key = KEY(str_of(keys[i].table), str_of(keys[i].name));
        TRY(config_get(config, view, &key, keys[i].type, &found[i]));
    }
    struct network network = {
        .proxy = found[PROXY].value,
        .cainfo = found[CAINFO].value,
        .user_agent = found[USER_AGENT].value,
        .timeout = found[TIMEOUT].value.data ? &found[TIMEOUT].number : NULL,
        .retry = found[RETRY_COUNT].value.data ? found[RETRY_COUNT].number : RETRIES_DEFAULT,
    };
    if (network.cainfo.len > 0) {
        network.cainfo =
            path_join(config->arena, setting_root(config, &found[CAINFO]), network.cainfo);
    }
    TRY(read_versions(config, view, &network));
    *out = network;
    return NULL;
}

struct err *network_allowed(struct config *config, const char *option)
{
    struct setting offline;
    struct key key = KEY(STR("net"), STR("offline"));
    TRY(config_get(config, VIEW_HERE, &key, TOML_BOOLEAN, &offline));
    if (!option && offline.boolean)
        option = "`net.offline`";
    return option ? err_new(config->arena,
                            "attempting to make an HTTP request, but %s was specified", option)
                  : NULL;
}

bool network_untrusted(struct config *config, struct setting *out)
{
    static const char *const names[] = {"proxy", "cainfo", "proxy-cainfo", "ssl-version",
                                        "check-revoke"};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct key key = KEY(STR("http"), str_of(names[i]));
        struct lookup lookup = config_lookup(config, VIEW_HERE, &key);
        while (lookup_next(&lookup, out))
            if (out->layer->origin == ORIGIN_PROJECT)
                return true;
    }
    return false;
}
