#include "cli/options.h"

#include "util/shell.h"
#include "util/text.h"

enum { TIMEOUT_DEFAULT = 300 };

/* Formats of what the user wrote and of what is accepted. */
#define WRONG "'" COLOR_WARN "%s" COLOR_RESET "'"
#define RIGHT "'" COLOR_LITERAL "%s" COLOR_RESET "'"

struct option {
    const char *name;            /* without dashes; NULL if there is only a letter */
    const char *value;           /* what the value is called, "REGISTRY"; NULL if it has none */
    const char *const *possible; /* the values, ends with NULL; NULL if any value is accepted */
    const char *instead;         /* cargo always rejects the option and suggests this one */
    enum args_id conflict;       /* set in both rows of a pair */
    enum args_id needs;          /* accepted only together with that one */
    bool repeats;                /* can be given more than once */
    char letter;                 /* 0 if there is none */
};

static const char *const colors[] = {"auto", "always", "never", NULL};
static const char *const formats[] = {"human", "json", NULL};

static const struct option options[ARGS_OPTION_COUNT] = {
    [ARGS_ALL] = {.name = "all", .conflict = ARGS_REGISTRY},
    [ARGS_EVERYWHERE] = {.name = "everywhere"},
    [ARGS_REVOKE] = {.name = "revoke"},
    [ARGS_STATUS] = {.name = "status", .conflict = ARGS_DRY_RUN},
    [ARGS_CHECK] = {.name = "check", .needs = ARGS_STATUS},
    [ARGS_COPIES] = {.name = "copies"},
    [ARGS_DRY_RUN] = {.name = "dry-run", .letter = 'n', .conflict = ARGS_STATUS},
    [ARGS_STRICT] = {.name = "strict"},
    [ARGS_MESSAGE_FORMAT] = {.name = "message-format", .value = "FMT", .possible = formats},
    [ARGS_TIMEOUT] = {.name = "timeout", .value = "SECONDS"},
    [ARGS_VERSION_OPTION] = {.name = "version", .letter = 'V'},
    [ARGS_REGISTRY] = {.name = "registry", .value = "REGISTRY", .conflict = ARGS_ALL},
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
    struct args args;
    /* An option whose value is the next argument, or would be, takes effect when the next option is
     * read, or at the end. That decides which of two errors is reported, as in cargo. */
    enum args_id pending;
    struct str pending_value;
};

bool args_has(const struct args *args, enum args_id id)
{
    for (size_t i = 0; i < args->given_count; i++)
        if (args->given[i] == id)
            return true;
    return false;
}

static void add_given(struct args *args, enum args_id id)
{
    if (!args_has(args, id))
        args->given[args->given_count++] = id;
}

static void drop_given(struct args *args, enum args_id id)
{
    size_t kept = 0;
    for (size_t i = 0; i < args->given_count; i++)
        if (args->given[i] != id)
            args->given[kept++] = args->given[i];
    args->given_count = kept;
}

static const char *name_of(struct arena *arena, const struct option *option)
{
    return option->name ? str_format(arena, "--%s", option->name).data
                        : str_format(arena, "-%c", option->letter).data;
}

/* Returns how messages show an option: `--registry <REGISTRY>`, `--verbose...`. */
static const char *title(const struct reader *reader, enum args_id id)
{
    const struct option *option = &options[id];
    const char *name = name_of(reader->arena, option);
    return option->value     ? str_format(reader->arena, "%s <%s>", name, option->value).data
           : option->repeats ? str_format(reader->arena, "%s...", name).data
                             : name;
}

/* Returns `Usage: cargo-logout` with the options so far, or with [OPTIONS] if there are none.
 * clap: Arg::stylized. */
static struct str usage_line(struct arena *arena, const enum args_id *given, size_t count)
{
    struct buf line = buf_new(arena);
    buf_add(&line,
            STR(COLOR_HEADER "Usage:" COLOR_RESET " " COLOR_LITERAL "cargo-logout" COLOR_RESET));
    for (size_t i = 0; i < count; i++) {
        const struct option *option = &options[given[i]];
        buf_addf(&line, " " COLOR_LITERAL "%s" COLOR_RESET, name_of(arena, option));
        if (option->value) {
            buf_addf(&line, COLOR_PLACEHOLDER " " COLOR_RESET COLOR_PLACEHOLDER "<%s>" COLOR_RESET,
                     option->value);
        } else if (option->repeats) {
            buf_add(&line, STR(COLOR_PLACEHOLDER "..." COLOR_RESET));
        }
    }
    if (count == 0)
        buf_add(&line, STR(" " COLOR_PLACEHOLDER "[OPTIONS]" COLOR_RESET));
    return buf_str(&line);
}

