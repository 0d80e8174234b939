/*
 * Revokes tokens on their servers, before anything is removed. Each token that the plan removes, or
 * asks a provider for, is used to revoke itself.
 *
 *   - The token of a file or a variable is known. A provider is asked for its token.
 *   - If the server confirms that the token is invalid, the token is removed as planned.
 *   - Otherwise, its result is RESULT_KEPT with the reason, and it is not removed from any
 * location.
 *
 * A token is sent only to an index, through a proxy and with a CA that are at least as trusted as
 * its location. A project's settings count only for tokens in the project's own files.
 *
 * With --check (and --status), the same servers are asked whether the tokens are valid.
 */
#ifndef CREDENTIAL_REVOKE_H
#define CREDENTIAL_REVOKE_H

#include "credential/inventory.h"
#include "util/signals.h"

/*
 * Decides for each token whether it can be sent, and sets RESULT_KEPT for those that cannot. Call
 * it after plan_make() and before the report of a dry run. An err concerns all tokens: the network
 * must not be used, or its settings are wrong.
 */
struct err *revoke_prepare(struct inventory *inventory,
                           const struct logout_options *options) MUST_CHECK;

/* Revokes the tokens. From here on, `signals` are held, because tokens that were revoked must be
 * removed and reported. */
void revoke_all(struct inventory *inventory, const struct logout_options *options,
                struct signals *signals);

/* For a dry run: asks the servers that report names and scopes of tokens. */
void revoke_inspect(struct inventory *inventory, const struct logout_options *options);

/* For --check: asks servers whether the tokens are valid, and providers whether they have one. */
struct err *revoke_check(struct inventory *inventory,
                         const struct logout_options *options) MUST_CHECK;

#endif
