#include "cli/usage.h"

#include "util/shell.h"

/* Adds `--registry <REGISTRY>` with colors. clap: Arg::stylized. */
static void add_option(struct buf *out, const struct args_option *option)
{
    if (option->name) {
        buf_addf(out, COLOR_LITERAL "--%s" COLOR_RESET, option->name);
    } else {
        buf_addf(out, COLOR_LITERAL "-%c" COLOR_RESET, option->letter);
    }
    if (option->value) {
        buf_addf(out, COLOR_PLACEHOLDER " " COLOR_RESET COLOR_PLACEHOLDER "<%s>" COLOR_RESET,
                 option->value);
    } else if (option->repeats) {
        buf_add(out, STR(COLOR_PLACEHOLDER "..." COLOR_RESET));
    }
}

static void add_usage(struct buf *out, const struct args_error *error)
{
    buf_add(out, STR("\n\n" COLOR_HEADER "Usage:" COLOR_RESET " " COLOR_LITERAL
                     "cargo-logout" COLOR_RESET));
    for (size_t i = 0; i < error->used_count; i++) {
        buf_add_char(out, ' ');
        add_option(out, error->used[i]);
    }
    if (error->used_count == 0) {
        buf_add(out, STR(" " COLOR_PLACEHOLDER "[OPTIONS]" COLOR_RESET));
    }
}

/* Adds `[possible values: auto, always, never]` on a separate line. */
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

#define WRONG "'" COLOR_WARN "%s" COLOR_RESET "'"
#define RIGHT "'" COLOR_LITERAL "%s" COLOR_RESET "'"

static void add_fault(struct buf *out, const struct args_error *error, const char *title)
{
    const char *word = error->word.data;
    switch (error->fault) {
    case ARGS_UNKNOWN:
        buf_addf(out, "unexpected argument " WRONG " found", word);
        break;
    case ARGS_REPEATED:
        buf_addf(out, "the argument " WRONG " cannot be used multiple times", title);
        break;
    case ARGS_CONFLICT:
        buf_addf(out, "the argument " WRONG " cannot be used with " WRONG, title, word);
        break;
    case ARGS_MISSING:
        buf_addf(out,
                 "the following required arguments were not provided:\n  " COLOR_LITERAL
                 "%s" COLOR_RESET,
                 title);
        break;
    case ARGS_NO_VALUE:
        buf_addf(out, "a value is required for " WRONG " but none was supplied", title);
        add_possible(out, error->option);
        break;
    case ARGS_BAD_VALUE:
        buf_addf(out, "invalid value " WRONG " for " RIGHT, word, title);
        if (error->option == &args_options[ARGS_TIMEOUT]) {
            buf_addf(out, ": it must be a whole number from 1 to %d", ARGS_TIMEOUT_MOST);
        }
        add_possible(out, error->option);
        break;
    case ARGS_SURPLUS:
        buf_addf(out, "unexpected value " WRONG " for " RIGHT " found; no more were expected", word,
                 title);
        break;
    case ARGS_NOT_UNICODE:
    default:
        buf_add(out, STR("invalid UTF-8 was detected in one or more arguments"));
        break;
    }
}

/* Returns the registry that the argument names, or NULL. Accepts only words of ASCII characters
 * that need no quotes in a shell. */
static const char *registry_meant(const struct args_error *error, const struct str *names,
                                  size_t name_count)
{
    const char *word = args_error_word(error);
    if (!word) {
        return NULL;
    }
    if (strcmp(word, "crates.io") == 0) {
        return "crates-io";
    }
    bool plain = word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                   "-_")] == '\0';
    for (size_t i = 0; plain && i < name_count; i++) {
        if (str_eq(error->word, names[i])) {
            return word;
        }
    }
    return NULL;
}

struct str usage_error(struct arena *arena, const struct args_error *error, const struct str *names,
                       size_t name_count)
{
    bool about_value = error->fault == ARGS_NO_VALUE || error->fault == ARGS_BAD_VALUE;
    const char *registry = registry_meant(error, names, name_count);
    struct buf buf = buf_new(arena);
    buf_add(&buf, STR(COLOR_ERROR "error:" COLOR_RESET " "));
    add_fault(&buf, error, error->option ? args_option_title(arena, error->option).data : "");
    if (error->tip || registry) {
        buf_add(&buf, STR("\n\n  " COLOR_LITERAL "tip:" COLOR_RESET " "));
    }
    if (error->tip) {
        buf_addf(&buf, "a similar %s exists: " RIGHT, about_value ? "value" : "argument",
                 error->tip);
    } else if (registry) {
        buf_addf(&buf, "did you mean `" COLOR_LITERAL "--registry %s" COLOR_RESET "`?", registry);
    }
    if (!about_value) {
        add_usage(&buf, error);
    }
    buf_add(&buf, STR("\n\nFor more information, try '" COLOR_LITERAL "--help" COLOR_RESET "'.\n"));
    return buf_str(&buf);
}