/* The usage line has the options so far, or only [OPTIONS]. */
PRINTF_LIKE(3, 4)
static enum args_outcome fail(struct reader *reader, bool with_options, const char *format, ...)
{
    struct args *args = &reader->args;
    va_list arguments;
    va_start(arguments, format);
    reader->args.error.fault = str_vformat(reader->arena, format, arguments);
    va_end(arguments);
    reader->args.error.usage =
        usage_line(reader->arena, args->given, with_options ? args->given_count : 0);
    return ARGS_ERROR;
}

/* Adds `[possible values: auto, always, never]` on a separate line, if the option has some. */
static enum args_outcome fail_value(struct reader *reader, enum args_id id, struct str fault)
{
    struct buf out = buf_new(reader->arena);
    const char *before = "\n  [possible values: ";
    const char *const *possible = options[id].possible;
    buf_add(&out, fault);
    for (; possible && *possible; possible++) {
        buf_addf(&out, "%s" COLOR_LITERAL "%s" COLOR_RESET, before, *possible);
        before = ", ";
    }
    buf_add(&out, options[id].possible ? STR("]") : STR(""));
    reader->args.error.fault = buf_str(&out);
    return ARGS_ERROR;
}

static enum args_outcome unexpected(struct reader *reader, bool with_options, struct str word,
                                    const char *tip)
{
    if (tip)
        reader->args.error.tip =
            str_format(reader->arena, "a similar argument exists: " RIGHT, tip);
    return fail(reader, with_options, "unexpected argument " WRONG " found",
                utf8_lossy(reader->arena, word).data);
}

static enum args_outcome no_value(struct reader *reader, enum args_id id)
{
    return fail_value(reader, id,
                      str_format(reader->arena,
                                 "a value is required for " WRONG " but none was supplied",
                                 title(reader, id)));
}

static bool parse_seconds(struct str text, unsigned *out)
{
    if (text.len == 0 || strspn(text.data, "0123456789") < text.len)
        return false;
    unsigned long value = strtoul(text.data, NULL, 10);
    *out = (unsigned)value;
    return value > 0 && value <= ARGS_TIMEOUT_MOST;
}

static enum args_outcome check_value(struct reader *reader, enum args_id id, struct str value)
{
    struct arena *arena = reader->arena;
    const char *const *possible = options[id].possible;
    const char *tip = NULL;
    double best = 0;
    if (!utf8_valid(value))
        return fail(reader, false, "invalid UTF-8 was detected in one or more arguments");
    for (; possible && *possible; possible++) {
        if (str_eq(str_lower(arena, value), str_of(*possible)))
            return ARGS_RUN;
        tip = text_is_similar(arena, value, *possible, &best) ? *possible : tip;
    }
    bool right = id == ARGS_TIMEOUT ? parse_seconds(value, &reader->args.timeout) : !possible;
    if (right)
        return ARGS_RUN;
    if (possible && value.len == 0)
        return no_value(reader, id);
    struct str fault =
        str_format(arena, "invalid value " WRONG " for " RIGHT, value.data, title(reader, id));
    if (tip)
        reader->args.error.tip = str_format(arena, "a similar value exists: " RIGHT, tip);
    if (id == ARGS_TIMEOUT) {
        fault = str_format(arena, "%s: it must be a whole number from 1 to %d", fault.data,
                           ARGS_TIMEOUT_MOST);
    }
    return fail_value(reader, id, fault);
}

/* clap: Parser::react. */
static enum args_outcome apply(struct reader *reader, enum args_id id, struct str value)
{
    struct args *args = &reader->args;
    const struct option *option = &options[id];
    if (option->value && !value.data)
        return no_value(reader, id);
    if (id == ARGS_HELP_OPTION || id == ARGS_VERSION_OPTION)
        return id == ARGS_HELP_OPTION ? ARGS_HELP : ARGS_VERSION;
    if (option->instead)
        return unexpected(reader, false, str_of(title(reader, id)), option->instead);
    if (!option->repeats && args_has(args, id)) {
        drop_given(args, id);
        return fail(reader, false, "the argument " WRONG " cannot be used multiple times",
                    title(reader, id));
    }
    if (id == ARGS_VERBOSE) {
        drop_given(args, id); /* it moves to the end of the usage line */
        args->verbose++;
    } else if (id == ARGS_CONFIG) {
        args->config[args->config_count++] = value;
    }
    add_given(args, id);
    args->value[id] = value;
    return option->value ? check_value(reader, id, value) : ARGS_RUN;
}

