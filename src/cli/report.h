/*
 * What a run did, told to a person in cargo's words, as a table, or to a program as JSON lines.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "util/shell.h"
#include "credential/logout.h"

/* On standard error: what was removed, what is left in force and how to end it, what failed. */
void report_logout(struct shell *shell, const struct logout_options *options,
                   const struct logout *logout);

/* Of one registry: what its server said, of tokens that are dead now. */
void report_revoked(struct shell *shell, const struct logout_registry *registry);

/* What --revoke would do with this one first; false: it would be kept. */
bool report_revoke_plan(struct shell *shell, const struct logout_registry *registry,
                        const struct credential *credential);

/* On standard error: only the failures. */
void report_failures(struct shell *shell, const struct logout *logout);

/* On standard error: what would be done. */
void report_plan(struct shell *shell, const struct logout_options *options,
                 const struct logout *logout);

/*
 * On standard output: a table of all credentials, and what a logout would do with them; or the
 * same as JSON, one object a line (README has the schema), `status` being the exit status. false:
 * standard output did not take it all.
 */
bool report_status(struct shell *shell, const struct logout_options *options,
                   const struct logout *logout);
bool report_json(struct shell *shell, const struct logout_options *options,
                 const struct logout *logout, int status);

/* The same of a run that came to no registry. */
bool report_json_failure(struct shell *shell, const struct err *failure, int status);

/* The warning that one is still in force. */
void report_left(struct shell *shell, const struct logout_registry *registry,
                 const struct credential *credential);

/* The command that ends what is left, or the empty str where no command can. */
struct str report_cure(struct arena *arena, const struct credential *credential);

#endif
