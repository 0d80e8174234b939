/*
 * Does one run: inventory, plan, revoke, remove, search for copies, and totals. It prints only what
 * it waits for, and cargo's warnings. An error is stored in its credential, and the run continues.
 */
#ifndef CREDENTIAL_RUN_H
#define CREDENTIAL_RUN_H

#include "credential/copies.h"
#include "util/signals.h"

struct totals {
    size_t removed;
    size_t left;        /* credentials that cargo can still use */
    size_t not_checked; /* credentials of which it is not known whether cargo can use them */
    size_t failed;
};

struct run {
    const struct logout_options *options;
    struct inventory inventory;
    const struct err *failure; /* an error that is not about one registry */
    struct copies copies;
    struct totals totals;
    bool strict_fails; /* something is usable or was not checked, so --strict exits with 2 */
};

/* If it returns an err, nothing was changed. From the first revocation on, `signals` are held; the
 * caller releases them after the report. */
struct err *run_all(struct config *config, const struct logout_options *options,
                    struct signals *signals, struct run *out) MUST_CHECK;

/* The steps between the inventory (inventory.h) and the search for copies (copies.h). */

/*
 * Decides once for each credential what this run does with it. The table, the dry run, JSON,
 * revoking and removing all use this decision.
 *
 *     credentials file                            remove
 *     configuration file                          remove with --everywhere
 *     provider                                    ask
 *     provider that cargo asks elsewhere only     ask with --all
 *     keyring item of no known registry           ask with --all
 *     variable                                    leave
 *     another name of the same index              leave
 *
 * The plan also has what cannot be done, such as a file that the user is not allowed to write.
 */
void plan_all(const struct inventory *inventory, const struct logout_options *options);

/*
 * With --revoke, uses each token that the plan removes, or asks a provider for, to revoke itself.
 * If the server confirms that it is invalid, it is removed as planned. Otherwise, its result is
 * RESULT_KEPT with the reason, and it is removed from no location. With --status and --check, asks
 * the same servers whether the tokens are valid, and providers whether they have one. A dry run
 * only asks the servers that report names and scopes of tokens.
 *
 * A token is sent only to an index, through a proxy and with a CA that are at least as trusted as
 * its location. A project's settings count only for tokens in the project's own files.
 *
 * If tokens are revoked, `signals` are held from here on, because those that were revoked must be
 * removed and reported. An err concerns all tokens: the network must not be used, or its settings
 * are wrong.
 */
struct err *revoke_or_check(struct inventory *inventory, const struct logout_options *options,
                            struct signals *signals) MUST_CHECK;

/* Removes credentials from files, asks providers to remove theirs, and checks the results. What was
 * written to a file is read again, and each provider except the keyring's is asked again. */
void remove_all(struct inventory *inventory, const struct logout_options *options);

#endif
