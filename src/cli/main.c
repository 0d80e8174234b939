/*
 * The main program. It calls the other modules in cargo's order, and chooses the exit status.
 */
#include "cli/options.h"
#include "cli/report.h"
#include "credential/run.h"
#include "util/text.h"

#include <unistd.h>

#define STACK_SIZE ((size_t)32 * 1024) /* more than a run uses */

enum { STATUS_DONE = 0, STATUS_USAGE = 1, STATUS_LEFT = 2, STATUS_FAILED = 101 };

struct term {
    bool verbose;
    bool quiet;
    struct str color; /* data is NULL if it is not set */
};

/* If one value is invalid, cargo ignores the whole table. */
static struct term read_term(struct config *config)
{
    static const struct {
        const char *name;
        enum toml_type type;
    } keys[] = {{"verbose", TOML_BOOLEAN}, {"quiet", TOML_BOOLEAN}, {"color", TOML_STRING}};
    struct setting found[COUNT(keys)];
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct key key = KEY(STR("term"), str_of(keys[i].name));
        if (config_get(config, VIEW_SETTINGS, &key, keys[i].type, &found[i]))
            return (struct term){0};
    }
    return (struct term){found[0].boolean, found[1].boolean, found[2].value};
}

/* Sets `out` to term.color, or to COLOR_AUTO if it is not set or not valid. */
static struct err *term_color(struct config *config, enum color_choice *out)
{
    struct str color = read_term(config).color;
    *out = COLOR_AUTO;
    return color.data ? shell_color_parse(config->arena, color, out) : NULL;
}

/* Keeps a fault in [term] for the report, because a logout can continue. */
static void fail(struct config *config, const struct err *err)
{
    config->failure = config->failure ? config->failure : err;
}

static struct err *choose_verbosity(struct config *config, const struct args *args,
                                    enum verbosity *out)
{
    const struct term term = read_term(config);
    bool quiet = args_has(args, ARGS_QUIET);
    if (args->verbose > 0 && quiet)
        return err_new(config->arena, "cannot set both --verbose and --quiet");
    if (args->verbose > 0)
        *out = args->verbose > 1 ? VERBOSITY_VERY_VERBOSE : VERBOSITY_VERBOSE;
    else if (quiet)
        *out = VERBOSITY_QUIET;
    else if (term.verbose && term.quiet)
        fail(config, err_new(config->arena, "cannot set both `term.verbose` and `term.quiet`"));
    else if (term.verbose || term.quiet)
        *out = term.quiet ? VERBOSITY_QUIET : VERBOSITY_VERBOSE;
    return NULL;
}

/* Sets up the shell from the command line and [term]. The err is about the command line. */
static struct err *configure_shell(struct config *config, const struct args *args)
{
    enum color_choice choice;
    TRY(choose_verbosity(config, args, &config->shell->verbosity));
    if (args_has(args, ARGS_COLOR))
        TRY(shell_color_parse(config->arena, args->value[ARGS_COLOR], &choice));
    else
        fail(config, term_color(config, &choice));
    shell_set_color(config->shell, choice);
    return NULL;
}

static struct logout_options options_of(const struct args *args)
{
    bool one = args_has(args, ARGS_REGISTRY);
    bool status = args_has(args, ARGS_STATUS);
    return (struct logout_options){
        .registry = one ? &args->value[ARGS_REGISTRY] : NULL,
        .all = args_has(args, ARGS_ALL) || (status && !one),
        .everywhere = args_has(args, ARGS_EVERYWHERE),
        .revoke = args_has(args, ARGS_REVOKE) && !status,
        .status = status,
        .dry_run = args_has(args, ARGS_DRY_RUN),
        .check = args_has(args, ARGS_CHECK),
        .copies = args_has(args, ARGS_COPIES),
        .strict = args_has(args, ARGS_STRICT),
        .timeout = (int)args->timeout,
        .offline = args_has(args, ARGS_FROZEN)    ? "--frozen"
                   : args_has(args, ARGS_OFFLINE) ? "--offline"
                                                  : NULL,
    };
}

