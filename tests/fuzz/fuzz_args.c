/*
 * A command line: words with a line feed between them. Help and version come only from their
 * options and always where these come first, a word too many is an error behind anything, and a
 * usage error is one text without a NUL. An input that begins with 0xFF is options and values
 * instead, which are spelled in one of their ways and must be read as they are.
 */
#include "harness.h"

#include "cli/usage.h"
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
    struct str text = usage_error(arena, error);
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
    struct args_error error;
    enum args_outcome outcome = args_parse(arena, line->argc, line->argv, &args, &error);
    HOLDS(outcome != ARGS_HELP || asks(line, "--help", 'h'));
    HOLDS(outcome != ARGS_VERSION || asks(line, "--version", 'V'));
    HOLDS(outcome_with(line, 1, "--help") == ARGS_HELP);
    HOLDS(outcome_with(line, 1, "-V") == ARGS_VERSION);
    if (outcome == ARGS_RUN) {
        HOLDS(args.timeout >= 1 && args.timeout <= ARGS_TIMEOUT_MOST);
        HOLDS(outcome_with(line, line->argc, "--no-such-option") == ARGS_ERROR);
        HOLDS(outcome_with(line, line->argc, "word") == ARGS_ERROR || line->argc == 1);
    } else if (outcome == ARGS_ERROR) {
        check_error(arena, line, &error);
    }
}

/* Adds an option in one of its spellings, with the value in the same word or in the next. */
static void add_spelled(struct line *line, enum args_id id, struct str value, unsigned spelling)
{
    const struct args_option *option = &args_options[id];
    struct arena *arena = line->arena;
    bool own_word = value.len > 0 && value.data[0] != '-' && spelling & 2;
    const char *equals = own_word || !option->value ? "" : "=";
    if (option->letter && (spelling & 1 || !option->name)) {
        bool joined = value.len > 0 && value.data[0] != '=' && spelling & 4;
        add(line, str_format(arena, "-%c%s%s", option->letter, joined && !own_word ? "" : equals,
                             own_word ? "" : value.data));
    } else {
        add(line, str_format(arena, "--%s%s%s", option->name, equals, own_word ? "" : value.data));
    }
    if (own_word) {
        add(line, value);
    }
}

/* Returns true if the option can follow these, and does not end the run. */
static bool can_follow(const struct args *given, enum args_id id)
{
    const struct args_option *option = &args_options[id];
    bool ends = id == ARGS_NONE || id == ARGS_HELP_OPTION || id == ARGS_VERSION_OPTION;
    bool any_value = !option->possible && id != ARGS_TIMEOUT;
    return !ends && !option->instead && any_value && (option->repeats || !args_has(given, id)) &&
           (!option->needs || args_has(given, option->needs)) &&
           (!option->conflict || !args_has(given, option->conflict));
}

/* A word of the input is a byte for the option, one for the spelling, and the value. */
static void check_spelled(struct arena *arena, struct str rest)
{
    struct line line = {.arena = arena};
    struct str config[MOST_WORDS];
    struct args wanted = {.config = config};
    struct args args;
    struct args_error error;
    add(&line, STR("cargo-logout"));
    while (rest.len > 0 && line.argc < MOST_WORDS) {
        struct str word = harness_piece(arena, &rest, '\n');
        struct str value = word.len > 2 ? str_of(word.data + 2) : STR("");
        enum args_id id =
            word.len < 2 ? ARGS_NONE : (unsigned char)word.data[0] % ARGS_OPTION_COUNT;
        if (!can_follow(&wanted, id) || !utf8_valid(value)) {
            continue;
        }
        value = args_options[id].value ? value : STR("");
        add_spelled(&line, id, value, (unsigned char)word.data[1]);
        if (!args_has(&wanted, id)) {
            wanted.given[wanted.given_count++] = id;
        }
        wanted.value[id] = value;
        wanted.verbose += id == ARGS_VERBOSE;
        if (id == ARGS_CONFIG) {
            config[wanted.config_count++] = value;
        }
    }
    HOLDS(args_parse(arena, line.argc, line.argv, &args, &error) == ARGS_RUN);
    HOLDS(args.given_count == wanted.given_count && args.verbose == wanted.verbose);
    HOLDS(args.config_count == wanted.config_count);
    for (enum args_id id = 0; id < ARGS_OPTION_COUNT; id++) {
        HOLDS(args_has(&args, id) == args_has(&wanted, id));
        HOLDS(str_eq(args.value[id], wanted.value[id]));
    }
    for (size_t i = 0; i < wanted.config_count; i++) {
        HOLDS(str_eq(args.config[i], config[i]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct line line = {.arena = &arena};
    struct str rest = str_copy(&arena, (const char *)data, size);
    if (str_starts(rest, STR("\xff"))) {
        check_spelled(&arena, str_slice(&arena, rest, 1, rest.len));
    } else {
        add(&line, STR("cargo-logout"));
        while (rest.len > 0 && line.argc < MOST_WORDS) {
            struct str word = harness_piece(&arena, &rest, '\n');
            add(&line, str_of(word.data)); /* up to a NUL, as words are */
        }
        check_line(&arena, &line);
    }
    arena_free(&arena);
    return 0;
}
