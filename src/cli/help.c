#include "cli/help.h"

#include "util/shell.h"
#include "cli/usage.h"

#include <sys/ioctl.h>
#include <unistd.h>

/* Measures of clap's HelpTemplate. */
enum {
    TAB = 2,              /* before an option and behind the longest */
    SHORT_PART = 4,       /* "-v, " */
    NEXT_LINE_INDENT = 8, /* more than TAB, where the help stands below its option */
    WIDTH_UNKNOWN = 100,
};

static size_t title_width(struct arena *arena, const struct args_option *option)
{
    return args_option_title(arena, option).len;
}

/* `Coloring [possible values: auto, always, never]` */
static struct str help_of(struct arena *arena, const struct args_option *option)
{
    struct buf buf = buf_new(arena);
    buf_addf(&buf, "%s", option->help);
    if (option->possible) {
        buf_add(&buf, STR(" [possible values: "));
        for (size_t i = 0; option->possible[i]; i++) {
            buf_addf(&buf, "%s%s", i > 0 ? ", " : "", option->possible[i]);
        }
        buf_add_char(&buf, ']');
    }
    return buf_str(&buf);
}

/*
 * Breaks before a word that would pass `width`. Control sequences take no room, but as in clap's
 * StyledStr::wrap a line may break where one stands, between a back-quote and a coloured word.
 */
static void add_wrapped(struct buf *out, struct str text, size_t width, size_t indent)
{
    size_t line = 0;
    bool after_sequence = true;
    for (const char *p = text.data; *p;) {
        if (*p == '\033') {
            size_t len = strcspn(p, "m") + 1;
            buf_add_bytes(out, p, len);
            p += len;
            after_sequence = true;
            continue;
        }
        size_t word = strcspn(p, " \033");
        size_t spaces = strspn(p + word, " ");
        if (p != text.data && width < line + word) {
            while (!after_sequence && out->data[out->len - 1] == ' ') {
                out->len--;
            }
            buf_add_char(out, '\n');
            buf_add_times(out, ' ', indent);
            line = 0;
        }
        buf_add_bytes(out, p, word + spaces);
        line += word + spaces;
        p += word + spaces;
        after_sequence = false;
    }
}

static bool is_in(const struct args_option *option, const char *heading)
{
    return option->heading && strcmp(option->heading, heading) == 0;
}

/* How the options of one section stand. */
struct layout {
    size_t width;
    size_t longest; /* option */
    bool next_line;
};

/* clap's HelpTemplate::write_args and arg_next_line_help, with their single precision. */
static struct layout layout_of(struct arena *arena, const char *heading, size_t width)
{
    struct layout layout = {.width = width};
    for (size_t i = 0; i < ARGS_OPTION_COUNT; i++) {
        const struct args_option *option = &args_options[i];
        size_t wide = title_width(arena, option) + (option->name ? SHORT_PART : 0);
        if (is_in(option, heading) && wide > layout.longest) {
            layout.longest = wide;
        }
    }
    size_t taken = layout.longest + (size_t)TAB * 2;
    if (width < taken || (float)taken / (float)width <= 0.40F) {
        return layout;
    }
    for (size_t i = 0; i < ARGS_OPTION_COUNT; i++) {
        const struct args_option *option = &args_options[i];
        if (is_in(option, heading)) {
            size_t separator = option->possible ? 1 : 0;
            size_t wide = help_of(arena, option).len - separator;
            layout.next_line = layout.next_line || wide > width - taken;
        }
    }
    return layout;
}

/* clap's HelpTemplate::write_arg. */
static void add_option(struct buf *out, const struct args_option *option, struct layout layout)
{
    buf_add_times(out, ' ', TAB);
    if (option->letter) {
        buf_addf(out, COLOR_LITERAL "-%c" COLOR_RESET, option->letter);
    } else {
        buf_add_times(out, ' ', SHORT_PART);
    }
    if (option->name) {
        buf_addf(out, "%s" COLOR_LITERAL "--%s" COLOR_RESET, option->letter ? ", " : "",
                 option->name);
    }
    usage_value(out, option);

    size_t indent = layout.longest + (size_t)TAB * 2;
    if (layout.next_line) {
        indent = TAB + NEXT_LINE_INDENT;
        buf_add_char(out, '\n');
        buf_add_times(out, ' ', indent);
    } else {
        size_t used = title_width(out->arena, option) + (option->name ? SHORT_PART : 0);
        buf_add_times(out, ' ', layout.longest + TAB - used);
    }
    size_t room = layout.width > indent ? layout.width - indent : 0;
    add_wrapped(out, help_of(out->arena, option), room, indent);
    buf_add_char(out, '\n');
}

static void add_section(struct buf *out, const char *heading, size_t width)
{
    struct layout layout = layout_of(out->arena, heading, width);
    buf_addf(out, "\n" COLOR_HEADER "%s:" COLOR_RESET "\n", heading);
    for (size_t i = 0; i < ARGS_OPTION_COUNT; i++) {
        if (is_in(&args_options[i], heading)) {
            add_option(out, &args_options[i], layout);
        }
    }
}

struct str help_text(struct arena *arena, size_t width)
{
    struct buf buf = buf_new(arena);
    add_wrapped(&buf, STR("Remove an API token from the registry locally"), width, 0);
    buf_add(&buf, STR("\n\n"));
    usage_line(&buf, NULL, 0);
    buf_add_char(&buf, '\n');
    add_section(&buf, "Options", width);
    add_section(&buf, "Logout Options", width);
    add_section(&buf, "Manifest Options", width);
    buf_add_char(&buf, '\n');
    add_wrapped(&buf,
                STR("Run `\033[96m\033[1mcargo help logout\033[39m\033[22m` for more detailed "
                    "information."),
                width, 0);
    buf_add_char(&buf, '\n');
    return buf_str(&buf);
}

/* As Rust reads a usize: digits, perhaps after a plus sign. */
static bool parse_columns(const char *text, size_t *out)
{
    text += *text == '+' ? 1 : 0;
    size_t value = 0;
    if (!*text) {
        return false;
    }
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, (size_t)(*text - '0'), &value)) {
            return false;
        }
    }
    *out = value;
    return true;
}

/* The terminal_size crate asks these three in this order. */
size_t help_width(void)
{
    static const int descriptors[] = {STDOUT_FILENO, STDERR_FILENO, STDIN_FILENO};
    for (size_t i = 0; i < COUNT(descriptors); i++) {
        struct winsize size;
        if (ioctl(descriptors[i], TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
            return size.ws_col;
        }
    }
    const char *columns = getenv("COLUMNS");
    size_t width = WIDTH_UNKNOWN;
    return columns && parse_columns(columns, &width) ? width : WIDTH_UNKNOWN;
}

struct str help_version(struct arena *arena)
{
    return str_format(arena, "cargo-logout %s\n", VERSION);
}

struct str help_unstable(struct arena *arena)
{
    return str_format(arena, "`cargo logout` has no unstable flags.\n");
}
