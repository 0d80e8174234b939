/*
 * The texts about the command line: --help, and usage errors, which have the words and colors of
 * cargo's parser (clap). The printer removes the colors if the stream has none.
 */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H

#include "cli/options.h"
#include "util/shell.h"

/* Formats of what the user wrote and of what is accepted. */
#define USAGE_WRONG "'" COLOR_WARN "%s" COLOR_RESET "'"
#define USAGE_RIGHT "'" COLOR_LITERAL "%s" COLOR_RESET "'"

extern const char usage_help[]; /* fits in 80 columns */

/* How messages show an option, without colors: `--registry <REGISTRY>`, `--verbose...`. */
struct str usage_title(struct arena *arena, enum args_id id);

/* Returns `Usage: cargo-logout` with these options, or with [OPTIONS] if there are none. */
struct str usage_line(struct arena *arena, const enum args_id *options, size_t count);

/* Adds `[possible values: auto, always, never]` on a separate line, if the option has some. */
struct str usage_add_possible(struct arena *arena, struct str fault,
                              const struct args_option *option);

/* Returns the complete message, which ends with a newline. */
struct str usage_error(struct arena *arena, const struct args_error *error);

#endif
