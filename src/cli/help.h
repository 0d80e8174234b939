/*
 * The texts for standard output. With colours; shell_print_out() takes them out where there are
 * none.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/args.h"

/* The help of `cargo logout`, wrapped to `width` columns as clap wraps it. */
struct str help_text(struct arena *arena, size_t width);

/* The terminal's width, else $COLUMNS, else 100. */
size_t help_width(void);

/* `cargo-logout 0.1.0` */
struct str help_version(struct arena *arena);

/* What -Z help prints: there are none. */
struct str help_unstable(struct arena *arena);

#endif
