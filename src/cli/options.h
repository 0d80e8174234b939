/*
 * Reads the command line. The errors are the ones of cargo's parser (clap 4.5). This module prints
 * nothing and reads only `argv`.
 *
 *     struct args args;
 *     struct args_error error;
 *     switch (args_parse(&arena, argc, argv, &args, &error)) {
 *     case ARGS_RUN:     continue with args
 *     case ARGS_HELP:    print help_text() from help.h, exit 0
 *     case ARGS_VERSION: print help_version(), exit 0
 *     case ARGS_ERROR:   print usage_error() from usage.h on standard error, exit 1
 *     }
 *
 * Help and usage errors follow `term.color`, not --color, so call shell_set_color() with it before
 * you print them. Call args_check_unstable() before you use the values of --config and --color, and
 * before you report -q with -v, because cargo reports -Z first.
 *
 * There are no abbreviated options, so getopt_long() cannot be used. To add an option, add a name
 * to enum args_id, a row to the table in options.c, and a field to struct args that args_parse()
 * sets.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "util/base.h"

enum { ARGS_TIMEOUT_DEFAULT = 300, ARGS_TIMEOUT_MOST = 86400 };

struct args {
    bool has_registry;
    struct str registry; /* may be empty */
    bool all;            /* excludes has_registry */
    bool everywhere;
    bool revoke;
    bool status;
    bool check;   /* only with status */
    bool dry_run; /* not with status */
    bool copies;
    bool strict;
    bool json;        /* --message-format */
    unsigned timeout; /* seconds of network time for revoke and check, 1 to ARGS_TIMEOUT_MOST */
    bool quiet;
    unsigned verbose; /* how many times, at most 255 */
    bool has_color;
    struct str color; /* auto, always or never in any case; see shell_color_parse() */
    bool locked;      /* has no effect */
    bool offline;
    bool frozen;
    const struct str *config; /* --config, in order */
    size_t config_count;
    const struct str *unstable; /* -Z, in order */
    size_t unstable_count;
};

enum args_id {
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
    ARGS_REGISTRY, /* cargo's options begin here, in its order; of two equal tips, the later one is
                      used */
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

struct args_option {
    const char *name;            /* without dashes; NULL if there is only a letter */
    const char *value;           /* what the value is called, "REGISTRY"; NULL if it has none */
    const char *const *possible; /* the values, ends with NULL; NULL if any value is accepted */
    const char *instead;         /* cargo always rejects the option and suggests this one */
    const struct args_option *conflict; /* set in both rows of a pair */
    const struct args_option *needs;    /* accepted only together with that one */
    bool repeats;                       /* can be given more than once */
    char letter;                        /* 0 if there is none */
};

extern const struct args_option args_options[ARGS_OPTION_COUNT];

/* How error messages show an option: `--registry <REGISTRY>`, `--verbose...`, `-Z <FLAG>`. */
struct str args_option_title(struct arena *arena, const struct args_option *option);

enum args_fault {
    ARGS_UNKNOWN,     /* there is no option or argument `word`; `tip` is a similar one, or NULL */
    ARGS_REPEATED,    /* `option` was given twice */
    ARGS_CONFLICT,    /* `option` was given together with the option `word` */
    ARGS_MISSING,     /* another option needs `option` */
    ARGS_NO_VALUE,    /* `option` has no value */
    ARGS_BAD_VALUE,   /* `option` does not accept `word`; `tip` is a similar value, or NULL */
    ARGS_SURPLUS,     /* `option` accepts no value, but has `word` */
    ARGS_NOT_UNICODE, /* a value is not UTF-8 */
};

struct args_error {
    enum args_fault fault;
    struct str word; /* as the user wrote it, with U+FFFD for what is not UTF-8 */
    const struct args_option *option;
    const char *tip;
    const struct args_option *used[ARGS_OPTION_COUNT]; /* the options that the usage line shows */
    size_t used_count;                                 /* 0: it shows [OPTIONS] */
};

enum args_outcome { ARGS_RUN, ARGS_HELP, ARGS_VERSION, ARGS_ERROR };

/*
 * Sets `args` if the outcome is ARGS_RUN, and `error` if it is ARGS_ERROR. Their texts are in argv
 * or in the arena. If the program's name is cargo-NAME and the first argument is NAME, it is
 * ignored, because `cargo NAME` adds it.
 */
enum args_outcome args_parse(struct arena *arena, int argc, char *const argv[], struct args *args,
                             struct args_error *error);

/* Returns the unexpected argument, or NULL if the error is another one. If it is a registry's name,
 * usage_error() suggests --registry. So the caller needs the registries' names only if this is not
 * NULL. */
const char *args_error_word(const struct args_error *error);

/* Returns the error of a stable cargo if -Z was given. */
struct err *args_check_unstable(struct arena *arena, const struct args *args) MUST_CHECK;

#endif
