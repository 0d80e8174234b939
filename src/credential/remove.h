/*
 * Carries out the plan: removes credentials from files, asks providers to remove theirs, and checks
 * the results. What was written to a file is read again, and each provider except the keyring's is
 * asked for the token again. An error is stored in its credential, and the run continues.
 */
#ifndef CREDENTIAL_REMOVE_H
#define CREDENTIAL_REMOVE_H

#include "credential/file.h"
#include "credential/inventory.h"
#include "credential/provider_client.h"

void remove_all(struct inventory *inventory, const struct logout_options *options);

/* Makes the call for a provider or a keyring item. */
struct err *remove_call_of(const struct inventory *inventory, const struct credential *credential,
                           struct provider_call *out) MUST_CHECK;

/* Asks with PROVIDER_VERIFY. With -v, prints its error as a note. After an error, cargo gets no
 * token either. */
const struct err *remove_verify(const struct inventory *inventory,
                                const struct credential *credential,
                                const struct provider_call *call, enum provider_outcome *outcome,
                                struct str *token) MUST_CHECK;

#endif
