/*
 * The tables of the configuration that logging out has to do with, as structs. A member that is
 * NULL is not set. Each getter warns of keys that it does not know, as cargo does for the tables
 * that it looks at.
 */
#ifndef CONFIG_CONFIG_SCHEMA_H
#define CONFIG_CONFIG_SCHEMA_H

#include "config/config.h"

/* [registry], which is crates.io's, and [registries.NAME]. */
struct registry_config {
    const struct config_string *index;
    const struct config_string *token;
    const struct config_program *credential_provider;
    const struct config_string *secret_key;
    const struct config_string *secret_key_subject;
    const struct config_string *protocol;          /* [registries.NAME] only */
    const struct config_string *default_registry;  /* [registry] only */
    const struct config_strings *global_providers; /* [registry] only */
};

/* `name` empty: [registry]; cargo: RegistryConfigExtended. Else [registries.NAME], name split at
 * its dots; cargo: RegistryConfig. */
struct err *config_registry(struct context *context, struct str name,
                            const struct registry_config **out) MUST_CHECK;

/* [source.NAME]; cargo: SourceConfigDef. */
struct source_config {
    const struct config_string *replace_with;
    const struct config_string *directory;
    const struct config_string *registry;
    const struct config_string *local_registry;
    const struct config_string *git;
    const struct config_string *branch;
    const struct config_string *tag;
    const struct config_string *rev;
};

struct source_entry {
    struct str name;
    const struct source_config *config; /* never NULL */
};

/* All of [source], in the order of config_iter. */
struct err *config_sources(struct context *context, const struct source_entry **out,
                           size_t *count) MUST_CHECK;

/* Warns of keys that cargo does not know in [net], which it looks at only where not `offline`, and
 * in [http]: a plain logout uses neither, but that is when cargo says it. */
void config_warn_network(struct context *context, bool offline);

/* [http]; cargo: CargoHttpConfig. */
struct http_config {
    const struct config_string *proxy;
    const uint64_t *low_speed_limit;
    const uint64_t *timeout;
    const struct config_string *cainfo; /* relative to its definition, as the next one is */
    const struct config_string *proxy_cainfo;
    const bool *check_revoke;
    const struct config_string *user_agent;
    const bool *debug;
    const bool *multiplexing;
    const struct config_either *ssl_version; /* its table is a struct ssl_version_config */
};

struct ssl_version_config {
    const struct config_string *min;
    const struct config_string *max;
};

struct err *config_http(struct context *context, const struct http_config **out) MUST_CHECK;

/* [net]; cargo: CargoNetConfig. */
struct net_config {
    const uint64_t *retry;
    const bool *offline;
    const bool *git_fetch_with_cli;
    const struct ssh_config *ssh;
};

struct ssh_config {
    const struct config_strings *known_hosts;
};

struct err *config_net(struct context *context, const struct net_config **out) MUST_CHECK;

/* [term]; cargo: TermConfig. */
struct term_config {
    const bool *verbose;
    const bool *quiet;
    const struct config_string *color;
    const bool *hyperlinks;
    const bool *unicode;
    const struct progress_config *progress;
};

struct progress_config {
    const struct config_string *when;
    const uint64_t *width;
    const bool *term_integration;
};

/* Any error in it drops the whole table: all members NULL. */
void config_term(struct context *context, struct term_config *out);

#endif
