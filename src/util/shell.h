/*
 * The only module that prints. Each message is one write(2), so that lines of several processes do
 * not mix. Everything except help, tables and JSON is printed on standard error, as in cargo. If
 * that is full or closed, the run continues.
 *
 * Colors are marks inside the text (COLOR_...). The printer replaces them with control sequences,
 * or removes them if the stream has no color. It escapes every other control character, except line
 * ends and tabs. Callers must still pass text from outside through text_shown(), because only they
 * know which line ends are their own.
 */
#ifndef UTIL_SHELL_H
#define UTIL_SHELL_H

#include "util/base.h"

enum verbosity { VERBOSITY_QUIET, VERBOSITY_NORMAL, VERBOSITY_VERBOSE, VERBOSITY_VERY_VERBOSE };
enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* cargo's palette (util/style.rs). COLOR_RESET ends each color. */
#define COLOR_HEADER      "\001h"
#define COLOR_ERROR       "\001e"
#define COLOR_WARN        "\001w"
#define COLOR_NOTE        "\001h"
#define COLOR_CONTEXT     "\001c"
#define COLOR_LITERAL     "\001l"
#define COLOR_PLACEHOLDER "\001p"
#define COLOR_BOLD        "\001b"
#define COLOR_RESET       "\001r"

struct shell {
    struct arena *arena;
    enum verbosity verbosity;
    bool terminal_out;
    bool terminal_err;
    bool color_out;
    bool color_err;
};

/* Call it before any file is opened. Opens /dev/null for closed standard descriptors, and ignores
 * SIGPIPE and SIGXFSZ. Colors are automatic and verbosity is normal until they are set. */
void shell_init(struct shell *shell, struct arena *arena);

/* COLOR_AUTO uses NO_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM and CI. */
void shell_set_color(struct shell *shell, enum color_choice choice);

/* Returns true if a person could answer a question: standard input and standard error are
 * terminals, and CI is not set. */
bool shell_person(const struct shell *shell);

/* Parses the value of --color or `term.color`. Accepts only lower case, as cargo does. */
struct err *shell_color_parse(struct arena *arena, struct str text,
                              enum color_choice *out) MUST_CHECK;

/* These are not printed with -q. A message is a title, a text and a newline. The title of a status
 * is a verb, right-aligned to 12 columns. */
void shell_message(const struct shell *shell, const char *title, const char *format, ...)
    PRINTF_LIKE(3, 4);
#define SHELL_WARNING COLOR_WARN "warning" COLOR_RESET ": "
#define SHELL_STATUS(arena, verb)                                                                  \
    str_format((arena), COLOR_HEADER "%12s" COLOR_RESET " ", (verb)).data
#define shell_status(shell, verb, ...)                                                             \
    shell_message((shell), SHELL_STATUS((shell)->arena, verb), __VA_ARGS__)
#define shell_warn(shell, ...) shell_message((shell), SHELL_WARNING, __VA_ARGS__)
#define shell_note(shell, ...)                                                                     \
    shell_message((shell), COLOR_NOTE "note" COLOR_RESET ": ", __VA_ARGS__)

/* These are also printed with -q. An alert is a warning with an indented line `= help: HELP`, if
 * `help` is not empty. */
void shell_alert(const struct shell *shell, struct str title, struct str help);
void shell_error(const struct shell *shell, const struct err *err);
void shell_print_err(const struct shell *shell, struct str text);

/* Returns false if standard output could not be written completely. */
bool shell_print_out(const struct shell *shell, struct str text);

/* Returns the width of the terminal at standard output, or SIZE_MAX if there is no limit. */
size_t shell_columns(const struct shell *shell);

#endif
