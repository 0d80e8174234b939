#include "cli/args.h"

#include "util/utf8.h"
#include "cli/similar.h"

/* How far the reading is. All functions below that return an outcome go on while it is ARGS_RUN. */
struct reader {
    struct arena *arena;
    struct args args;
    struct str *config; /* what args points to, to be written */
    struct str *unstable;
    struct args_error *error;
    const struct args_option *given[ARGS_OPTION_COUNT]; /* in order, each once */
    size_t given_count;
    const struct args_option *pending; /* takes effect when the next one is met */
    bool has_pending_value;
    struct str pending_value;
};

static bool takes_value(const struct args_option *option)
{
    return option->value != NULL;
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
                              const struct args_option *option)
{
    *reader->error = (struct args_error){.fault = fault, .option = option, .word = STR("")};
    return ARGS_ERROR;
}

/* An option or word that does not exist; the usage is a general one. */
static enum args_outcome fail_unknown(struct reader *reader, struct str word, const char *tip)
{
    (void)fail(reader, ARGS_UNKNOWN, NULL);
    reader->error->word = utf8_lossy(reader->arena, word);
    reader->error->tip = tip;
    return ARGS_ERROR;
}

/* The usage names what was given, as far as it may be shown, and `also`, or NULL. */
static void name_given(struct reader *reader, const struct args_option *also)
{
    const struct args_option **used =
        arena_new_array(reader->arena, const struct args_option *, ARGS_OPTION_COUNT + 1);
    size_t count = 0;
    for (size_t i = 0; i < reader->given_count; i++) {
        if (reader->given[i]->heading) {
            used[count++] = reader->given[i];
        }
    }
    if (also && !is_given(reader, also)) {
        used[count++] = also;
    }
    reader->error->used = used;
    reader->error->used_count = count;
}

static enum args_outcome check_value(struct reader *reader, const struct args_option *option,
                                     struct str value)
{
    bool valid = true;
    uint32_t character = 0;
    for (size_t i = 0; i < value.len && valid; i += utf8_decode(value, i, &character, &valid)) {
    }
    if (!valid) {
        return fail(reader, ARGS_NOT_UNICODE, option);
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
        if (similar_better(reader->arena, value, *possible, &best)) {
            tip = *possible;
        }
    }
    (void)fail(reader, value.len == 0 ? ARGS_NO_VALUE : ARGS_BAD_VALUE, option);
    reader->error->word = value;
    reader->error->tip = tip;
    return ARGS_ERROR;
}

/* Where the table's rows meet the fields of struct args. */
static void store(struct reader *reader, const struct args_option *option, struct str value)
{
    struct args *args = &reader->args;
    switch (option - args_options) {
    case ARGS_ALL:
        args->all = true;
        break;
    case ARGS_EVERYWHERE:
        args->everywhere = true;
        break;
    case ARGS_REVOKE:
        args->revoke = true;
        break;
    case ARGS_STATUS:
        args->status = true;
        break;
    case ARGS_DRY_RUN:
        args->dry_run = true;
        break;
    case ARGS_STRICT:
        args->strict = true;
        break;
    case ARGS_MESSAGE_FORMAT:
        args->json = strcasecmp(value.data, "json") == 0;
        break;
    case ARGS_REGISTRY:
        args->has_registry = true;
        args->registry = value;
        break;
    case ARGS_VERBOSE:
        args->verbose += args->verbose < UINT8_MAX ? 1 : 0;
        break;
    case ARGS_QUIET:
        args->quiet = true;
        break;
    case ARGS_COLOR:
        args->has_color = true;
        args->color = value;
        break;
    case ARGS_LOCKED:
        args->locked = true;
        break;
    case ARGS_OFFLINE:
        args->offline = true;
        break;
    case ARGS_FROZEN:
        args->frozen = true;
        break;
    case ARGS_CONFIG:
        reader->config[args->config_count++] = value;
        break;
    case ARGS_UNSTABLE:
        reader->unstable[args->unstable_count++] = value;
        break;
    }
}

static enum args_outcome apply_pending(struct reader *reader);

/* clap's Parser::react. `value` is NULL where there is none. */
static enum args_outcome apply(struct reader *reader, const struct args_option *option,
                               const struct str *value)
{
    enum args_outcome outcome = apply_pending(reader);
    if (outcome != ARGS_RUN) {
        return outcome;
    }
    if (takes_value(option) && !value) {
        return fail(reader, ARGS_NO_VALUE, option);
    }
    bool again = is_given(reader, option);
    switch (option->action) {
    case ARGS_SHOW_HELP:
        return ARGS_HELP;
    case ARGS_SHOW_VERSION:
        return ARGS_VERSION;
    case ARGS_REFUSED:
        return fail_unknown(reader, args_option_title(reader->arena, option), option->instead);
    case ARGS_SET:
    case ARGS_TRUE:
        if (again) {
            drop_given(reader, option);
            return fail(reader, ARGS_REPEATED, option);
        }
        break;
    case ARGS_COUNT:
        drop_given(reader, option); /* it moves to the end of the usage */
        break;
    case ARGS_APPEND:
    default:
        break;
    }
    add_given(reader, option);
    if (value) {
        outcome = check_value(reader, option, *value);
    }
    if (outcome == ARGS_RUN) {
        store(reader, option, value ? *value : STR(""));
    }
    return outcome;
}

/* An option whose value is a word of its own takes effect only when the next option is met, or at
 * the end. That decides which of two errors is told. */
