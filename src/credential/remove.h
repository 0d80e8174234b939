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

/* Asks the provider or, for the keyring, its helper. With -v, an error of PROVIDER_VERIFY is
 * printed as a note. After such an error, cargo gets no token either. */
struct err *remove_ask(const struct inventory *inventory, const struct credential *credential,
                       enum provider_action action, enum provider_outcome *outcome,
                       struct str *token) MUST_CHECK;

/* Returns the provider's name for messages. */
const char *remove_provider_name(const struct credential *credential);

#endif
