#include "cli/options.h"

#include "cli/similar.h"
#include "util/utf8.h"

static const char *const colors[] = {"auto", "always", "never", NULL};
static const char *const formats[] = {"human", "json", NULL};

const struct args_option args_options[ARGS_OPTION_COUNT] = {
    [ARGS_ALL] = {.name = "all", .conflict = &args_options[ARGS_REGISTRY]},
    [ARGS_EVERYWHERE] = {.name = "everywhere"},
    [ARGS_REVOKE] = {.name = "revoke"},
    [ARGS_STATUS] = {.name = "status", .conflict = &args_options[ARGS_DRY_RUN]},
    [ARGS_CHECK] = {.name = "check", .needs = &args_options[ARGS_STATUS]},
    [ARGS_COPIES] = {.name = "copies"},
    [ARGS_DRY_RUN] = {.name = "dry-run", .letter = 'n', .conflict = &args_options[ARGS_STATUS]},
    [ARGS_STRICT] = {.name = "strict"},
    [ARGS_MESSAGE_FORMAT] = {.name = "message-format", .value = "FMT", .possible = formats},
    [ARGS_TIMEOUT] = {.name = "timeout", .value = "SECONDS"},
    [ARGS_VERSION_OPTION] = {.name = "version", .letter = 'V'},
    [ARGS_REGISTRY] = {.name = "registry",
                       .value = "REGISTRY",
                       .conflict = &args_options[ARGS_ALL]},
    [ARGS_SILENT] = {.name = "silent", .letter = 's', .instead = "--quiet"},
    [ARGS_VERBOSE] = {.name = "verbose", .letter = 'v', .repeats = true},
    [ARGS_QUIET] = {.name = "quiet", .letter = 'q'},
    [ARGS_COLOR] = {.name = "color", .value = "WHEN", .possible = colors},
    [ARGS_LOCKED] = {.name = "locked"},
    [ARGS_OFFLINE] = {.name = "offline"},
    [ARGS_FROZEN] = {.name = "frozen"},
    [ARGS_LETTER_C] = {.letter = 'c', .instead = "--config"},
    [ARGS_CONFIG] = {.name = "config", .value = "KEY=VALUE|PATH", .repeats = true},
    [ARGS_LETTER_Z] = {.letter = 'z', .instead = "-Z"},
    [ARGS_UNSTABLE] = {.letter = 'Z', .value = "FLAG", .repeats = true},
    [ARGS_HELP_OPTION] = {.name = "help", .letter = 'h'},
};

/* The state while the command line is read. A function below that returns another outcome than
 * ARGS_RUN ends the reading. A missing value has no data. */
struct reader {
    struct arena *arena;
    struct args_error *error;
    struct str value[ARGS_OPTION_COUNT]; /* the last value of each option */
    struct str *config;
    size_t config_count;
    struct str *unstable;
    size_t unstable_count;
    unsigned timeout;
    unsigned verbose;
    const struct args_option *given[ARGS_OPTION_COUNT]; /* each once, in order */
    size_t given_count;
    /* An option whose value is the next argument, or would be, takes effect when the next option is
     * read, or at the end. That decides which of two errors is reported, as in cargo. */
    const struct args_option *pending;
    struct str pending_value;
};

struct str args_option_title(struct arena *arena, const struct args_option *option)
{
    struct str name = option->name ? str_format(arena, "--%s", option->name)
                                   : str_format(arena, "-%c", option->letter);
    if (option->value) {
        return str_format(arena, "%s <%s>", name.data, option->value);
    }
    return option->repeats ? str_format(arena, "%s...", name.data) : name;
}

static bool is_given(const struct reader *reader, const struct args_option *option)
{
    for (size_t i = 0; i < reader->given_count; i++) {
        if (reader->given[i] == option) {
            return true;
        }
    }
    return false;
}

static void add_given(struct reader *reader, const struct args_option *option)
{
    if (!is_given(reader, option)) {
        reader->given[reader->given_count++] = option;
    }
}

static void drop_given(struct reader *reader, const struct args_option *option)
{
    size_t kept = 0;
    for (size_t i = 0; i < reader->given_count; i++) {
        if (reader->given[i] != option) {
            reader->given[kept++] = reader->given[i];
        }
    }
    reader->given_count = kept;
}

