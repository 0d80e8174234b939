/*
 * Finds the credential providers of a registry. If one is configured for the registry, it is the
 * only one. Otherwise, the providers are those of registry.global-credential-providers, from last
 * to first, or else `cargo:token`. A provider without arguments is looked up in [credential-alias]
 * once. cargo: credential_provider, resolve_credential_alias.
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
    struct str identity;    /* equal for equal words */
    struct str shown;       /* the program, with ` …` for its arguments, which can be secret */
    struct setting setting; /* configures it; value.data is NULL for the default cargo:token */
    const struct setting *foreign; /* configures it or its alias in a file that others can write, so
                                      that it must not be run; NULL if there is none */

    /* Set if cargo asks the provider in another directory for another index of the same name. */
    struct str index_url; /* empty: the registry's */
    struct setting index_setting;
};

struct provider_list {
    struct provider *items;
    size_t count;
    size_t size; /* room for more */
};

struct registries;

/* Finds the global providers in each view: from here, and from each directory upward without
 * --config, up to only cargo's home. Each list has at least one. */
void provider_find_globals(struct registries *all);

bool provider_list_has(const struct provider_list *list, enum provider_kind kind);

#endif
