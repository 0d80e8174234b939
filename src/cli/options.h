/*
 * Reads the command line. The errors are the ones of cargo's parser (clap 4.5). This module prints
 * nothing and reads only `argv`.
 *
 * Help and usage errors follow `term.color`, not --color, so call shell_set_color() with it before
 * you print them. Report -Z before you use the values of --config and --color, and before -q with
 * -v, because cargo does.
 *
 * There are no abbreviated options, so getopt_long() cannot be used.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "util/base.h"

enum { ARGS_TIMEOUT_MOST = 86400 };

enum args_id {
    ARGS_NONE,
    ARGS_ALL, /* options that cargo does not have */
    ARGS_EVERYWHERE,
    ARGS_REVOKE,
    ARGS_STATUS,
    ARGS_CHECK,
    ARGS_COPIES,
    ARGS_DRY_RUN,
    ARGS_STRICT,
    ARGS_MESSAGE_FORMAT,
    ARGS_TIMEOUT,
    ARGS_VERSION_OPTION,
    ARGS_REGISTRY, /* cargo's options begin here, in its order; the last of equal tips is used */
    ARGS_SILENT,
    ARGS_VERBOSE,
    ARGS_QUIET,
    ARGS_COLOR,
    ARGS_LOCKED,
    ARGS_OFFLINE,
    ARGS_FROZEN,
    ARGS_LETTER_C,
    ARGS_CONFIG,
    ARGS_LETTER_Z,
    ARGS_UNSTABLE,
    ARGS_HELP_OPTION,
    ARGS_OPTION_COUNT,
};

/* The parts of the message about a wrong command line. */
struct args_error {
    struct str fault;
    struct str tip;   /* can be empty */
    struct str usage; /* the usage line; empty if the error is about a value */
    struct str word;  /* an unexpected argument that is no option. Empty for other errors. */
};

struct args {
    enum args_id given[ARGS_OPTION_COUNT]; /* each once, in order; --verbose as it was last given */
    size_t given_count;
    struct str value[ARGS_OPTION_COUNT]; /* the last value of each option; can be empty */
    unsigned verbose;                    /* how many times */
    unsigned timeout;                    /* in seconds, 1 to ARGS_TIMEOUT_MOST */
    struct str *config;                  /* the values of --config, in order */
    size_t config_count;
    struct args_error error; /* only for ARGS_ERROR */
};

bool args_has(const struct args *args, enum args_id id);

enum args_outcome { ARGS_RUN, ARGS_HELP, ARGS_VERSION, ARGS_ERROR };

/* Sets `args`, whose texts are in argv or in the arena. If the program's name is cargo-NAME and the
 * first argument is NAME, it is ignored, because `cargo NAME` adds it. */
enum args_outcome args_parse(struct arena *arena, int argc, char *const argv[], struct args *args);

/* Returns the complete message, which ends with a newline. */
struct str args_error_text(struct arena *arena, const struct args_error *error);

extern const char usage_help[]; /* fits in 80 columns */

#endif