static enum args_outcome fail(struct reader *reader, enum args_fault fault,
                              const struct args_option *option, struct str word, const char *tip)
{
    *reader->error = (struct args_error){
        .fault = fault,
        .option = option,
        .word = utf8_lossy(reader->arena, word),
        .tip = tip,
    };
    return ARGS_ERROR;
}

/* Like fail(), with a usage line that shows the options so far. Options that cargo always refuses
 * are hidden, except `option` itself. */
static enum args_outcome fail_with_usage(struct reader *reader, enum args_fault fault,
                                         const struct args_option *option, struct str word,
                                         const char *tip)
{
    (void)fail(reader, fault, option, word, tip);
    struct args_error *error = reader->error;
    for (size_t i = 0; i < reader->given_count; i++) {
        if (!reader->given[i]->instead || reader->given[i] == option) {
            error->used[error->used_count++] = reader->given[i];
        }
    }
    return ARGS_ERROR;
}

static bool parse_seconds(struct str text, unsigned *out)
{
    unsigned value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || value > ARGS_TIMEOUT_MOST) {
            return false;
        }
        value = value * 10 + (unsigned)(text.data[i] - '0');
    }
    *out = value;
    return value > 0 && value <= ARGS_TIMEOUT_MOST;
}

static enum args_outcome check_value(struct reader *reader, const struct args_option *option,
                                     struct str value)
{
    if (!utf8_valid(value)) {
        return fail(reader, ARGS_NOT_UNICODE, option, STR(""), NULL);
    }
    if (option == &args_options[ARGS_TIMEOUT] && !parse_seconds(value, &reader->timeout)) {
        return fail(reader, ARGS_BAD_VALUE, option, value, NULL);
    }
    if (!option->possible) {
        return ARGS_RUN;
    }
    const char *tip = NULL;
    double best = 0;
    for (const char *const *possible = option->possible; *possible; possible++) {
        if (strcasecmp(value.data, *possible) == 0) {
            return ARGS_RUN;
        }
        tip = similar_better(reader->arena, value, *possible, &best) ? *possible : tip;
    }
    return fail(reader, value.len == 0 ? ARGS_NO_VALUE : ARGS_BAD_VALUE, option, value, tip);
}

static enum args_outcome apply_pending(struct reader *reader);

/* clap: Parser::react. */
static enum args_outcome apply(struct reader *reader, const struct args_option *option,
                               struct str value)
{
    enum args_outcome outcome = apply_pending(reader);
    if (outcome != ARGS_RUN) {
        return outcome;
    }
    if (option->value && !value.data) {
        return fail(reader, ARGS_NO_VALUE, option, STR(""), NULL);
    }
    if (option == &args_options[ARGS_HELP_OPTION]) {
        return ARGS_HELP;
    }
    if (option == &args_options[ARGS_VERSION_OPTION]) {
        return ARGS_VERSION;
    }
    if (option->instead) {
        return fail(reader, ARGS_UNKNOWN, NULL, args_option_title(reader->arena, option),
                    option->instead);
    }
    if (!option->repeats && is_given(reader, option)) {
        drop_given(reader, option);
        return fail(reader, ARGS_REPEATED, option, STR(""), NULL);
    }
    if (option == &args_options[ARGS_VERBOSE]) {
        drop_given(reader, option); /* it moves to the end of the usage line */
        reader->verbose += reader->verbose < UINT8_MAX ? 1 : 0;
    } else if (option == &args_options[ARGS_CONFIG]) {
        reader->config[reader->config_count++] = value;
    } else if (option == &args_options[ARGS_UNSTABLE]) {
        reader->unstable[reader->unstable_count++] = value;
    }
    add_given(reader, option);
    reader->value[option - args_options] = value;
    return option->value ? check_value(reader, option, value) : ARGS_RUN;
}

static enum args_outcome apply_pending(struct reader *reader)
{
    const struct args_option *option = reader->pending;
    reader->pending = NULL;
    return option ? apply(reader, option, reader->pending_value) : ARGS_RUN;
}

/* Without `value`, the next argument can be the value. clap: Parser::parse_opt_value. */
static enum args_outcome read_value(struct reader *reader, const struct args_option *option,
                                    struct str value)
{
    if (value.data) {
        return apply(reader, option, value);
    }
    enum args_outcome outcome = apply_pending(reader);
    reader->pending = option;
    reader->pending_value = value;
    return outcome;
}

