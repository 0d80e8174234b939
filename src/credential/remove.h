/*
 * Carries out the plan: removes credentials from files, asks providers to forget theirs, and checks
 * both. A file is read again by its name; a provider is asked for the token again. Whatever fails
 * is kept with its credential, and the others continue.
 */
#ifndef CREDENTIAL_REMOVE_H
#define CREDENTIAL_REMOVE_H

#include "credential/file.h"
#include "credential/inventory.h"
#include "credential/provider_client.h"

void remove_all(struct inventory *inventory, const struct logout_options *options);

/* After --revoke, the only tokens that are removed: those that the server has confirmed to be
 * invalid, and those that were not to be revoked. */
const struct token_list *remove_allowed(struct arena *arena, const struct registry *registry);

/* The call for a provider or a keyring item. */
struct err *remove_call_of(const struct inventory *inventory, const struct credential *credential,
                           struct provider_call *out) MUST_CHECK;

/* provider_verify(). With -v, a note has the provider's error: cargo gets no token then. */
const struct err *remove_verify(const struct inventory *inventory,
                                const struct credential *credential,
                                const struct provider_call *call, enum provider_outcome *outcome,
                                struct str *token) MUST_CHECK;

#endif
