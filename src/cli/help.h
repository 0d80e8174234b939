/*
 * The texts of --help and --version. They contain colors, which shell_print_out() removes if
 * standard output has none.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "util/base.h"

/* Fits in 80 columns. */
struct str help_text(void);

/* `cargo-logout 0.2.0` */
struct str help_version(void);

#endif