static enum args_outcome apply_pending(struct reader *reader)
{
    enum args_id id = reader->pending;
    reader->pending = ARGS_NONE;
    return id ? apply(reader, id, reader->pending_value) : ARGS_RUN;
}

/* Without `value`, the next argument can be the value. clap: Parser::parse_opt_value. */
static enum args_outcome read_option(struct reader *reader, enum args_id id, struct str value)
{
    enum args_outcome outcome = apply_pending(reader);
    if (outcome != ARGS_RUN)
        return outcome;
    if (value.data || !options[id].value)
        return apply(reader, id, value);
    reader->pending = id;
    reader->pending_value = value;
    return ARGS_RUN;
}

/* Suggests only options that cargo has, because none of them removes more. clap:
 * Parser::did_you_mean_error. */
static enum args_outcome unknown_long(struct reader *reader, struct str name)
{
    name = utf8_lossy(reader->arena, name);
    enum args_id meant = ARGS_NONE;
    double best = 0;
    for (enum args_id id = ARGS_REGISTRY; id < ARGS_OPTION_COUNT; id++) {
        const char *candidate = options[id].name;
        if (candidate && text_is_similar(reader->arena, name, candidate, &best))
            meant = id;
    }
    (void)apply_pending(reader); /* not its error, but its option is in the usage line */
    reader->args.error = (struct args_error){0};
    const char *tip = meant ? name_of(reader->arena, &options[meant]) : NULL;
    if (meant && !options[meant].instead)
        add_given(&reader->args, meant);
    return unexpected(reader, true, str_format(reader->arena, "--%s", name.data), tip);
}

static enum args_outcome read_long(struct reader *reader, struct str word)
{
    ptrdiff_t equals = str_find(word, '=');
    size_t end = equals < 0 ? word.len : (size_t)equals;
    struct str name = str_slice(reader->arena, word, 2, end);
    struct str value = {0};
    if (equals >= 0)
        value = str_slice(reader->arena, word, end + 1, word.len);
    enum args_id id = ARGS_OPTION_COUNT - 1;
    while (id && !(options[id].name && str_eq(name, str_of(options[id].name))))
        id--;
    if (!id)
        return unknown_long(reader, name);
    if (options[id].value || !value.data)
        return read_option(reader, id, value);
    add_given(&reader->args, id);
    return fail(reader, true,
                "unexpected value " WRONG " for " RIGHT " found; no more were expected",
                utf8_lossy(reader->arena, value).data, title(reader, id));
}

/* Reads joined letters, such as `-qv`. If a letter has a value, the rest of the word is the value,
 * as in `-Zx` or `-Z=x`. */
static enum args_outcome read_short(struct reader *reader, struct str word)
{
    for (size_t at = 1; at < word.len; at++) {
        enum args_id id = ARGS_OPTION_COUNT - 1;
        while (id && options[id].letter != word.data[at])
            id--;
        if (!id) {
            uint32_t character = 0;
            bool valid = true;
            size_t len = utf8_decode(word, at, &character, &valid);
            struct str rest = str_slice(reader->arena, word, at, valid ? at + len : word.len);
            return unexpected(reader, false, str_format(reader->arena, "-%s", rest.data), NULL);
        }
        struct str value = {0};
        if (options[id].value && at + 1 < word.len) {
            size_t start = at + 1 + (word.data[at + 1] == '=' ? 1 : 0);
            value = str_slice(reader->arena, word, start, word.len);
        }
        enum args_outcome outcome = read_option(reader, id, value);
        if (options[id].value || outcome != ARGS_RUN)
            return outcome;
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
        if (str_starts(word, STR("--")))
            return read_long(reader, word);
        if (word.len > 1 && word.data[0] == '-')
            return read_short(reader, word);
        if (reader->pending && !reader->pending_value.data) {
            reader->pending_value = word;
            return ARGS_RUN;
        }
    }
    if (!str_starts(word, STR("-")))
        reader->args.error.word = utf8_lossy(reader->arena, word);
    return unexpected(reader, false, word, NULL);
}

/* clap: Validator::validate. */
static enum args_outcome check_together(struct reader *reader)
{
    struct args *args = &reader->args;
    enum args_id missing = ARGS_NONE;
    for (size_t i = 0; i < args->given_count; i++) {
        enum args_id id = args->given[i];
        enum args_id other = options[id].conflict;
        if (other && args_has(args, other)) {
            drop_given(args, other);
            return fail(reader, true, "the argument " WRONG " cannot be used with " WRONG,
                        title(reader, id), title(reader, other));
        }
        enum args_id needed = options[id].needs;
        if (needed && !args_has(args, needed))
            missing = needed;
    }
    if (!missing)
        return ARGS_RUN;
    add_given(args, missing);
    return fail(reader, true,
                "the following required arguments were not provided:\n  " COLOR_LITERAL
                "%s" COLOR_RESET,
                title(reader, missing));
}

