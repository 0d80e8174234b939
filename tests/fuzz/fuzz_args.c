/*
 * A command line: words with a line feed between them. The result is the same when it is read
 * twice, and when its plain form is read. Each value is a piece of a word. Help and version come
 * only from their options, and always if these are first. An unknown word at the end is an error.
 * An error message is one short text without a NUL.
 */
#include "harness.h"

#include "cli/options.h"
#include "cli/usage.h"
#include "toml/toml.h"

#define MOST_WORDS  64
#define WORDS_LIMIT ((size_t)4000)

struct line {
    struct arena *arena;
    char *argv[MOST_WORDS + 40];
    int argc;
};

static void add(struct line *line, struct str word)
{
    char *copy = arena_alloc(line->arena, word.len + 1);
    memcpy(copy, word.data, word.len);
    HOLDS((size_t)line->argc + 1 < COUNT(line->argv));
    line->argv[line->argc++] = copy;
}

static void add_value(struct line *line, const char *option, struct str value)
{
    add(line, str_format(line->arena, "%s%.*s", option, STR_ARG(value)));
}

static void add_flag(struct line *line, bool given, const char *option)
{
    if (given) {
        add(line, str_of(option));
    }
}

/* What was read, as it is written most plainly. */
static struct line plain(struct arena *arena, const struct args *args)
{
    struct line line = {.arena = arena};
    add(&line, STR("cargo-logout"));
    for (size_t i = 0; i < args->config_count; i++) {
        add_value(&line, "--config=", args->config[i]);
    }
    for (size_t i = 0; i < args->unstable_count; i++) {
        add_value(&line, "-Z=", args->unstable[i]);
    }
    if (args->has_registry) {
        add_value(&line, "--registry=", args->registry);
    }
    if (args->has_color) {
        add_value(&line, "--color=", args->color);
    }
    if (args->timeout != ARGS_TIMEOUT_DEFAULT) {
        add(&line, str_format(arena, "--timeout=%u", args->timeout));
    }
    add_flag(&line, args->all, "--all");
    add_flag(&line, args->everywhere, "--everywhere");
    add_flag(&line, args->revoke, "--revoke");
    add_flag(&line, args->copies, "--copies");
    add_flag(&line, args->check, "--check");
    add_flag(&line, args->status, "--status");
    add_flag(&line, args->dry_run, "--dry-run");
    add_flag(&line, args->strict, "--strict");
    add_flag(&line, args->json, "--message-format=json");
    add_flag(&line, args->quiet, "--quiet");
    add_flag(&line, args->locked, "--locked");
    add_flag(&line, args->offline, "--offline");
    add_flag(&line, args->frozen, "--frozen");
    if (args->verbose > 0) {
        struct buf letters = buf_new(arena);
        buf_add_char(&letters, '-');
        buf_add_times(&letters, 'v', args->verbose);
        add(&line, buf_str(&letters));
    }
    return line;
}

static void check_list(const struct str *a, size_t a_count, const struct str *b, size_t b_count)
{
    HOLDS(a_count == b_count);
    for (size_t i = 0; i < a_count; i++) {
        HOLDS(str_eq(a[i], b[i]));
    }
}

static void check_same(const struct args *a, const struct args *b)
{
    HOLDS(a->has_registry == b->has_registry && str_eq(a->registry, b->registry));
    HOLDS(a->has_color == b->has_color && str_eq(a->color, b->color));
    HOLDS(a->all == b->all && a->everywhere == b->everywhere && a->status == b->status);
    HOLDS(a->revoke == b->revoke && a->check == b->check && a->copies == b->copies);
    HOLDS(a->timeout == b->timeout);
    HOLDS(a->dry_run == b->dry_run && a->strict == b->strict && a->json == b->json);
    HOLDS(a->quiet == b->quiet && a->verbose == b->verbose && a->locked == b->locked);
    HOLDS(a->offline == b->offline && a->frozen == b->frozen);
    check_list(a->config, a->config_count, b->config, b->config_count);
    check_list(a->unstable, a->unstable_count, b->unstable, b->unstable_count);
}

