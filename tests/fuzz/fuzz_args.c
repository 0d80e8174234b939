/*
 * A command line: words with a line feed between them. The result is the same when it is read
 * twice, and when its plain form is read. Each value is a piece of a word. Help and version come
 * only from their options, and always if these are first. An unknown word at the end is an error.
 * An error message is one short text without a NUL.
 */
#include "harness.h"

#include "cli/options.h"
#include "toml/toml.h"

#define MOST_WORDS  64
#define WORDS_LIMIT ((size_t)4000)

struct line {
    struct arena *arena;
    char *argv[MOST_WORDS + 3];
    int argc;
};

static void add(struct line *line, struct str word)
{
    char *copy = arena_alloc(line->arena, word.len + 1);
    memcpy(copy, word.data, word.len);
    HOLDS((size_t)line->argc + 1 < COUNT(line->argv));
    line->argv[line->argc++] = copy;
}

/* Returns true if this word, or letters in it, can ask for help or the version. */
static bool asks(const struct line *line, const char *name, char letter)
{
    for (int i = 1; i < line->argc; i++) {
        const char *word = line->argv[i];
        bool letters = word[0] == '-' && word[1] != '-' && strchr(word, letter);
        if (letters || strcmp(word, name) == 0)
            return true;
    }
    return false;
}

static void check_error(struct arena *arena, const struct line *line,
                        const struct args_error *error)
{
    size_t len = 0;
    for (int i = 1; i < line->argc; i++)
        len += strlen(line->argv[i]);
    struct str text = args_error_text(arena, error);
    HOLDS(strlen(text.data) == text.len);
    HOLDS(utf8_valid(text));
    HOLDS(text.len < WORDS_LIMIT + 3 * len); /* U+FFFD has three bytes */
    HOLDS(str_ends(text, STR(".\n")));
}

/* Reads the line with a word put in somewhere. */
static enum args_outcome outcome_with(const struct line *line, int at, const char *word)
{
    struct line longer = {.arena = line->arena};
    struct args args;
    for (int i = 0; i <= line->argc; i++) {
        if (i == at)
            add(&longer, str_of(word));
        if (i < line->argc)
            add(&longer, str_of(line->argv[i]));
    }
    return args_parse(line->arena, longer.argc, longer.argv, &args);
}

static void check_line(struct arena *arena, const struct line *line)
{
    struct args args;
    enum args_outcome outcome = args_parse(arena, line->argc, line->argv, &args);
    HOLDS(outcome != ARGS_HELP || asks(line, "--help", 'h'));
    HOLDS(outcome != ARGS_VERSION || asks(line, "--version", 'V'));
    HOLDS(outcome_with(line, 1, "--help") == ARGS_HELP);
    HOLDS(outcome_with(line, 1, "-V") == ARGS_VERSION);
    if (outcome == ARGS_RUN) {
        HOLDS(args.timeout >= 1 && args.timeout <= ARGS_TIMEOUT_MOST);
        HOLDS(outcome_with(line, line->argc, "--no-such-option") == ARGS_ERROR);
        HOLDS(outcome_with(line, line->argc, "word") == ARGS_ERROR || line->argc == 1);
    } else if (outcome == ARGS_ERROR) {
        check_error(arena, line, &args.error);
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
