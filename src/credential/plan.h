/*
 * Decides once for each credential what this run does with it. The table, the dry run, JSON,
 * revoking and removing all read the decision; nobody decides again.
 *
 *     registry asked for, credentials file       remove
 *     registry asked for, configuration file     remove with --everywhere, else leave
 *     registry asked for, provider               ask; one that only another directory uses: with
 * --all keyring item of no known registry          ask with --all variable; another name of the
 * same index   leave
 *
 * What cannot be done is known here too: a file that the user may not write, an include that leads
 * out of its project, a provider that another user's file names, and one that cannot forget.
 */
#ifndef CREDENTIAL_PLAN_H
#define CREDENTIAL_PLAN_H

#include "credential/inventory.h"

void plan_make(const struct inventory *inventory, const struct logout_options *options);

#endif