/* Suggests only options that cargo has, because none of them removes more. clap:
 * Parser::did_you_mean_error. */
static enum args_outcome unknown_long(struct reader *reader, struct str name)
{
    name = utf8_lossy(reader->arena, name);
    const struct args_option *meant = NULL;
    double best = 0;
    for (size_t i = ARGS_REGISTRY; i < ARGS_OPTION_COUNT; i++) {
        const char *candidate = args_options[i].name;
        if (candidate && similar_better(reader->arena, name, candidate, &best)) {
            meant = &args_options[i];
        }
    }
    (void)apply_pending(reader); /* not its error, but its option is in the usage line */
    const char *tip = NULL;
    if (meant) {
        add_given(reader, meant);
        tip = str_format(reader->arena, "--%s", meant->name).data;
    }
    struct str word = str_format(reader->arena, "--%.*s", STR_ARG(name));
    return fail_with_usage(reader, ARGS_UNKNOWN, NULL, word, tip);
}

static enum args_outcome read_long(struct reader *reader, struct str word)
{
    ptrdiff_t equals = str_find(word, '=');
    size_t end = equals < 0 ? word.len : (size_t)equals;
    struct str name = str_slice(reader->arena, word, 2, end);
    struct str value = {0};
    if (equals >= 0) {
        value = str_slice(reader->arena, word, end + 1, word.len);
    }
    const struct args_option *option = NULL;
    for (size_t i = 0; i < ARGS_OPTION_COUNT; i++) {
        if (args_options[i].name && str_eq(name, str_of(args_options[i].name))) {
            option = &args_options[i];
        }
    }
    if (!option) {
        return unknown_long(reader, name);
    }
    if (option->value) {
        return read_value(reader, option, value);
    }
    if (!value.data) {
        return apply(reader, option, value);
    }
    add_given(reader, option);
    return fail_with_usage(reader, ARGS_SURPLUS, option, value, NULL);
}

/* Reads joined letters, such as `-qv`. If a letter has a value, the rest of the word is the value,
 * as in `-Zx` or `-Z=x`. */
static enum args_outcome read_short(struct reader *reader, struct str word)
{
    size_t len = 0;
    for (size_t at = 1; at < word.len; at += len) {
        uint32_t character = 0;
        bool valid = true;
        len = utf8_decode(word, at, &character, &valid);
        const struct args_option *option = NULL;
        for (size_t i = 0; i < ARGS_OPTION_COUNT; i++) {
            if (character < 0x80 && args_options[i].letter == (char)character) {
                option = &args_options[i];
            }
        }
        if (!option) {
            struct str rest = str_slice(reader->arena, word, at, valid ? at + len : word.len);
            return fail(reader, ARGS_UNKNOWN, NULL,
                        str_format(reader->arena, "-%.*s", STR_ARG(rest)), NULL);
        }
        if (option->value) {
            size_t start = at + len + (word.data[at + len] == '=' ? 1 : 0);
            struct str value = {0};
            if (at + len < word.len) {
                value = str_slice(reader->arena, word, start, word.len);
            }
            return read_value(reader, option, value);
        }
        enum args_outcome outcome = apply(reader, option, (struct str){0});
        if (outcome != ARGS_RUN) {
            return outcome;
        }
    }
    return ARGS_RUN;
}

/* Reads one word. clap: Parser::parse. */
static enum args_outcome read_word(struct reader *reader, struct str word, bool *options_end)
{
    if (!*options_end) {
        if (str_eq(word, STR("--"))) {
            *options_end = true;
            return ARGS_RUN;
        }
        if (str_starts(word, STR("--"))) {
            return read_long(reader, word);
        }
        if (word.len > 1 && word.data[0] == '-') {
            return read_short(reader, word);
        }
        if (reader->pending && !reader->pending_value.data) {
            reader->pending_value = word;
            return ARGS_RUN;
        }
    }
    return fail(reader, ARGS_UNKNOWN, NULL, word, NULL);
}