static struct err *run(struct config *config, const struct args *args, bool json, int *status)
{
    struct shell *shell = config->shell;
    if (args_has(args, ARGS_UNSTABLE)) {
        return err_new(config->arena,
                       "the `-Z` flag is only accepted on the nightly channel of Cargo, but this "
                       "is the `stable` channel\n"
                       "See https://doc.rust-lang.org/book/appendix-07-nightly-rust.html for "
                       "more information about Rust release channels.");
    }
    config_load_arguments(config, args->config, args->config_count);
    TRY(configure_shell(config, args));
    config_load_credentials(config);
    const struct logout_options options = options_of(args);
    CLEANUP(signals_release) struct signals signals = {0};
    struct run result = {0};
    TRY(run_all(config, &options, &signals, &result));
    *status = options.strict && result.strict_fails ? STATUS_LEFT : STATUS_DONE;
    if (result.totals.failed > 0)
        *status = STATUS_FAILED;
    report_messages(shell, &result);
    bool complete = true;
    if (json)
        complete = report_json(shell, &result, *status);
    else if (options.status)
        complete = report_status(shell, &result);
    if (!complete) {
        *status = STATUS_FAILED;
        shell_error(shell,
                    err_new(config->arena, "the report could not be written to standard output"));
    }
    return NULL;
}

/* Returns the registry that an unexpected argument could mean, or NULL. Accepts only words that
 * need no quotes in a shell. */
static const char *registry_meant(struct config *config, struct str word)
{
    struct registries all;
    if (str_eq(word, STR("crates.io")))
        return "crates-io";
    if (word.len == 0 || !str_eq(word, text_quoted(config->arena, word)))
        return NULL;
    registries_find(config, true, &all);
    return map_get(&all.names, word) ? word.data : NULL;
}

/* Prints the JSON of a run that failed before it knew the registries. */
static void report_failure_json(struct config *config, const struct err *failure, int status)
{
    struct run failed = {
        .inventory = {.config = config}, .failure = failure, .totals = {.failed = 1}};
    for (const struct config_file *file = config->files; file; file = file->next)
        failed.totals.not_checked += file->failure != NULL;
    (void)report_json(config->shell, &failed, status);
}

static bool wants_json(int argc, char **argv)
{
    bool json = false;
    for (int i = 1; i < argc; i++) {
        json |= strcasecmp(argv[i], "--message-format=json") == 0 ||
                (strcasecmp(argv[i], "json") == 0 && strcmp(argv[i - 1], "--message-format") == 0);
    }
    return json;
}

static int usage(struct config *config, bool json, struct args_error *error)
{
    struct arena *arena = config->arena;
    const char *registry = registry_meant(config, error->word);
    if (registry) {
        error->tip = str_format(
            arena, "did you mean `" COLOR_LITERAL "--registry %s" COLOR_RESET "`?", registry);
    }
    shell_print_err(config->shell, args_error_text(arena, error));
    if (json)
        report_failure_json(config, err_new(arena, "the command line is not valid"), STATUS_USAGE);
    return STATUS_USAGE;
}

static int start(struct arena *arena, struct shell *shell, int argc, char **argv)
{
    struct config config;
    struct args args;
    struct err *err = config_init(&config, arena, shell, environ);
    if (err) {
        shell_error(shell, err);
        return STATUS_FAILED;
    }
    config_load_files(&config);
    bool json = wants_json(argc, argv);
    enum color_choice color; /* of help and usage errors */
    (void)term_color(&config, &color);
    enum args_outcome outcome = args_parse(arena, argc, argv, &args);
    if (outcome == ARGS_RUN) {
        int status = STATUS_FAILED;
        err = run(&config, &args, json, &status);
        if (err) {
            shell_error(shell, err);
            report_unreadable(shell, &config);
            if (json)
                report_failure_json(&config, err, status);
        }
        return status;
    }
    shell_set_color(shell, color);
    if (outcome == ARGS_ERROR)
        return usage(&config, json, &args.error);
    struct str text = outcome == ARGS_HELP ? str_of(usage_help) : STR("cargo-logout " VERSION "\n");
    return shell_print_out(shell, text) ? STATUS_DONE : STATUS_FAILED;
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct shell shell;
    arena_private();
    shell_init(&shell, &arena);
    int status = start(&arena, &shell, argc, argv);
    arena_free(&arena);
    stack_wipe(STACK_SIZE);
    return status;
}
