/*
 * With --revoke, before anything is removed: each token that the plan removes or asks for is
 * revoked on its registry's server, by itself, while it is still here.
 *
 *   - The token of a file or a variable is known; a provider is asked for it.
 *   - If the server confirms that it is invalid, it continues to be removed.
 *   - Otherwise it becomes RESULT_KEPT with the reason, and nothing of it is removed.
 *
 * A token is sent only to an index, through a proxy and with a CA that are at least as trusted as
 * the place where it is stored: what a project configures counts only for tokens in the project's
 * own files.
 *
 * With --check (and --status), the same servers are asked whether the tokens are valid.
 */
#ifndef CREDENTIAL_REVOKE_H
#define CREDENTIAL_REVOKE_H

#include "credential/inventory.h"
#include "util/signals.h"

/*
 * Decides for each token that is to be revoked whether it could be sent, and settles those that
 * cannot. Called after plan_make() and before the report of a dry run. An err is one that concerns
 * all of them: the network must not be used, or its settings are wrong.
 */
struct err *revoke_prepare(struct inventory *inventory,
                           const struct logout_options *options) MUST_CHECK;

/* Revokes. `signals` are held from here on: what was revoked must be removed and reported. */
void revoke_all(struct inventory *inventory, const struct logout_options *options,
                struct signals *signals);

/* For a dry run: what those servers that can tell it say about the tokens. */
void revoke_inspect(struct inventory *inventory, const struct logout_options *options);

/* For --check: asks servers and providers. */
struct err *revoke_check(struct inventory *inventory,
                         const struct logout_options *options) MUST_CHECK;

#endif