/* clap: Validator::validate. */
static enum args_outcome check_together(struct reader *reader)
{
    const struct args_option *missing = NULL;
    for (size_t i = 0; i < reader->given_count; i++) {
        const struct args_option *option = reader->given[i];
        if (option->conflict && is_given(reader, option->conflict)) {
            drop_given(reader, option->conflict);
            return fail_with_usage(reader, ARGS_CONFLICT, option,
                                   args_option_title(reader->arena, option->conflict), NULL);
        }
        if (option->needs && !is_given(reader, option->needs)) {
            missing = option->needs;
        }
    }
    if (!missing) {
        return ARGS_RUN;
    }
    add_given(reader, missing);
    return fail_with_usage(reader, ARGS_MISSING, missing, STR(""), NULL);
}

static struct args result(const struct reader *reader)
{
#define GIVEN(id) is_given(reader, &args_options[id])
    return (struct args){
        .has_registry = GIVEN(ARGS_REGISTRY),
        .registry = reader->value[ARGS_REGISTRY],
        .all = GIVEN(ARGS_ALL),
        .everywhere = GIVEN(ARGS_EVERYWHERE),
        .revoke = GIVEN(ARGS_REVOKE),
        .status = GIVEN(ARGS_STATUS),
        .check = GIVEN(ARGS_CHECK),
        .dry_run = GIVEN(ARGS_DRY_RUN),
        .copies = GIVEN(ARGS_COPIES),
        .strict = GIVEN(ARGS_STRICT),
        .json = GIVEN(ARGS_MESSAGE_FORMAT) &&
                strcasecmp(reader->value[ARGS_MESSAGE_FORMAT].data, "json") == 0,
        .timeout = reader->timeout,
        .quiet = GIVEN(ARGS_QUIET),
        .verbose = reader->verbose,
        .has_color = GIVEN(ARGS_COLOR),
        .color = reader->value[ARGS_COLOR],
        .locked = GIVEN(ARGS_LOCKED),
        .offline = GIVEN(ARGS_OFFLINE),
        .frozen = GIVEN(ARGS_FROZEN),
        .config = reader->config,
        .config_count = reader->config_count,
        .unstable = reader->unstable,
        .unstable_count = reader->unstable_count,
    };
#undef GIVEN
}

/* Returns true if the first argument is the name under which cargo runs the program. */
static bool names_itself(struct str program, struct str argument)
{
    struct str prefix = STR("cargo-");
    const char *name = program.data + (size_t)(str_rfind(program, '/') + 1);
    return argument.len > 0 && str_starts(str_of(name), prefix) &&
           strcmp(name + prefix.len, argument.data) == 0;
}

enum args_outcome args_parse(struct arena *arena, int argc, char *const argv[], struct args *args,
                             struct args_error *error)
{
    size_t count = argc > 0 ? (size_t)argc : 0;
    struct reader reader = {
        .arena = arena,
        .error = error,
        .config = arena_new_array(arena, struct str, count),
        .unstable = arena_new_array(arena, struct str, count),
        .timeout = ARGS_TIMEOUT_DEFAULT,
    };
    size_t first = count > 1 && names_itself(str_of(argv[0]), str_of(argv[1])) ? 2 : 1;
    enum args_outcome outcome = ARGS_RUN;
    bool options_end = false;
    for (size_t i = first; i < count && outcome == ARGS_RUN; i++) {
        outcome = read_word(&reader, str_of(argv[i]), &options_end);
    }
    if (outcome == ARGS_RUN) {
        outcome = apply_pending(&reader);
    }
    if (outcome == ARGS_RUN) {
        outcome = check_together(&reader);
    }
    if (outcome == ARGS_RUN) {
        *args = result(&reader);
    }
    return outcome;
}

const char *args_error_word(const struct args_error *error)
{
    bool is_word = error->fault == ARGS_UNKNOWN && error->word.data[0] != '-';
    return is_word ? error->word.data : NULL;
}

struct err *args_check_unstable(struct arena *arena, const struct args *args)
{
    if (args->unstable_count == 0) {
        return NULL;
    }
    return err_new(arena,
                   "the `-Z` flag is only accepted on the nightly channel of Cargo, but this "
                   "is the `stable` channel\n"
                   "See https://doc.rust-lang.org/book/appendix-07-nightly-rust.html for "
                   "more information about Rust release channels.");
}
