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
 * former before, for these texts only: what cargo tells before it is configured, the refusal of -Z
 * too, has automatic colours. When a -Z is there, args_z_help() and then args_check_unstable() are
 * to be asked first; cargo does so before it looks at --config, -q with -v, and the value of
 * --color.
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "cli/args_options.h"

struct args {
    bool has_registry;
    struct str registry; /* may be empty */
    bool all;            /* not with a registry */
    bool everywhere;
    bool revoke;
    bool status;
    bool dry_run; /* not with status */
    bool strict;
    bool json; /* --message-format */
    bool quiet;
    unsigned verbose; /* how many times, at most 255 */
    bool has_color;
    struct str color; /* auto, always or never, but in any case of letters: shell_color_parse() */
    bool locked;      /* these three change nothing in a logout, but that the last two forbid
                         `revoke` */
    bool offline;
    bool frozen;
    const struct str *config; /* --config, in order */
    size_t config_count;
    const struct str *unstable; /* -Z, in order */
    size_t unstable_count;
};

enum args_fault {
    ARGS_UNKNOWN,     /* `word`: no such option, or no option; `tip` is the one meant, or NULL */
    ARGS_REPEATED,    /* `option` may be given once */
    ARGS_CONFLICT,    /* `option` may not stand with the one that is called `word` */
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

/* `-Z help` stands first among the -Z: help_unstable() is to be printed, exit 0. */
bool args_z_help(const struct args *args);

/* cargo's refusal of -Z on its stable channel. */
struct err *args_check_unstable(struct arena *arena, const struct args *args) MUST_CHECK;

#endif
