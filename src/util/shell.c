#include "util/shell.h"

#include "util/fs.h"
#include "util/utf8.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum { VERB_WIDTH = 12 };

/*
 * Where in a control sequence a byte stands. These are the states of a DEC terminal's parser as far
 * as they matter for taking sequences out.
 */
enum state {
    GROUND,
    ESCAPE,       /* after ESC */
    INTERMEDIATE, /* ESC and 0x20-0x2F: one final byte ends it */
    CSI,          /* ESC [ */
    OSC,          /* ESC ]: up to BEL or ESC \ */
    DEVICE,       /* ESC P: up to its final byte, from where on it is a STRING */
    STRING,       /* ESC X, ESC ^, ESC _: up to ESC \ */
};

static enum state after_escape(unsigned char byte)
{
    switch (byte) {
    case '[':
        return CSI;
    case ']':
        return OSC;
    case 'P':
        return DEVICE;
    case 'X':
    case '^':
    case '_':
        return STRING;
    default:
        if (byte >= 0x30 && byte <= 0x7E) {
            return GROUND;
        }
        return byte >= 0x20 && byte <= 0x2F ? INTERMEDIATE : ESCAPE;
    }
}

static enum state state_after(enum state state, unsigned char byte)
{
    enum { CAN = 0x18, SUB = 0x1A, ESC = 0x1B, BEL = 0x07, ST = 0x9C };
    if (byte == ESC) {
        return ESCAPE;
    }
    if (byte == CAN || byte == SUB) {
        return GROUND;
    }
    switch (state) {
    case ESCAPE:
        return after_escape(byte);
    case INTERMEDIATE:
        return byte >= 0x30 && byte <= 0x7E ? GROUND : state;
    case CSI:
        return byte >= 0x40 && byte <= 0x7E ? GROUND : state;
    case OSC:
        return byte == BEL ? GROUND : state;
    case DEVICE:
        return byte >= 0x40 && byte <= 0x7E ? STRING : state;
    case STRING:
        return byte == ST ? GROUND : state;
    case GROUND:
    default:
        return state;
    }
}

/* White space among the control characters. */
static bool is_space(unsigned char byte)
{
    return byte == '\t' || byte == '\n' || byte == '\f' || byte == '\r';
}

/* Does a byte print that is met in this state? In a short sequence white space still does. */
static bool prints(enum state state, unsigned char byte)
{
    if (state == GROUND) {
        bool begins_character = byte >= 0xC2; /* no byte of UTF-8 is above 0xF4 */
        return (byte >= 0x20 && byte < 0x7F) || is_space(byte) || begins_character;
    }
    return is_space(byte) && state != OSC && state != DEVICE && state != STRING;
}

/*
 * Takes control sequences out of UTF-8 text, and other control characters but white space. Mirrors
 * anstream's strip_bytes: once something prints, all that follows prints up to the next control
 * character, even in an unfinished sequence.
 */
static void strip(struct buf *out, struct str text)
{
    enum state state = GROUND;
    size_t at = 0;
    while (at < text.len) {
        unsigned char byte = (unsigned char)text.data[at];
        bool shown = prints(state, byte);
        state = state_after(state, byte);
        if (!shown) {
            at++;
            continue;
        }
        size_t start = at;
        while (at < text.len && prints(GROUND, (unsigned char)text.data[at])) {
            uint32_t character = 0;
            bool valid = true;
            size_t len = utf8_decode(text, at, &character, &valid);
            if (len > 1) {
                state = GROUND;
            }
            at += len;
        }
        buf_add_bytes(out, text.data + start, at - start);
    }
}

static bool print(const struct shell *shell, int fd, bool color, struct str text)
{
    text = utf8_lossy(shell->arena, text); /* paths and variables may be any bytes */
    if (!color) {
        struct buf plain = buf_new(shell->arena);
        strip(&plain, text);
        text = buf_str(&plain);
    }
    return write_all(fd, text);
}

static bool is_set(const char *value)
{
    return value && *value;
}

