/*
 * Formats a usage error: what is wrong, a suggestion, the usage line, and the pointer to --help.
 * The words and colors are those of cargo's parser (clap).
 */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H

#include "cli/options.h"

/*
 * The text ends with a newline and contains colors, which shell_print_err() removes if standard
 * error has none. `names` has the known registries and can be empty. If the unexpected argument is
 * one of them or `crates.io`, the text suggests --registry.
 */
struct str usage_error(struct arena *arena, const struct args_error *error, const struct str *names,
                       size_t name_count);

#endif
