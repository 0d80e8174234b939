#include "cli/usage.h"

#include "util/shell.h"

/* `--registry <REGISTRY>` in colours, as clap's Arg::stylized has it. */
static void add_option(struct buf *out, const struct args_option *option)
{
    if (option->name) {
        buf_addf(out, COLOR_LITERAL "--%s" COLOR_RESET, option->name);
    } else {
        buf_addf(out, COLOR_LITERAL "-%c" COLOR_RESET, option->letter);
    }
    usage_value(out, option);
}

void usage_value(struct buf *out, const struct args_option *option)
{
    if (option->value) {
        buf_addf(out, COLOR_PLACEHOLDER " " COLOR_RESET COLOR_PLACEHOLDER "<%s>" COLOR_RESET,
                 option->value);
    }
    if (option->action == ARGS_COUNT) {
        buf_add(out, STR(COLOR_PLACEHOLDER "..." COLOR_RESET));
    }
}

void usage_line(struct buf *out, const struct args_option *const *used, size_t used_count)
{
    buf_add(out,
            STR(COLOR_HEADER "Usage:" COLOR_RESET " " COLOR_LITERAL "cargo logout" COLOR_RESET));
    for (size_t i = 0; i < used_count; i++) {
        buf_add_char(out, ' ');
        add_option(out, used[i]);
    }
    if (used_count == 0) {
        buf_add(out, STR(" " COLOR_PLACEHOLDER "[OPTIONS]" COLOR_RESET));
    }
}

/* ` [possible values: auto, always, never]` on a line of its own. */
static void add_possible(struct buf *out, const struct args_option *option)
{
    if (!option->possible) {
        return;
    }
    buf_add(out, STR("\n  [possible values: "));
    for (size_t i = 0; option->possible[i]; i++) {
        buf_addf(out, "%s" COLOR_LITERAL "%s" COLOR_RESET, i > 0 ? ", " : "", option->possible[i]);
    }
    buf_add_char(out, ']');
}

static void add_fault(struct buf *out, const struct args_error *error, const char *title)
{
    const char *word = error->word.data;
    switch (error->fault) {
    case ARGS_UNKNOWN:
        buf_addf(out, "unexpected argument '" COLOR_WARN "%s" COLOR_RESET "' found", word);
        break;
    case ARGS_REPEATED:
        buf_addf(out,
                 "the argument '" COLOR_WARN "%s" COLOR_RESET "' cannot be used multiple times",
                 title);
        break;
    case ARGS_CONFLICT:
        buf_addf(out,
                 "the argument '" COLOR_WARN "%s" COLOR_RESET "' cannot be used with '" COLOR_WARN
                 "%s" COLOR_RESET "'",
                 title, word);
        break;
    case ARGS_NO_VALUE:
        buf_addf(out,
                 "a value is required for '" COLOR_WARN "%s" COLOR_RESET "' but none was supplied",
                 title);
        add_possible(out, error->option);
        break;
    case ARGS_BAD_VALUE:
        buf_addf(out,
                 "invalid value '" COLOR_WARN "%s" COLOR_RESET "' for '" COLOR_LITERAL
                 "%s" COLOR_RESET "'",
                 word, title);
        add_possible(out, error->option);
        break;
    case ARGS_SURPLUS:
        buf_addf(out,
                 "unexpected value '" COLOR_WARN "%s" COLOR_RESET "' for '" COLOR_LITERAL
                 "%s" COLOR_RESET "' found; no more were expected",
                 word, title);
        break;
    case ARGS_NOT_UNICODE:
    default:
        buf_add(out, STR("invalid UTF-8 was detected in one or more arguments"));
        break;
    }
}

struct str usage_error(struct arena *arena, const struct args_error *error)
{
    bool about_value = error->fault == ARGS_NO_VALUE || error->fault == ARGS_BAD_VALUE;
    struct buf buf = buf_new(arena);
    buf_add(&buf, STR(COLOR_ERROR "error:" COLOR_RESET " "));
    add_fault(&buf, error, error->option ? args_option_title(arena, error->option).data : "");
    if (error->tip) {
        buf_addf(&buf,
                 "\n\n  " COLOR_LITERAL "tip:" COLOR_RESET " a similar %s exists: '" COLOR_LITERAL
                 "%s" COLOR_RESET "'",
                 about_value ? "value" : "argument", error->tip);
    }
    if (!about_value) {
        buf_add(&buf, STR("\n\n"));
        usage_line(&buf, error->used, error->used_count);
    }
    buf_add(&buf, STR("\n\nFor more information, try '" COLOR_LITERAL "--help" COLOR_RESET "'.\n"));
    return buf_str(&buf);
}
