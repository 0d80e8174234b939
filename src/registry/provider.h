/*
 * Which credential providers a registry has, in the order in which they are asked.
 *
 *     const struct provider *providers;
 *     size_t count;
 *     TRY(provider_list(context, &registry, config, &providers, &count));
 *     for (size_t i = 0; i < count; i++) {
 *         provider_announce(context->shell, &providers[i], "logout", &registry);
 *         ... ask it
 *     }
 *
 * One that is configured for the registry is the only one; else those of
 * registry.global-credential-providers, the last first; else `cargo:token`. Names are looked up in
 * [credential-alias] once.
 */
#ifndef REGISTRY_PROVIDER_H
#define REGISTRY_PROVIDER_H

#include "registry/registry.h"

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
    struct str program; /* a path, or a name for PATH; for those of cargo their name */
    const struct str *arguments;
    size_t count;
};

/* At least one. Warns of aliases that are not followed, and of a token or secret-key in `config`
 * (which may be NULL) that no provider will look at. cargo: credential_provider. */
struct err *provider_list(struct context *context, const struct registry *registry,
                          const struct registry_config *config, const struct provider **out,
                          size_t *count) MUST_CHECK;

/* Program and arguments, a space between. */
struct str provider_command(struct arena *arena, const struct provider *provider);

/* With -v: `  Credential PROGRAM ARGUMENTS logout crates-io`. */
void provider_announce(struct context *context, const struct provider *provider, const char *action,
                       const struct registry *registry);

#endif
