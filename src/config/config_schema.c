#include "config/config_schema.h"

#include "config/config_typed.h"
#include "config/context.h"

#define FIELD(structure, member, name, kind)                                                       \
    {                                                                                              \
        .key = (name), .type = (kind), .offset = offsetof(struct structure, member)                \
    }
#define TABLE(structure, list)                                                                     \
    {                                                                                              \
        .size = sizeof(struct structure), .fields = (list), .count = COUNT(list)                   \
    }

#define REGISTRY_FIELDS                                                                            \
    FIELD(registry_config, index, "index", FIELD_STRING),                                          \
        FIELD(registry_config, token, "token", FIELD_VALUE),                                       \
        FIELD(registry_config, credential_provider, "credential-provider", FIELD_PROGRAM),         \
        FIELD(registry_config, secret_key, "secret-key", FIELD_VALUE),                             \
        FIELD(registry_config, secret_key_subject, "secret-key-subject", FIELD_STRING)

struct err *config_registry(struct context *context, struct str name,
                            const struct registry_config **out)
{
    static const struct config_field crates_io_fields[] = {
        REGISTRY_FIELDS,
        FIELD(registry_config, default_registry, "default", FIELD_STRING),
        FIELD(registry_config, global_providers, "global-credential-providers", FIELD_STRINGS),
    };
    static const struct config_field other_fields[] = {
        REGISTRY_FIELDS,
        FIELD(registry_config, protocol, "protocol", FIELD_STRING),
    };
    static const struct config_table crates_io = TABLE(registry_config, crates_io_fields);
    static const struct config_table other = TABLE(registry_config, other_fields);

    bool is_crates_io = name.len == 0;
    struct str dotted = is_crates_io ? STR("registry")
                                     : str_format(context->arena, "registries.%.*s", STR_ARG(name));
    struct config_key key = config_key(context->arena, dotted);
    const void *members;
    TRY(config_struct(context, &key, is_crates_io ? &crates_io : &other, &members));
    *out = members;
    return NULL;
}

struct err *config_sources(struct context *context, const struct source_entry **out, size_t *count)
{
    static const struct config_field fields[] = {
        FIELD(source_config, replace_with, "replace-with", FIELD_VALUE),
        FIELD(source_config, directory, "directory", FIELD_VALUE),
        FIELD(source_config, registry, "registry", FIELD_VALUE),
        FIELD(source_config, local_registry, "local-registry", FIELD_VALUE),
        FIELD(source_config, git, "git", FIELD_VALUE),
        FIELD(source_config, branch, "branch", FIELD_VALUE),
        FIELD(source_config, tag, "tag", FIELD_VALUE),
        FIELD(source_config, rev, "rev", FIELD_VALUE),
    };
    static const struct config_table source = TABLE(source_config, fields);

    struct config_key key = config_key(context->arena, STR("source"));
    struct config_iter iter;
    TRY(config_map(context, &key, &iter));
    size_t room = 4;
    struct source_entry *entries = arena_new_array(context->arena, struct source_entry, room);
    size_t used = 0;
    for (; config_next(&iter); used++) {
        struct config_key below = config_key_push_sensitive(context->arena, &key, iter.key);
        const void *members;
        TRY(config_struct(context, &below, &source, &members));
        if (used == room) {
            entries = arena_grow(context->arena, entries, room * sizeof(*entries),
                                 room * 2 * sizeof(*entries));
            room *= 2;
        }
        entries[used] = (struct source_entry){iter.key, members};
    }
    *out = entries;
    *count = used;
    return NULL;
}