/* Returns true if the first argument is the name under which cargo runs the program. */
static bool names_itself(struct str program, struct str argument)
{
    struct str prefix = STR("cargo-");
    const char *name = program.data + (size_t)(str_rfind(program, '/') + 1);
    return argument.len > 0 && str_starts(str_of(name), prefix) &&
           strcmp(name + prefix.len, argument.data) == 0;
}

enum args_outcome args_parse(struct arena *arena, int argc, char *const argv[], struct args *args)
{
    size_t count = argc > 0 ? (size_t)argc : 0;
    struct reader reader = {
        .arena = arena,
        .args = {.timeout = TIMEOUT_DEFAULT, .config = arena_new_array(arena, struct str, count)},
    };
    size_t first = count > 1 && names_itself(str_of(argv[0]), str_of(argv[1])) ? 2 : 1;
    enum args_outcome outcome = ARGS_RUN;
    bool options_end = false;
    for (size_t i = first; i < count && outcome == ARGS_RUN; i++)
        outcome = read_word(&reader, str_of(argv[i]), &options_end);
    if (outcome == ARGS_RUN)
        outcome = apply_pending(&reader);
    if (outcome == ARGS_RUN)
        outcome = check_together(&reader);
    *args = reader.args;
    return outcome;
}

struct str args_error_text(struct arena *arena, const struct args_error *error)
{
    struct buf out = buf_new(arena);
    buf_addf(&out, COLOR_ERROR "error:" COLOR_RESET " %s", error->fault.data);
    if (error->tip.len > 0)
        buf_addf(&out, "\n\n  " COLOR_LITERAL "tip:" COLOR_RESET " %s", error->tip.data);
    if (error->usage.len > 0)
        buf_addf(&out, "\n\n%s", error->usage.data);
    buf_add(&out, STR("\n\nFor more information, try '" COLOR_LITERAL "--help" COLOR_RESET "'.\n"));
    return buf_str(&out);
}

#define HEADING(text) COLOR_HEADER text COLOR_RESET

/* clang-format off */
const char usage_help[] =
    "Log out of cargo's registries, and check that cargo can no longer use a token\n"
    "\n"
    HEADING("Usage:") " cargo-logout [OPTIONS]\n"
    "\n"
    HEADING("What to log out of:") "\n"
    "      --registry <REGISTRY>      Log out of this registry. The default is\n"
    "                                 `registry.default`, or else crates.io\n"
    "      --all                      Log out of all registries that are found\n"
    "\n"
    HEADING("What to do:") "\n"
    "      --everywhere               Also remove tokens from configuration files\n"
    "      --revoke                   First revoke each token on its server, and keep\n"
    "                                 it if the server does not confirm that\n"
    "  -n, --dry-run                  Show what would be done, and change nothing\n"
    "\n"
    HEADING("What to check:") "\n"
    "      --status                   List the credentials, and change nothing\n"
    "      --check                    With --status, also ask servers and credential\n"
    "                                 providers for each token\n"
    "      --copies                   Also search other files for copies of tokens\n"
    "      --strict                   Exit with status 2 if cargo can still use a\n"
    "                                 credential, or if one could not be checked\n"
    "\n"
    HEADING("Output:") "\n"
    "      --message-format <FMT>     Output format [possible values: human, json]\n"
    "  -v, --verbose...               Show more details\n"
    "  -q, --quiet                    Show neither progress nor notes\n"
    "      --color <WHEN>             Coloring [possible values: auto, always, never]\n"
    "\n"
    HEADING("Other options:") "\n"
    "      --timeout <SECONDS>        Limit the network time of --revoke and --check\n"
    "                                 [default: 300]\n"
    "      --config <KEY=VALUE|PATH>  Override a configuration value\n"
    "      --offline                  Do not use the network\n"
    "      --frozen                   The same as --offline\n"
    "      --locked                   Accepted as by cargo, but has no effect\n"
    "  -h, --help                     Print help\n"
    "  -V, --version                  Print version\n"
    "\n"
    "Run `" COLOR_LITERAL "man cargo-logout-tool" COLOR_RESET "` for more detailed information.\n";
/* clang-format on */
