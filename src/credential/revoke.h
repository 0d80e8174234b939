/*
 * Revokes tokens on their servers, before anything is removed. Each token that the plan removes, or
 * asks a provider for, is used to revoke itself.
 *
 *   - The token of a file or a variable is known. A provider is asked for its token.
 *   - If the server confirms that the token is invalid, the token is removed as planned.
 *   - Otherwise, its result is RESULT_KEPT with the reason, and it is removed from no location.
 *
 * A token is sent only to an index, through a proxy and with a CA that are at least as trusted as
 * its location. A project's settings count only for tokens in the project's own files.
 *
 * With --check (and --status), the same servers are asked whether the tokens are valid, and
 * providers whether they have one.
 */
#ifndef CREDENTIAL_REVOKE_H
#define CREDENTIAL_REVOKE_H

#include "credential/inventory.h"
#include "util/signals.h"

/*
 * Call it after inventory_plan(), with --revoke or with --status and --check. A token that cannot
 * be sent, or that its server does not confirm to be invalid, gets RESULT_KEPT or VALIDITY_UNKNOWN.
 * If tokens are revoked, `signals` are held from here on, because those that were revoked must be
 * removed and reported. A dry run only asks the servers that report names and scopes of tokens. An
 * err concerns all tokens: the network must not be used, or its settings are wrong.
 */
struct err *revoke_or_check(struct inventory *inventory, const struct logout_options *options,
                            struct signals *signals) MUST_CHECK;

#endif
