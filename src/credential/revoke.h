/*
 * The step between survey and remove, with --revoke only: each token that this run is about to
 * remove is ended on its registry's server, by itself, while it is still here.
 *
 *   - A file's or a variable's is known, a provider's is asked for (the protocol's `get`).
 *   - One that is dead afterwards, or was before, goes on to be removed; the registry's list of
 *     them (logout_registry.dead) is what may be taken out of a file, so that a token that somebody
 *     stores meanwhile is not lost.
 *   - Any other becomes CREDENTIAL_KEPT, with the reason as its failure: nothing of it is removed.
 *   - The same token of the same server is sent once.
 *
 * A secret key is nothing that a server could end. A variable is asked about only with --everywhere
 * and cannot be removed, but is then known to be dead.
 */
#ifndef CREDENTIAL_REVOKE_H
#define CREDENTIAL_REVOKE_H

#include "credential/logout.h"

/* Is it this run's to revoke? */
bool revoke_takes(const struct logout_options *options, const struct logout_registry *registry,
                  const struct credential *credential);

/* Nobody would even be asked, so it would be kept. After revoke_credentials(). */
bool revoke_would_keep(const struct logout_options *options, const struct logout_registry *registry,
                       const struct credential *credential);

/* What the form of a token says. */
enum credential_revocable revoke_look(const struct registry *registry, struct str token);

/* By what its registry's API ends it. */
enum revoker_kind revoke_kind(const struct registry *registry, struct str token);

/* Finds where each registry's API is (logout_registry.server), and unless options->survey_only
 * revokes, holding `signals` from the first one on. An err comes before anything was sent: the
 * network must not be used, or its configuration is wrong. */
struct err *revoke_credentials(struct context *context, const struct logout_options *options,
                               struct signals *signals, struct logout *logout) MUST_CHECK;

/* The server, or why there is none. */
void revoke_find_server(struct context *context, struct logout_registry *registry);

#endif
