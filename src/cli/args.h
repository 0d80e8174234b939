/*
 * The command line of `cargo logout`, read as cargo's parser (clap 4.5) reads it: the words in, a
 * struct args or the one thing that is wrong out. Nothing is printed and nothing but `argv` is read
 * here.
 *
 *     struct args args;
 *     struct args_error error;
 *     switch (args_parse(&arena, argc, argv, &args, &error)) {
 *     case ARGS_RUN:     go on with args
 *     case ARGS_HELP:    shell_print_out(help_text(&arena, help_width())), exit 0      (help.h)
 *     case ARGS_VERSION: shell_print_out(help_version(&arena)), exit 0
 *     case ARGS_ERROR:   shell_print_err(usage_error(&arena, &error)), exit 1          (usage.h)
 *     }
 *
 * All three texts hold colours and obey `term.color`, not --color: call shell_set_color() with the
 * former before. When a -Z is there, args_z_help() and then args_check_unstable() are to be asked
 * first; cargo does so before it looks at --config, -q with -v, and the value of --color.
 *
 * One table, args_options, holds all that is known of an option; parsing, help, usages and tips
 * read it, in its order.
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "base/base.h"

struct args {
    bool has_registry;
    struct str registry; /* may be empty */
    bool quiet;
    unsigned verbose; /* how many times, at most 255 */
    bool has_color;
    struct str color; /* auto, always or never, but in any case of letters: shell_color_parse() */
    bool locked;      /* these three change nothing in a logout */
    bool offline;
    bool frozen;
    const struct str *config; /* --config, in order */
    size_t config_count;
    const struct str *unstable; /* -Z, in order */
    size_t unstable_count;
};

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
    char letter;                 /* short; 0 for none */
    const char *value;           /* what its value is called: "REGISTRY"; NULL: takes none */
    const char *const *possible; /* what the value may be, ends in NULL; NULL: anything */
    enum args_action action;
    const char *instead;
    const char *heading; /* its section in the help; NULL: it is shown nowhere */
    const char *help;
};

extern const struct args_option args_options[];
extern const size_t args_option_count;

enum args_fault {
    ARGS_UNKNOWN,     /* `word`: no such option, or no option; `tip` is the one meant, or NULL */
    ARGS_REPEATED,    /* `option` may be given once */
    ARGS_NO_VALUE,    /* `option` needs one */
    ARGS_BAD_VALUE,   /* `word` is none of `option`'s; `tip` is the one meant, or NULL */
    ARGS_SURPLUS,     /* `option` takes no value, but has `word` */
    ARGS_NOT_UNICODE, /* a value that is not UTF-8 */
};

struct args_error {
    enum args_fault fault;
    struct str word; /* as the user gave it, but U+FFFD for what is not UTF-8 */
    const struct args_option *option;
    const char *tip;
    const struct args_option *const *used; /* what the usage names; none: [OPTIONS] */
    size_t used_count;
};

enum args_outcome { ARGS_RUN, ARGS_HELP, ARGS_VERSION, ARGS_ERROR };

/* A first word `logout` is dropped: cargo puts it there when it starts a cargo-logout. `args` is
 * written for ARGS_RUN, `error` for ARGS_ERROR. The texts in both point into argv or the arena. */
enum args_outcome args_parse(struct arena *arena, int argc, char *const argv[], struct args *args,
                             struct args_error *error);

/* How an option is called in texts: `--registry <REGISTRY>`, `--verbose...`, `-Z <FLAG>`. */
struct str args_option_title(struct arena *arena, const struct args_option *option);

/* `-Z help` stands first among the -Z: help_unstable() is to be printed, exit 0. */
bool args_z_help(const struct args *args);

/* cargo's refusal of -Z on its stable channel. */
struct err *args_check_unstable(struct arena *arena, const struct args *args) MUST_CHECK;

#endif
