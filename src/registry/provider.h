/*
 * The credential providers of a registry. One that is configured for the registry is the only one;
 * else those of registry.global-credential-providers, the last first; else `cargo:token`. A
 * provider without arguments is looked up in [credential-alias] once. cargo: credential_provider,
 * resolve_credential_alias.
 */
#ifndef REGISTRY_PROVIDER_H
#define REGISTRY_PROVIDER_H

#include "config/config.h"

enum provider_kind {
    PROVIDER_TOKEN,
    PROVIDER_PASETO,
    PROVIDER_TOKEN_FROM_STDOUT,
    PROVIDER_WINCRED,
    PROVIDER_MACOS_KEYCHAIN,
    PROVIDER_LIBSECRET,
    PROVIDER_EXTERNAL,
};

struct provider {
    enum provider_kind kind;
    const struct str *words; /* the program, a path or a name for PATH, then its arguments */
    size_t count;
    struct str identity;    /* the same for the same words */
    struct str shown;       /* the program, with ` …` for its arguments, which may be secret */
    struct setting setting; /* what names it: value.data is NULL for the default cargo:token */
    struct setting alias;   /* what the alias is defined by; value.data is NULL if it is none */
    bool foreign;           /* a file that others can write names it: it must not be run */

    /* Of a provider that cargo asks in another directory for another index of the same name. */
    struct str index_url; /* empty: the registry's */
    struct setting index_setting;
};

struct provider_list {
    const struct provider *items;
    size_t count;
};

/* The global ones. At least one. */
struct err *provider_list_global(struct config *config, struct view view,
                                 struct provider_list *out) MUST_CHECK;

/* The provider that a key names; *set says whether the key is set. */
struct err *provider_list_own(struct config *config, struct view view, const struct key *key,
                              bool *set, struct provider_list *out) MUST_CHECK;

bool provider_list_has(const struct provider_list *list, enum provider_kind kind);

/* The setting that makes the provider foreign. */
const struct setting *provider_foreign_setting(const struct provider *provider);

/* With -v: `  Credential PROGRAM … logout crates-io`. */
void provider_announce(const struct shell *shell, const struct provider *provider,
                       const char *action, struct str registry);

#endif
