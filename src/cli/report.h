/*
 * What a run did, told to a person in cargo's words, as a table, or to a program as JSON lines.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "base/shell.h"
#include "logout/logout.h"

/* On standard error: what was removed, what is left in force and how to end it, what failed. */
void report_logout(struct shell *shell, const struct logout *logout);

/* On standard error: what would be done. */
void report_plan(struct shell *shell, const struct logout_options *options,
                 const struct logout *logout);

/* On standard output: each credential, and what a logout would do with it. false: it did not take
 * it all. */
bool report_status(struct shell *shell, const struct logout_options *options,
                   const struct logout *logout);

#endif
