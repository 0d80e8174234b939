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
 * The plan also has what cannot be done: a file that the user is not allowed to write, an include
 * outside of its project, a provider that another user's file configures, and a provider that
 * cannot remove a token.
 */
#ifndef CREDENTIAL_PLAN_H
#define CREDENTIAL_PLAN_H

#include "credential/inventory.h"

void plan_make(const struct inventory *inventory, const struct logout_options *options);

#endif
