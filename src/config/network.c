#include "config/network.h"

#include "util/fs.h"
#include "util/text.h"

enum { RETRY = 3 }; /* cargo: Retry::new */

static struct err *string_of(struct config *config, struct view view, const struct key *key,
                             struct setting *out)
{
    bool set = false;
    *out = (struct setting){.value = STR("")};
    return config_string(config, view, key, &set, out);
}

/* The value `default` counts as not set. */
static struct err *version_of(struct config *config, struct view view, const struct key *key,
                              struct str *out)
{
    static const char *const known[] = {"tlsv1", "tlsv1.0", "tlsv1.1", "tlsv1.2", "tlsv1.3"};
    struct setting setting;
    TRY(string_of(config, view, key, &setting));
    *out = str_eq(setting.value, STR("default")) ? STR("") : setting.value;
    for (size_t i = 0; i < COUNT(known); i++) {
        if (out->len == 0 || str_eq(*out, str_of(known[i]))) {
            return NULL;
        }
    }
    return err_new(config->arena,
                   "Invalid ssl version `%s`,choose from 'default', 'tlsv1', 'tlsv1.0', 'tlsv1.1', "
                   "'tlsv1.2', 'tlsv1.3'.",
                   text_shown(config->arena, *out).data);
}

/* Reads `http.ssl-version`: a word, or a table with `min` and `max`. */
static struct err *read_versions(struct config *config, struct view view, struct network *network)
{
    struct key word = KEY(STR("http"), STR("ssl-version"));
    struct key min = KEY(STR("http"), STR("ssl-version"), STR("min"));
    struct key max = KEY(STR("http"), STR("ssl-version"), STR("max"));
    if (!version_of(config, view, &word, &network->ssl_min) && network->ssl_min.len > 0) {
        return NULL;
    }
    struct err *err = version_of(config, view, &min, &network->ssl_min);
    err = err ? err : version_of(config, view, &max, &network->ssl_max);
    return err ? err
           : network->ssl_min.len + network->ssl_max.len > 0
               ? NULL
               : version_of(config, view, &word, &network->ssl_min);
}

/* cargo: HttpTimeout::new. A text that Rust does not accept as a number counts as not set. A number
 * that is too large becomes the largest one that JSON can carry. */
static const uint64_t *timeout_of_environment(struct arena *arena)
{
    const char *text = getenv("HTTP_TIMEOUT");
    const char *digits = text && *text == '+' ? text + 1 : text;
    if (!digits || !*digits || digits[strspn(digits, "0123456789")]) {
        return NULL;
    }
    uint64_t *timeout = arena_new(arena, uint64_t);
    unsigned long long seconds = strtoull(digits, NULL, 10);
    *timeout = seconds < INT64_MAX ? seconds : INT64_MAX;
    return timeout;
}

static struct err *read_numbers(struct config *config, struct view view, struct network *network)
{
    struct key timeout = KEY(STR("http"), STR("timeout"));
    struct key check = KEY(STR("http"), STR("check-revoke"));
    struct key retry = KEY(STR("net"), STR("retry"));
    uint64_t seconds = 0;
    bool checks = false;
    bool set = false;
    TRY(config_number(config, view, &retry, &set, &network->retry));
    TRY(config_number(config, view, &timeout, &set, &seconds));
    network->timeout = timeout_of_environment(config->arena);
    if (set) {
        uint64_t *copy = arena_new(config->arena, uint64_t);
        *copy = seconds;
        network->timeout = copy;
    }
    TRY(config_boolean(config, view, &check, &set, &checks));
    if (set) {
        bool *copy = arena_new(config->arena, bool);
        *copy = checks;
        network->check_revoke = copy;
    }
    return NULL;
}

struct err *network_settings(struct config *config, struct view view, struct network *out)
{
    struct network network = {.ssl_min = STR(""), .ssl_max = STR(""), .retry = RETRY};
    struct key keys[] = {KEY(STR("http"), STR("proxy")), KEY(STR("http"), STR("cainfo")),
                         KEY(STR("http"), STR("user-agent"))};
    struct setting proxy;
    struct setting cainfo;
    struct setting agent;
    TRY(string_of(config, view, &keys[0], &proxy));
    TRY(string_of(config, view, &keys[1], &cainfo));
    TRY(string_of(config, view, &keys[2], &agent));
    network.proxy = proxy.value;
    network.user_agent = agent.value;
    network.cainfo = cainfo.value;
    if (cainfo.value.len > 0) {
        network.cainfo = path_join(config->arena, setting_root(config, &cainfo), cainfo.value);
    }
    TRY(read_numbers(config, view, &network));
    TRY(read_versions(config, view, &network));
    *out = network;
    return NULL;
}

struct err *network_allowed(struct config *config, const char *option)
{
    struct key key = KEY(STR("net"), STR("offline"));
    bool set = false;
    bool offline = false;
    TRY(config_boolean(config, VIEW_HERE, &key, &set, &offline));
    if (!option && set && offline) {
        option = "`net.offline`";
    }
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
        for (const struct layer *layer = config->layers; layer; layer = layer->next) {
            const struct toml_node *node =
                config_sees(VIEW_HERE, layer) ? layer_get(layer, &key) : NULL;
            if (node && layer->origin == ORIGIN_PROJECT) {
                *out = (struct setting){.layer = layer, .node = node};
                return true;
            }
        }
    }
    return false;
}
