/*
 * All that is known of the options, in one table: parsing, help, usages and tips read it, in its
 * order. An option more is a row here, a field of struct args, and a line where args.c stores it.
 */
#ifndef CLI_ARGS_OPTIONS_H
#define CLI_ARGS_OPTIONS_H

#include "util/base.h"

enum args_action {
    ARGS_SET,     /* a value, once */
    ARGS_APPEND,  /* a value, any number of times */
    ARGS_TRUE,    /* no value, once */
    ARGS_COUNT,   /* no value, any number of times */
    ARGS_REFUSED, /* known only to be refused, with `instead` as the tip */
    ARGS_SHOW_HELP,
    ARGS_SHOW_VERSION,
};

struct args_option {
    const char *name;            /* long, without dashes; NULL for none */
    const char *value;           /* what its value is called: "REGISTRY"; NULL: takes none */
    const char *const *possible; /* what the value may be, ends in NULL; NULL: anything */
    const char *instead;
    const struct args_option *conflict; /* not with that one; both rows say it */
    const char *heading;                /* its section in the help; NULL: it is shown nowhere */
    const char *help;
    enum args_action action;
    char letter; /* short; 0 for none */
};

/*
 * In clap's order: the command's own, then those that cargo has for every command, then help and
 * version. Of two names that are equally like an unknown one, the later is the tip; what cargo does
 * not have stands first, so that its own tips stay where they can.
 */
enum args_id {
    ARGS_ALL,
    ARGS_EVERYWHERE,
    ARGS_REVOKE,
    ARGS_STATUS,
    ARGS_DRY_RUN,
    ARGS_STRICT,
    ARGS_MESSAGE_FORMAT,
    ARGS_REGISTRY,
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
    ARGS_VERSION_OPTION,
    ARGS_OPTION_COUNT,
};

extern const struct args_option args_options[ARGS_OPTION_COUNT];

/* How an option is called in texts: `--registry <REGISTRY>`, `--verbose...`, `-Z <FLAG>`. */
struct str args_option_title(struct arena *arena, const struct args_option *option);

#endif
