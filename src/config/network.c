#include "config/network.h"

#include "util/fs.h"
#include "config/config_schema.h"

/* cargo: Retry::new. */
#define RETRY 3

static struct str value_of(const struct config_string *string)
{
    return string ? string->value : STR("");
}

/* `default` is what is set anyway, and `tlsv1` what curl has as 1.0 and later. */
static struct err *check_version(struct arena *arena, struct str *version)
{
    static const char *const known[] = {"tlsv1", "tlsv1.0", "tlsv1.1", "tlsv1.2", "tlsv1.3"};
    if (version->len == 0 || str_eq(*version, STR("default"))) {
        *version = STR("");
        return NULL;
    }
    for (size_t i = 0; i < COUNT(known); i++) {
        if (str_eq(*version, str_of(known[i]))) {
            return NULL;
        }
    }
    return err_new(arena,
                   "Invalid ssl version `%.*s`,choose from 'default', 'tlsv1', 'tlsv1.0', "
                   "'tlsv1.1', 'tlsv1.2', 'tlsv1.3'.",
                   STR_ARG(*version));
}

static struct err *read_versions(struct context *context, const struct http_config *http,
                                 struct network *network)
{
    const struct config_either *either = http->ssl_version;
    if (!either) {
        return NULL;
    }
    if (either->string) {
        network->ssl_min = either->string->value;
    } else {
        const struct ssl_version_config *range = either->table;
        network->ssl_min = value_of(range->min);
        network->ssl_max = value_of(range->max);
    }
    TRY(check_version(context->arena, &network->ssl_min));
    return check_version(context->arena, &network->ssl_max);
}

/* cargo: HttpTimeout::new. What is no number of Rust's counts as not set; one that is too large for
 * it, which cargo takes for such, means the longest time: what a number of JSON may be. */
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

struct err *network_settings(struct context *context, const char *offline, struct network *out)
{
    struct arena *arena = context->arena;
    struct config_value configuration;
    const struct net_config *net;
    TRY(config_root(context, &configuration)); /* what is broken may forbid the network */
    TRY(config_net(context, &net));
    if (!offline && net->offline && *net->offline) {
        offline = "`net.offline`";
    }
    if (offline) {
        return err_new(arena, "attempting to make an HTTP request, but %s was specified", offline);
    }
    const struct http_config *http;
    TRY(config_http(context, &http));
    struct network network = {
        .proxy = value_of(http->proxy),
        .cainfo = STR(""),
        .user_agent = value_of(http->user_agent),
        .ssl_min = STR(""),
        .ssl_max = STR(""),
        .timeout = http->timeout ? http->timeout : timeout_of_environment(arena),
        .check_revoke = http->check_revoke,
        .retry = net->retry ? *net->retry : RETRY,
    };
    if (http->cainfo) {
        struct str root = definition_root(context, http->cainfo->definition);
        network.cainfo = path_join(arena, root, http->cainfo->value);
    }
    TRY(read_versions(context, http, &network));
    *out = network;
    return NULL;
}
