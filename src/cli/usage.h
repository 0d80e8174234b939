/*
 * What cargo's parser (clap) says of a command line that it cannot take: error, tip, usage, and
 * where to find more. With colours; shell_print_err() takes them out where there are none.
 */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H

#include "cli/args.h"

/* The whole text, with its last newline. */
struct str usage_error(struct arena *arena, const struct args_error *error);

/* What follows an option's name: ` <REGISTRY>`, `...` or nothing. */
void usage_value(struct buf *out, const struct args_option *option);

/* `Usage: cargo logout ...` without a newline. */
void usage_line(struct buf *out, const struct args_option *const *used, size_t used_count);

#endif
