/*
 * The only module that prints. One message is one write(2), so that lines of several processes do
 * not mix. A standard error that is full or closed does not stop the run (cargo panics there).
 *
 *           Logout token for `x` has been removed        shell_status(): verb right-aligned to 12
 *     warning: ...     note: ...     error: ...
 *
 * Everything but help, tables and JSON goes to standard error, as in cargo.
 *
 * Order of calls: shell_init() first. What is printed before the command line and the configuration
 * are known uses automatic colors and normal verbosity. Then shell_set_color() and `verbosity`.
 *
 * Colors are marks inside the text (COLOR_...), which the printer replaces by control sequences, or
 * by nothing where a stream has no color. Every other control character that reaches the printer,
 * except line ends and tabs, is escaped as text_shown() does it: no foreign text can send a
 * sequence to a terminal. The caller still passes foreign text through text_shown(), because only
 * the caller knows which line ends are its own.
 */
#ifndef UTIL_SHELL_H
#define UTIL_SHELL_H

#include "util/base.h"

enum verbosity { VERBOSITY_QUIET, VERBOSITY_NORMAL, VERBOSITY_VERBOSE, VERBOSITY_VERY_VERBOSE };
enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* cargo's palette (util/style.rs). COLOR_RESET ends each. */
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

/* Opens /dev/null for standard descriptors that are closed, ignores SIGPIPE and SIGXFSZ (a child
 * gets their defaults back), and finds out what is a terminal. Called before anything else is
 * opened or started. */
void shell_init(struct shell *shell, struct arena *arena);

/* COLOR_AUTO follows NO_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM and CI, as anstream's
 * AutoStream::choice. */
void shell_set_color(struct shell *shell, enum color_choice choice);

/* Whether a person could answer a question: standard input and standard error are terminals, and CI
 * is not set. */
bool shell_person(const struct shell *shell);

/* The value of --color or `term.color`; only in lower case, as in cargo. */
struct err *shell_color_parse(struct arena *arena, struct str text,
                              enum color_choice *out) MUST_CHECK;

/* Not printed with -q. `verb` has at most 12 characters. */
void shell_status(const struct shell *shell, const char *verb, const char *format, ...)
    PRINTF_LIKE(3, 4);
void shell_note(const struct shell *shell, const char *format, ...) PRINTF_LIKE(2, 3);
void shell_warn(const struct shell *shell, const char *format, ...) PRINTF_LIKE(2, 3);

/* `warning: TITLE` with an indented `= help: HELP` line below. Not printed with -q. */
void shell_warn_help(const struct shell *shell, struct str title, struct str help);

/* The same for what must be known: printed with -q too. An empty `help` has no line. */
void shell_alert(const struct shell *shell, struct str title, struct str help);

/* `error: ` and the chain of causes. Always printed. */
void shell_error(const struct shell *shell, const struct err *err);

/* A finished text. Always printed. */
void shell_print_err(const struct shell *shell, struct str text);

/* Returns false if standard output did not take all of it. */
bool shell_print_out(const struct shell *shell, struct str text);

/* Columns of the terminal at standard output; 0 if it is none. */
size_t shell_columns(const struct shell *shell);

#endif