static enum args_outcome apply_pending(struct reader *reader)
{
    const struct args_option *option = reader->pending;
    if (!option) {
        return ARGS_RUN;
    }
    reader->pending = NULL;
    return apply(reader, option, reader->has_pending_value ? &reader->pending_value : NULL);
}

/* With the value in the same word, or with one that is to come. clap's Parser::parse_opt_value. */
static enum args_outcome read_value(struct reader *reader, const struct args_option *option,
                                    const struct str *value)
{
    if (value) {
        return apply(reader, option, value);
    }
    enum args_outcome outcome = apply_pending(reader);
    if (outcome == ARGS_RUN) {
        reader->pending = option;
        reader->has_pending_value = false;
    }
    return outcome;
}

/* clap's Parser::did_you_mean_error. */
static enum args_outcome unknown_long(struct reader *reader, struct str name)
{
    name = utf8_lossy(reader->arena, name);
    const struct args_option *meant = NULL;
    double best = 0;
    for (size_t i = 0; i < ARGS_OPTION_COUNT; i++) {
        const char *candidate = args_options[i].name;
        if (candidate && similar_better(reader->arena, name, candidate, &best)) {
            meant = &args_options[i];
        }
    }
    (void)apply_pending(reader); /* this error comes first, but the usage names that option */
    const char *tip = NULL;
    if (meant) {
        add_given(reader, meant);
        tip = args_option_title(reader->arena, &(struct args_option){.name = meant->name}).data;
    }
    (void)fail_unknown(reader, str_format(reader->arena, "--%.*s", STR_ARG(name)), tip);
    name_given(reader, NULL);
    return ARGS_ERROR;
}

static enum args_outcome read_long(struct reader *reader, struct str word)
{
    ptrdiff_t equals = str_find(word, '=');
    size_t end = equals < 0 ? word.len : (size_t)equals;
    struct str name = str_slice(reader->arena, word, 2, end);
    struct str value = equals < 0 ? STR("") : str_slice(reader->arena, word, end + 1, word.len);

    const struct args_option *option = NULL;
    for (size_t i = 0; i < ARGS_OPTION_COUNT; i++) {
        if (args_options[i].name && str_eq(name, str_of(args_options[i].name))) {
            option = &args_options[i];
        }
    }
    if (!option) {
        return unknown_long(reader, name);
    }
    if (takes_value(option)) {
        return read_value(reader, option, equals < 0 ? NULL : &value);
    }
    if (equals < 0) {
        return apply(reader, option, NULL);
    }
    (void)fail(reader, ARGS_SURPLUS, option);
    reader->error->word = utf8_lossy(reader->arena, value);
    name_given(reader, option);
    return ARGS_ERROR;
}

/* Joined letters, `-qv`; the first that takes a value has the rest of the word, `-Zx` or `-Z=x`. */
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
            return fail_unknown(reader, str_format(reader->arena, "-%.*s", STR_ARG(rest)), NULL);
        }
        if (takes_value(option)) {
            size_t start = at + len + (word.data[at + len] == '=' ? 1 : 0);
            struct str value = str_slice(reader->arena, word, start, word.len);
            return read_value(reader, option, at + len < word.len ? &value : NULL);
        }
        enum args_outcome outcome = apply(reader, option, NULL);
        if (outcome != ARGS_RUN) {
            return outcome;
        }
    }
    return ARGS_RUN;
}

/* clap's Parser::parse, one word. */
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
        if (reader->pending && !reader->has_pending_value) {
            reader->has_pending_value = true;
            reader->pending_value = word;
            return ARGS_RUN;
        }
    }
    return fail_unknown(reader, word, NULL);
}

/* Told of the first that was given; the usage leaves out the other. clap's
 * Validator::validate_conflicts. */
static enum args_outcome check_conflicts(struct reader *reader)
{
    for (size_t i = 0; i < reader->given_count; i++) {
        const struct args_option *option = reader->given[i];
        if (option->conflict && is_given(reader, option->conflict)) {
            drop_given(reader, option->conflict);
            (void)fail(reader, ARGS_CONFLICT, option);
            reader->error->word = args_option_title(reader->arena, option->conflict);
            name_given(reader, NULL);
            return ARGS_ERROR;
        }
    }
    return ARGS_RUN;
}

enum args_outcome args_parse(struct arena *arena, int argc, char *const argv[], struct args *args,
                             struct args_error *error)
{
    size_t count = argc > 0 ? (size_t)argc : 0;
    struct reader reader = {
        .arena = arena,
        .config = arena_new_array(arena, struct str, count),
        .unstable = arena_new_array(arena, struct str, count),
        .error = error,
    };
    enum args_outcome outcome = ARGS_RUN;
    bool options_end = false;
    for (size_t i = 1; i < count && outcome == ARGS_RUN; i++) {
        struct str word = str_of(argv[i]);
        if (i > 1 || !str_eq(word, STR("logout"))) {
            outcome = read_word(&reader, word, &options_end);
        }
    }
    if (outcome == ARGS_RUN) {
        outcome = apply_pending(&reader);
    }
    if (outcome == ARGS_RUN) {
        outcome = check_conflicts(&reader);
    }
    if (outcome == ARGS_RUN) {
        reader.args.config = reader.config;
        reader.args.unstable = reader.unstable;
        *args = reader.args;
    }
    return outcome;
}

bool args_z_help(const struct args *args)
{
    return args->unstable_count > 0 && str_eq(args->unstable[0], STR("help"));
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
