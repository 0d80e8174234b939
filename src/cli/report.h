/*
 * Reports what a run did: as messages in cargo's words, as a table, or as JSON lines. The reports
 * read the credentials' final states and decide nothing.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "credential/run.h"
#include "util/shell.h"

/* On standard error: what was removed, what cargo can still use and how to remove it, what failed.
 * With --status: only copies, what failed, and what was not checked. */
void report_messages(const struct shell *shell, const struct run *run);

/* On standard error: what to do about each file that could not be read. Call it after the errors
 * were printed. */
void report_unreadable(const struct shell *shell, const struct config *config);

/* On standard output: a table of all credentials, and with -v every location that was checked. Like
 * the next one, it returns false if standard output could not be written completely. */
bool report_status(const struct shell *shell, const struct run *run);

/* On standard output: one JSON object on each line. docs/json.md describes them. */
bool report_json(const struct shell *shell, const struct run *run, int status);

/* The words of tables and JSON: yes, no, unknown. */
extern const char *const report_usable[];   /* for each enum usable */
extern const char *const report_validity[]; /* for each enum validity */

#endif
