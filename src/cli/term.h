/* [term], and what else of the configuration decides how things are printed. */
#ifndef CLI_TERM_H
#define CLI_TERM_H

#include "cli/options.h"
#include "config/config.h"

/* term.color for the command line's own messages; COLOR_AUTO if it is unset or useless. */
enum color_choice term_color(struct config *config);

/* Warns if `alias.logout` is set: cargo ignores it. */
void term_warn_alias(struct config *config);

/* Sets up the shell from the command line and [term]. An err is the command line's. A fault in
 * [term] becomes config->failure, because a logout can continue. */
struct err *term_configure(struct config *config, const struct args *args) MUST_CHECK;

#endif
