/*
 * The main program. It calls the other modules in cargo's order, and chooses the exit status.
 */
#include "cli/help.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/term.h"
#include "cli/usage.h"
#include "credential/run.h"

#include <unistd.h>

#define STACK_SIZE ((size_t)32 * 1024) /* more than a run uses */

enum { STATUS_DONE = 0, STATUS_USAGE = 1, STATUS_LEFT = 2, STATUS_FAILED = 101 };

static int status_of(const struct logout_options *options, const struct run *run)
{
    if (run->totals.failed > 0) {
        return STATUS_FAILED;
    }
    return options->strict && run->strict_fails ? STATUS_LEFT : STATUS_DONE;
}

/* Returns false if standard output could not be written completely. */
static bool report(const struct shell *shell, const struct args *args,
                   const struct logout_options *options, const struct run *run, int status)
{
    if (options->status) {
        report_keyring(shell, options, &run->inventory);
        report_copies(shell, options, run);
        report_failures(shell, options, run);
    } else {
        report_logout(shell, options, run);
    }
    if (args->json) {
        return report_json(shell, options, run, status);
    }
    return !options->status || report_status(shell, options, run);
}

static struct logout_options options_of(const struct args *args)
{
    return (struct logout_options){
        .registry = args->has_registry ? &args->registry : NULL,
        .all = args->all || (args->status && !args->has_registry),
        .everywhere = args->everywhere,
        .revoke = args->revoke && !args->status,
        .status = args->status,
        .dry_run = args->dry_run,
        .check = args->check,
        .copies = args->copies,
        .strict = args->strict,
        .timeout = (int)args->timeout,
        .offline = args->frozen    ? "--frozen"
                   : args->offline ? "--offline"
                                   : NULL,
    };
}

/* Runs a valid command line: reads the configuration, then logs out. */
static struct err *run(struct config *config, const struct args *args, int *status)
{
    struct shell *shell = config->shell;
    term_warn_alias(config);
    TRY(args_check_unstable(config->arena, args));
    config_load_arguments(config, args->config, args->config_count);
    TRY(term_configure(config, args));
    config_load_credentials(config);
    const struct logout_options options = options_of(args);
    CLEANUP(signals_release) struct signals signals = {0};
    struct run result = {0};
    struct err *err = run_all(config, &options, &signals, &result);
    if (err) {
        return err;
    }
    *status = status_of(&options, &result);
    if (!report(shell, args, &options, &result, *status)) {
        *status = STATUS_FAILED;
        shell_error(shell,
                    err_new(config->arena, "the report could not be written to standard output"));
    }
    return NULL;
}

static int usage(struct config *config, int argc, char **argv, const struct args_error *error)
{
    struct arena *arena = config->arena;
    struct str *names = NULL;
    size_t count = 0;
    if (args_error_word(error)) {
        struct registries all;
        registries_find(config, &all);
        names = arena_new_array(arena, struct str, all.count);
        for (const struct registry *r = all.first; r; r = r->next) {
            names[count++] = r->name;
        }
    }
    shell_print_err(config->shell, usage_error(arena, error, names, count));
    bool json = false;
    for (int i = 1; i < argc; i++) {
        json |= strcmp(argv[i], "--message-format=json") == 0 ||
                (strcmp(argv[i], "json") == 0 && strcmp(argv[i - 1], "--message-format") == 0);
    }
    if (json) {
        (void)report_json_failure(config->shell, err_new(arena, "the command line is not valid"),
                                  STATUS_USAGE);
    }
    return STATUS_USAGE;
}

static int start(struct arena *arena, struct shell *shell, int argc, char **argv)
{
    struct config config;
    struct args args;
    struct args_error error;
    struct err *err = config_init(&config, arena, shell, environ);
    if (err) {
        shell_error(shell, err);
        return STATUS_FAILED;
    }
    config_load_files(&config);
    enum color_choice color = term_color(&config);
    enum args_outcome outcome = args_parse(arena, argc, argv, &args, &error);
    if (outcome == ARGS_RUN) {
        int status = STATUS_FAILED;
        err = run(&config, &args, &status);
        if (err) {
            shell_error(shell, err);
            report_unreadable(shell, &config);
        }
        if (err && args.json) {
            (void)report_json_failure(shell, err, status);
        }
        return status;
    }
    shell_set_color(shell, color);
    if (outcome == ARGS_ERROR) {
        return usage(&config, argc, argv, &error);
    }
    bool complete = shell_print_out(shell, outcome == ARGS_HELP ? help_text() : help_version());
    return complete ? STATUS_DONE : STATUS_FAILED;
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
