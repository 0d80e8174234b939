/* Reads [term], and applies it and the command line to the shell. */
#ifndef CLI_TERM_H
#define CLI_TERM_H

#include "cli/options.h"
#include "config/config.h"

/* Returns term.color for help and usage errors, or COLOR_AUTO if it is not set or not valid. */
enum color_choice term_color(struct config *config);

/* Warns if `alias.logout` is set, because cargo ignores it. */
void term_warn_alias(struct config *config);

/* Sets up the shell from the command line and [term]. The err is about the command line. A fault in
 * [term] becomes config->failure, because a logout can continue. */
struct err *term_configure(struct config *config, const struct args *args) MUST_CHECK;

#endif
