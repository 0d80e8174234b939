/*
 * What a run did, in cargo's words for a person, as a table, or as JSON lines for a program. All of
 * it is read from the credentials' final states; nothing is decided here.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "credential/run.h"
#include "util/shell.h"

/* On standard error: what was removed, what cargo can still use and how to remove it, what failed.
 * After a dry run: what would be done. */
void report_logout(const struct shell *shell, const struct logout_options *options,
                   const struct run *run);

/* On standard error: the failures only. */
void report_failures(const struct shell *shell, const struct logout_options *options,
                     const struct run *run);

/* On standard error: what to do about each file that could not be read. The errors come before. */
void report_unreadable(const struct shell *shell, const struct config *config);

/* On standard output: a table of all credentials, with -v also of every location that was checked.
 * false: standard output did not take all of it. */
bool report_status(const struct shell *shell, const struct logout_options *options,
                   const struct run *run);

/* On standard output: one object a line; docs/json.md has the schema. */
bool report_json(const struct shell *shell, const struct logout_options *options,
                 const struct run *run, int status);

/* The same for a run that ended before it knew any registry. `failure` is a chain of causes. */
bool report_json_failure(const struct shell *shell, const struct err *failure, int status);

/* On standard error: what could not be learned about the keyring. */
void report_keyring(const struct shell *shell, const struct logout_options *options,
                    const struct inventory *inventory);

/* On standard error: copies of tokens, and what was not searched. */
void report_copies(const struct shell *shell, const struct logout_options *options,
                   const struct run *run);

/* The warning that cargo can still use a credential, and what removes it. */
void report_left(const struct shell *shell, const struct credential *credential);

/* What a run would do or has done: `remove`, `would be removed`, ... for the table and JSON. */
const char *report_plan_name(const struct credential *credential);

#endif
