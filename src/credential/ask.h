/*
 * What is asked of a registry's credential provider that is a program (cargo:libsecret is one too),
 * with a word to the user where it takes long.
 */
#ifndef CREDENTIAL_ASK_H
#define CREDENTIAL_ASK_H

#include "registry/provider.h"
#include "credential/plugin.h"

struct err *ask_logout(struct context *context, const struct registry *registry,
                       const struct provider *provider, enum plugin_outcome *out) MUST_CHECK;

/* `token` is written with PLUGIN_FOUND. */
struct err *ask_token(struct context *context, const struct registry *registry,
                      const struct provider *provider, enum plugin_outcome *out,
                      struct str *token) MUST_CHECK;

#endif