/* anstream's AutoStream::choice. CLICOLOR_FORCE=0 forces too, and an empty CLICOLOR is one. */
static bool color_automatic(bool terminal)
{
    const char *clicolor = getenv("CLICOLOR");
    if (is_set(getenv("NO_COLOR"))) {
        return false;
    }
    if (is_set(getenv("CLICOLOR_FORCE"))) {
        return true;
    }
    if (clicolor && strcmp(clicolor, "0") == 0) {
        return false;
    }
    const char *term = getenv("TERM");
    return terminal && ((term && strcmp(term, "dumb") != 0) || clicolor || getenv("CI"));
}

/*
 * A standard descriptor that is closed would be the number of the next file that is opened, and a
 * message would end in that file. As Rust's runtime does, /dev/null takes the place.
 */
static void open_standard_descriptors(void)
{
    struct pollfd fds[] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};
    if (poll(fds, COUNT(fds), 0) < 0) {
        return;
    }
    for (size_t i = 0; i < COUNT(fds); i++) {
        if (fds[i].revents & POLLNVAL) {
            (void)open("/dev/null", O_RDWR); /* takes the lowest number: this one */
        }
    }
}

void shell_init(struct shell *shell, struct arena *arena)
{
    open_standard_descriptors();
    (void)signal(SIGPIPE, SIG_IGN); /* a reader of our messages that is gone must not stop us */
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
    return err_new(arena, "argument for --color must be auto, always, or never, but found `%.*s`",
                   STR_ARG(text));
}

static struct buf message_begin(const struct shell *shell, const char *color, const char *word)
{
    struct buf buf = buf_new(shell->arena);
    buf_addf(&buf, "%s%s" COLOR_RESET ": ", color, word);
    return buf;
}

static void message_end(const struct shell *shell, struct buf *buf)
{
    buf_add_char(buf, '\n');
    shell_print_err(shell, buf_str(buf));
}

void shell_status(struct shell *shell, const char *verb, const char *format, ...)
{
    if (shell->verbosity == VERBOSITY_QUIET) {
        return;
    }
    struct buf buf = buf_new(shell->arena);
    buf_addf(&buf, COLOR_HEADER "%*s" COLOR_RESET " ", VERB_WIDTH, verb);
    va_list arguments;
    va_start(arguments, format);
    buf_vaddf(&buf, format, arguments);
    va_end(arguments);
    message_end(shell, &buf);
}

void shell_warn(struct shell *shell, const char *format, ...)
{
    if (shell->verbosity == VERBOSITY_QUIET) {
        return;
    }
    struct buf buf = message_begin(shell, COLOR_WARN, "warning");
    va_list arguments;
    va_start(arguments, format);
    buf_vaddf(&buf, format, arguments);
    va_end(arguments);
    message_end(shell, &buf);
}

void shell_note(struct shell *shell, const char *format, ...)
{
    if (shell->verbosity == VERBOSITY_QUIET) {
        return;
    }
    struct buf buf = message_begin(shell, COLOR_NOTE, "note");
    va_list arguments;
    va_start(arguments, format);
    buf_vaddf(&buf, format, arguments);
    va_end(arguments);
    message_end(shell, &buf);
}

void shell_warn_help(struct shell *shell, struct str title, struct str help)
{
    if (shell->verbosity == VERBOSITY_QUIET) {
        return;
    }
    struct buf buf = message_begin(shell, COLOR_WARN, "warning");
    buf_add(&buf, title);
    buf_add(&buf, STR("\n  " COLOR_CONTEXT "|" COLOR_RESET "\n  " COLOR_CONTEXT
                      "= " COLOR_RESET COLOR_BOLD "help" COLOR_RESET ": "));
    buf_add(&buf, help);
    message_end(shell, &buf);
}

/* cargo's indented_lines, line ends as Rust's str::lines has them. */
static void add_indented(struct buf *buf, struct str text)
{
    for (size_t start = 0, end = 0; start < text.len; start = end + 1) {
        const char *newline = memchr(text.data + start, '\n', text.len - start);
        end = newline ? (size_t)(newline - text.data) : text.len;
        bool carriage_return = newline && end > start && text.data[end - 1] == '\r';
        size_t len = end - start - (carriage_return ? 1 : 0);
        if (len > 0) {
            buf_add(buf, STR("  "));
            buf_add_bytes(buf, text.data + start, len);
        }
        buf_add_char(buf, '\n');
    }
}

void shell_error(struct shell *shell, const struct err *err)
{
    struct buf buf = message_begin(shell, COLOR_ERROR, "error");
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
