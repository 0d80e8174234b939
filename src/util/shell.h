/*
 * The only place that prints. One message is one write(2), so that lines of several processes never
 * mix; a standard error that is full or closed never stops the work (cargo panics there).
 *
 * What is printed, and where, is cargo's: everything but help goes to standard error.
 *
 *           Logout token for `x` has been removed        shell_status: verb right-aligned to 12
 *     warning: ...     note: ...     error: ...
 *
 * Order of calls: shell_init() first; what is printed before the command line and the configuration
 * are known uses automatic colours and normal verbosity, as in cargo. Then shell_set_color() and
 * `verbosity`. shell_set_color() may be called again: help and usage errors obey `term.color` but
 * not --color, all that follows obeys both.
 *
 * Colours are control sequences inside the text that is printed. Where a stream has no colour, all
 * control sequences are taken out of what is printed to it, those in names that the user gave
 * included. So a text is built once, with its colours, and printed with or without them. What is
 * not UTF-8 is printed as U+FFFD, so that paths can be given as they are.
 */
#ifndef UTIL_SHELL_H
#define UTIL_SHELL_H

#include "util/base.h"

enum verbosity { VERBOSITY_QUIET, VERBOSITY_NORMAL, VERBOSITY_VERBOSE, VERBOSITY_VERY_VERBOSE };
enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* cargo's palette (util/style.rs); COLOR_RESET ends each. */
#define COLOR_HEADER      "\033[1m\033[92m"
#define COLOR_ERROR       "\033[1m\033[91m"
#define COLOR_WARN        "\033[1m\033[33m"
#define COLOR_NOTE        "\033[1m\033[92m"
#define COLOR_CONTEXT     "\033[1m\033[94m"
#define COLOR_LITERAL     "\033[1m\033[96m"
#define COLOR_PLACEHOLDER "\033[36m"
#define COLOR_BOLD        "\033[1m"
#define COLOR_RESET       "\033[0m"

struct shell {
    struct arena *arena;
    enum verbosity verbosity;
    bool terminal_out;
    bool terminal_err;
    bool color_out; /* control sequences go to standard output */
    bool color_err;
};

/*
 * Before anything is opened or started: opens /dev/null for standard descriptors that are closed,
 * and ignores SIGPIPE (a child wants it back). Colours as the environment and the terminal say:
 * NO_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM, CI.
 */
void shell_init(struct shell *shell, struct arena *arena);
void shell_set_color(struct shell *shell, enum color_choice choice);

/* Is a person there who could answer a question? Standard input and error are terminals, and CI is
 * not set. */
bool shell_person(const struct shell *shell);

/* The value of --color or `term.color`; in lower case only, as cargo has it. */
struct err *shell_color_parse(struct arena *arena, struct str text,
                              enum color_choice *out) MUST_CHECK;

/* Not with -q. `verb` is at most 12 characters. */
void shell_status(struct shell *shell, const char *verb, const char *format, ...) PRINTF_LIKE(3, 4);
void shell_warn(struct shell *shell, const char *format, ...) PRINTF_LIKE(2, 3);
void shell_note(struct shell *shell, const char *format, ...) PRINTF_LIKE(2, 3);

/* `warning: TITLE` with an indented `= help: HELP` line below. Not with -q. */
void shell_warn_help(struct shell *shell, struct str title, struct str help);

/* `error: ` and the chain of causes. Always. */
void shell_error(struct shell *shell, const struct err *err);

/* Text as it is, control sequences taken out where the stream has no colour. Always. */
void shell_print_err(const struct shell *shell, struct str text);

/* false: standard output did not take it all. */
bool shell_print_out(const struct shell *shell, struct str text);

#endif
