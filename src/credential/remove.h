/*
 * The second step: the credentials files are cleared, and the providers of each registry asked, all
 * of them, in cargo's order. Whatever fails is kept with its credential; the rest goes on.
 */
#ifndef CREDENTIAL_REMOVE_H
#define CREDENTIAL_REMOVE_H

#include "credential/logout.h"
#include "credential/provider_client.h"

/* Is it this run's to take out of a file? */
bool remove_takes(const struct logout_options *options, const struct logout_registry *registry,
                  const struct credential *credential);

void remove_credentials(struct context *context, const struct logout_options *options,
                        struct logout *logout);

/* The process that a libsecret or external provider is, for one registry. */
struct err *provider_call_of(struct context *context, const struct registry *registry,
                             const struct provider *provider, struct provider_call *out) MUST_CHECK;

#endif