void config_term(struct context *context, struct term_config *out)
{
    static const char *const when[] = {"auto", "never", "always", NULL};
    static const struct config_field progress_fields[] = {
        {.key = "when",
         .type = FIELD_WORD,
         .offset = offsetof(struct progress_config, when),
         .words = when},
        FIELD(progress_config, width, "width", FIELD_U64),
        FIELD(progress_config, term_integration, "term-integration", FIELD_BOOLEAN),
    };
    static const struct config_table progress = TABLE(progress_config, progress_fields);
    static const struct config_field fields[] = {
        FIELD(term_config, verbose, "verbose", FIELD_BOOLEAN),
        FIELD(term_config, quiet, "quiet", FIELD_BOOLEAN),
        FIELD(term_config, color, "color", FIELD_STRING),
        FIELD(term_config, hyperlinks, "hyperlinks", FIELD_BOOLEAN),
        FIELD(term_config, unicode, "unicode", FIELD_BOOLEAN),
        {.key = "progress",
         .type = FIELD_TABLE,
         .offset = offsetof(struct term_config, progress),
         .table = &progress},
    };
    static const struct config_table term = TABLE(term_config, fields);

    struct config_key key = config_key(context->arena, STR("term"));
    const void *members;
    *out = (struct term_config){0};
    if (config_fill(context, &key, &term, &members)) {
        return;
    }
    const struct term_config *read = members;
    bool needs_width = read->progress && read->progress->when && !read->progress->width &&
                       str_eq(read->progress->when->value, STR("always"));
    if (!needs_width) {
        *out = *read;
    }
}

struct err *config_http(struct context *context, const struct http_config **out)
{
    static const struct config_field range_fields[] = {
        FIELD(ssl_version_config, min, "min", FIELD_STRING),
        FIELD(ssl_version_config, max, "max", FIELD_STRING),
    };
    static const struct config_table range = TABLE(ssl_version_config, range_fields);
    static const struct config_field fields[] = {
        FIELD(http_config, proxy, "proxy", FIELD_STRING),
        FIELD(http_config, low_speed_limit, "low-speed-limit", FIELD_U32),
        FIELD(http_config, timeout, "timeout", FIELD_U64),
        FIELD(http_config, cainfo, "cainfo", FIELD_VALUE),
        FIELD(http_config, proxy_cainfo, "proxy-cainfo", FIELD_VALUE),
        FIELD(http_config, check_revoke, "check-revoke", FIELD_BOOLEAN),
        FIELD(http_config, user_agent, "user-agent", FIELD_STRING),
        FIELD(http_config, debug, "debug", FIELD_BOOLEAN),
        FIELD(http_config, multiplexing, "multiplexing", FIELD_BOOLEAN),
        {.key = "ssl-version",
         .type = FIELD_EITHER,
         .offset = offsetof(struct http_config, ssl_version),
         .table = &range},
    };
    static const struct config_table http = TABLE(http_config, fields);
    struct config_key key = config_key(context->arena, STR("http"));
    const void *members;
    TRY(config_fill(context, &key, &http, &members));
    *out = members;
    return NULL;
}

struct err *config_net(struct context *context, const struct net_config **out)
{
    static const struct config_field ssh_fields[] = {
        FIELD(ssh_config, known_hosts, "known-hosts", FIELD_STRINGS),
    };
    static const struct config_table ssh = TABLE(ssh_config, ssh_fields);
    static const struct config_field fields[] = {
        FIELD(net_config, retry, "retry", FIELD_U32),
        FIELD(net_config, offline, "offline", FIELD_BOOLEAN),
        FIELD(net_config, git_fetch_with_cli, "git-fetch-with-cli", FIELD_BOOLEAN),
        {.key = "ssh",
         .type = FIELD_TABLE,
         .offset = offsetof(struct net_config, ssh),
         .table = &ssh},
    };
    static const struct config_table net = TABLE(net_config, fields);
    struct config_key key = config_key(context->arena, STR("net"));
    const void *members;
    TRY(config_fill(context, &key, &net, &members));
    *out = members;
    return NULL;
}

static void warn_unused(struct context *context, struct str table, const char *const *known)
{
    struct config_key key = config_key(context->arena, table);
    struct config_value value;
    bool found = false;
    if (!config_get(context, &key, &found, &value) && found && value.type == CONFIG_TABLE) {
        config_warn_unused(context, &key, &value, known);
    }
}

void config_warn_network(struct context *context, bool offline)
{
    static const char *const net[] = {"retry", "offline", "git-fetch-with-cli", "ssh", NULL};
    static const char *const ssh[] = {"known-hosts", NULL};
    static const char *const http[] = {
        "proxy",        "low-speed-limit", "timeout",    "cainfo",
        "proxy-cainfo", "check-revoke",    "user-agent", "debug",
        "multiplexing", "ssl-version",     NULL,
    };
    if (!offline) {
        warn_unused(context, STR("net"), net);
        warn_unused(context, STR("net.ssh"), ssh);
    }
    warn_unused(context, STR("http"), http);
}
