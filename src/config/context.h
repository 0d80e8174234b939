/*
 * One run's view of the world: where it works, cargo's home, the environment, and the
 * configuration, loaded when first asked for. Everything in src/cargo takes a context first.
 *
 * cargo's order of messages comes from the order of these calls:
 *
 *     context_init                  the working directory, cargo's home
 *     context_term_color            [term] for the command line's own colours; loads all files,
 *                                   prints their warnings, keeps errors to itself
 *       (the command line is read)
 *     context_warn_alias            alias.logout is set: ignored, says the warning
 *     context_configure             --config, then -q, -v, --color and [term] into the shell
 *       (registry and index, see registry.h)
 *     context_load_credentials      the credentials file becomes the first layer of every look-up
 *
 * A broken file is read once: the first call that wants the configuration and minds gets the error,
 * each later one the same. A warning is printed once, however often cargo repeats it.
 */
#ifndef CONFIG_CONTEXT_H
#define CONFIG_CONTEXT_H

#include "util/base.h"
#include "util/shell.h"
#include "config/config.h"
#include "config/environment.h"

struct context {
    struct arena *arena;
    struct shell *shell;
    struct str cwd;
    struct str home; /* cargo's home: absolute, as given, need not exist */
    struct environment environment;

    /* What follows is loaded by the calls above; see config.h for how to look into it. */
    bool loaded;
    struct err *load_error;
    bool silent;                /* while files behind a broken one are read: cargo stops there */
    struct err *term_error;     /* of [term]: cargo stops there, a logout can go on and tell it */
    struct config_value values; /* a table: the files, then --config over them */
    bool credentials_loaded;
    struct config_value credentials; /* a table: the credentials file over `values` */

    /* `credentials.toml` beside a `credentials`, which cargo does not see because of it. Empty
     * where there is none. Set by context_load_credentials. */
    struct str credentials_hidden;
    struct config_file *files; /* all that were read */

    struct warning *warnings; /* those already given */
    size_t file_count;        /* read so far, a limit */
};

/* `block` is what environ points to. Fails without a working directory or a home. */
struct err *context_init(struct context *context, struct arena *arena, struct shell *shell,
                         char *const *block) MUST_CHECK;

/* term.color for the command line's own messages: COLOR_AUTO where unset, bad or unreadable. */
enum color_choice context_term_color(struct context *context);

void context_warn_alias(struct context *context);

struct context_options {
    unsigned verbose; /* how many -v */
    bool quiet;
    bool offline;
    struct str color; /* of --color; data NULL: not given */
    const struct str *config;
    size_t config_count;
};

/* The shell is set up as the command line and [term] say. An err is the command line's, or
 * with --config that of the files, which come before -q, -v and --color. */
struct err *context_configure(struct context *context,
                              const struct context_options *options) MUST_CHECK;

/* The second call does nothing. A missing file is no error. */
struct err *context_load_credentials(struct context *context) MUST_CHECK;

/* Reads the one that cargo does not see into `files`, for who looks for all that is on the disk. */
struct err *context_load_hidden(struct context *context) MUST_CHECK;

/* Both of them, for who goes on without what is broken: the first fault of all, the configuration's
 * too, or NULL. `files` has all that could be read. */
const struct err *context_try_credentials(struct context *context);

/* Once for each text. `help`, where not empty, is an indented line below. */
void context_warn(struct context *context, struct str help, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