/* The value is the end of one of the words, or a word. */
static void check_kept(const struct line *line, struct str value)
{
    bool found = false;
    for (int i = 1; i < line->argc; i++) {
        found = found || str_ends(str_of(line->argv[i]), value);
    }
    HOLDS(found);
}

static void check_args(struct arena *arena, const struct line *line, const struct args *args)
{
    HOLDS(!args->all || !args->has_registry);
    HOLDS(!args->status || !args->dry_run);
    HOLDS(!args->check || args->status);
    HOLDS(args->timeout >= 1 && args->timeout <= ARGS_TIMEOUT_MOST);
    HOLDS(args->verbose <= UINT8_MAX);
    HOLDS(args->config_count + args->unstable_count < (size_t)line->argc);
    for (size_t i = 0; i < args->config_count; i++) {
        check_kept(line, args->config[i]);
    }
    for (size_t i = 0; i < args->unstable_count; i++) {
        check_kept(line, args->unstable[i]);
    }
    if (args->has_registry) {
        check_kept(line, args->registry);
    }
    struct line again = plain(arena, args);
    struct args same;
    struct args_error error;
    HOLDS(args_parse(arena, again.argc, again.argv, &same, &error) == ARGS_RUN);
    check_same(args, &same);
}

/* May this word, or letters in it, ask for help (or the version)? */
static bool asks(const struct line *line, const char *name, char letter)
{
    for (int i = 1; i < line->argc; i++) {
        const char *word = line->argv[i];
        bool letters = word[0] == '-' && word[1] != '-' && strchr(word, letter);
        if (letters || strcmp(word, name) == 0) {
            return true;
        }
    }
    return false;
}

static void check_error(struct arena *arena, const struct line *line,
                        const struct args_error *error)
{
    size_t len = 0;
    for (int i = 1; i < line->argc; i++) {
        len += strlen(line->argv[i]);
    }
    struct str text = usage_error(arena, error, NULL, 0);
    HOLDS(strlen(text.data) == text.len);
    HOLDS(utf8_valid(text));
    HOLDS(text.len < WORDS_LIMIT + 3 * len); /* U+FFFD has three bytes */
    HOLDS(str_ends(text, STR(".\n")));
    HOLDS(error->used_count <= ARGS_OPTION_COUNT);
}

/* The line with a word put in somewhere. */
static enum args_outcome outcome_with(const struct line *line, int at, const char *word)
{
    struct line longer = {.arena = line->arena};
    struct args args;
    struct args_error error;
    for (int i = 0; i <= line->argc; i++) {
        if (i == at) {
            add(&longer, str_of(word));
        }
        if (i < line->argc) {
            add(&longer, str_of(line->argv[i]));
        }
    }
    return args_parse(line->arena, longer.argc, longer.argv, &args, &error);
}

static void check_line(struct arena *arena, const struct line *line)
{
    struct args args;
    struct args same;
    struct args_error error;
    enum args_outcome outcome = args_parse(arena, line->argc, line->argv, &args, &error);
    HOLDS(args_parse(arena, line->argc, line->argv, &same, &error) == outcome);
    HOLDS(outcome != ARGS_HELP || asks(line, "--help", 'h'));
    HOLDS(outcome != ARGS_VERSION || asks(line, "--version", 'V'));
    HOLDS(outcome_with(line, 1, "--help") == ARGS_HELP);
    HOLDS(outcome_with(line, 1, "-V") == ARGS_VERSION);
    if (outcome == ARGS_RUN) {
        check_same(&args, &same);
        check_args(arena, line, &args);
        HOLDS(outcome_with(line, line->argc, "--no-such-option") == ARGS_ERROR);
        HOLDS(outcome_with(line, line->argc, "word") == ARGS_ERROR || line->argc == 1);
    } else if (outcome == ARGS_ERROR) {
        check_error(arena, line, &error);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct line line = {.arena = &arena};
    struct str rest = str_copy(&arena, (const char *)data, size);
    add(&line, STR("cargo-logout"));
    while (rest.len > 0 && line.argc < MOST_WORDS) {
        struct str word = harness_piece(&arena, &rest, '\n');
        add(&line, str_of(word.data)); /* up to a NUL, as words are */
    }
    check_line(&arena, &line);
    arena_free(&arena);
    return 0;
}
