#include "util/shell.h"

#include "util/fs.h"
#include "util/text.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MARK = '\001' };

/* The control sequences of the marks, by the letter after MARK. */
static const char *const sequences[] = {
    ['h'] = "\033[1m\033[92m", ['e'] = "\033[1m\033[91m", ['w'] = "\033[1m\033[33m",
    ['c'] = "\033[1m\033[94m", ['l'] = "\033[1m\033[96m", ['p'] = "\033[36m",
    ['b'] = "\033[1m",         ['r'] = "\033[0m",
};

static bool print(const struct shell *shell, int fd, bool color, struct str text)
{
    static const char ours[] = {MARK, '\n', '\t'}; /* what messages contain besides text */
    struct buf out = buf_new(shell->arena);
    for (size_t at = 0; at < text.len; at++) {
        size_t start = at;
        while (at < text.len && !memchr(ours, text.data[at], sizeof(ours)))
            at++;
        buf_add(&out, text_shown(shell->arena, str_slice(shell->arena, text, start, at)));
        if (at < text.len && text.data[at] != MARK) {
            buf_add_char(&out, text.data[at]);
        } else if (at < text.len) {
            size_t letter = (unsigned char)text.data[++at];
            buf_add(&out, str_of(color && letter < COUNT(sequences) ? sequences[letter] : ""));
        }
    }
    return write_all(fd, buf_str(&out));
}

static bool is_set(const char *value)
{
    return value && *value;
}

/* anstream: AutoStream::choice. CLICOLOR_FORCE=0 also forces colors, and an empty CLICOLOR counts
 * as set. */
static bool color_automatic(bool terminal)
{
    const char *clicolor = getenv("CLICOLOR");
    if (is_set(getenv("NO_COLOR")))
        return false;
    if (is_set(getenv("CLICOLOR_FORCE")))
        return true;
    if (clicolor && strcmp(clicolor, "0") == 0)
        return false;
    const char *term = getenv("TERM");
    return terminal && ((term && strcmp(term, "dumb") != 0) || clicolor || getenv("CI"));
}

/* If a standard descriptor is closed, the next file that is opened would get its number, and
 * messages would be written to that file. Therefore, this opens /dev/null, as Rust's runtime does.
 */
static void open_standard_descriptors(void)
{
    struct pollfd fds[] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};
    int ready = poll(fds, COUNT(fds), 0);
    for (size_t i = 0; ready >= 0 && i < COUNT(fds); i++)
        if (fds[i].revents & POLLNVAL)
            (void)open("/dev/null", O_RDWR); /* gets the lowest free number: this one */
}

void shell_init(struct shell *shell, struct arena *arena)
{
    open_standard_descriptors();
    (void)signal(SIGPIPE, SIG_IGN); /* continue if the reader of our messages exits */
    (void)signal(SIGXFSZ, SIG_IGN); /* a file size limit becomes an error of write(2) */
    *shell = (struct shell){
        .arena = arena,
        .verbosity = VERBOSITY_NORMAL,
        .terminal_out = isatty(STDOUT_FILENO) == 1,
        .terminal_err = isatty(STDERR_FILENO) == 1,
    };
    shell_set_color(shell, COLOR_AUTO);
}

void shell_set_color(struct shell *shell, enum color_choice choice)
{
    bool always = choice == COLOR_ALWAYS;
    bool automatic = choice == COLOR_AUTO;
    shell->color_out = always || (automatic && color_automatic(shell->terminal_out));
    shell->color_err = always || (automatic && color_automatic(shell->terminal_err));
}

bool shell_person(const struct shell *shell)
{
    return shell->terminal_err && isatty(STDIN_FILENO) == 1 && !is_set(getenv("CI"));
}

struct err *shell_color_parse(struct arena *arena, struct str text, enum color_choice *out)
{
    static const char *const names[] = {
        [COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};
    for (size_t i = 0; i < COUNT(names); i++) {
        if (str_eq(text, str_of(names[i]))) {
            *out = (enum color_choice)i;
            return NULL;
        }
    }
    return err_new(arena, "argument for --color must be auto, always, or never, but found `%s`",
                   text.data);
}

void shell_message(const struct shell *shell, const char *title, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct str text = str_vformat(shell->arena, format, arguments);
    va_end(arguments);
    if (shell->verbosity != VERBOSITY_QUIET)
        shell_print_err(shell, str_format(shell->arena, "%s%s\n", title, text.data));
}

void shell_alert(const struct shell *shell, struct str title, struct str help)
{
    static const char before_help[] = "\n  " COLOR_CONTEXT "|" COLOR_RESET "\n  " COLOR_CONTEXT
                                      "= " COLOR_RESET COLOR_BOLD "help" COLOR_RESET ": ";
    shell_print_err(shell, str_format(shell->arena, SHELL_WARNING "%s%s%s\n", title.data,
                                      help.len > 0 ? before_help : "", help.data));
}

/* cargo: indented_lines, with line ends as in Rust's str::lines. */
static void add_indented(struct buf *buf, struct str text)
{
    for (size_t start = 0, end = 0; start < text.len; start = end + 1) {
        const char *newline = memchr(text.data + start, '\n', text.len - start);
        end = newline ? (size_t)(newline - text.data) : text.len;
        bool carriage_return = newline && end > start && text.data[end - 1] == '\r';
        size_t len = end - start - (carriage_return ? 1 : 0);
        buf_add(buf, len > 0 ? STR("  ") : STR(""));
        buf_add_bytes(buf, text.data + start, len);
        buf_add_char(buf, '\n');
    }
}

void shell_error(const struct shell *shell, const struct err *err)
{
    struct buf buf = buf_new(shell->arena);
    buf_add(&buf, STR(COLOR_ERROR "error" COLOR_RESET ": "));
    buf_add(&buf, err->message);
    buf_add_char(&buf, '\n');
    for (const struct err *cause = err->cause; cause; cause = cause->cause) {
        buf_add(&buf, STR("\nCaused by:\n"));
        add_indented(&buf, cause->message);
    }
    shell_print_err(shell, buf_str(&buf));
}

void shell_print_err(const struct shell *shell, struct str text)
{
    (void)print(shell, STDERR_FILENO, shell->color_err, text);
}

bool shell_print_out(const struct shell *shell, struct str text)
{
    return print(shell, STDOUT_FILENO, shell->color_out, text);
}

size_t shell_columns(const struct shell *shell)
{
    struct winsize size = {0};
    bool known = shell->terminal_out && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    return known && size.ws_col > 0 ? size.ws_col : SIZE_MAX;
}
