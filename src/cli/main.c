/*
 * From the command line to the exit status, in cargo's order. Nothing is decided here but what is
 * said and how the program ends.
 */
#include "config/context.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/usage.h"
#include "credential/logout.h"

#include <unistd.h>

enum { STATUS_DONE = 0, STATUS_USAGE = 1, STATUS_REMAINS = 2, STATUS_FAILED = 101 };

static int print_out(const struct shell *shell, struct str text)
{
    return shell_print_out(shell, text) ? STATUS_DONE : STATUS_FAILED;
}

static int status_of(const struct args *args, const struct logout *logout)
{
    if (logout_failed(logout)) {
        return STATUS_FAILED;
    }
    return args->strict && logout_remains(logout) ? STATUS_REMAINS : STATUS_DONE;
}

/* false: standard output did not take it all. */
static bool report(struct shell *shell, const struct args *args,
                   const struct logout_options *options, const struct logout *logout, int status)
{
    if (args->dry_run) {
        report_plan(shell, options, logout);
    } else if (!args->status) {
        report_logout(shell, options, logout);
    }
    if (options->survey_only) {
        report_failures(shell, logout);
    }
    if (args->json) {
        return report_json(shell, options, logout, status);
    }
    return !args->status || report_status(shell, options, logout);
}

/* The command line is good: configuration, then the job. */
static struct err *run(struct context *context, const struct args *args, int *status)
{
    context_warn_alias(context);
    TRY(args_check_unstable(context->arena, args));
    const struct context_options set = {
        .verbose = args->verbose,
        .quiet = args->quiet,
        .color = args->has_color ? args->color : (struct str){0},
        .offline = args->offline,
        .config = args->config,
        .config_count = args->config_count,
    };
    TRY(context_configure(context, &set));
    const struct logout_options options = {
        .registry = args->has_registry ? &args->registry : NULL,
        .all = args->all || (args->status && !args->has_registry),
        .everywhere = args->everywhere,
        .survey_only = args->status || args->dry_run,
        .revoke = args->revoke && !args->status,
        .offline = args->frozen    ? "--frozen"
                   : args->offline ? "--offline"
                                   : NULL,
    };
    CLEANUP(signals_release) struct signals signals = {0};
    struct logout logout = {0};
    struct err *err = logout_run(context, &options, &signals, &logout);
    *status = err ? STATUS_FAILED : status_of(args, &logout);
    if (!err && !report(context->shell, args, &options, &logout, *status)) {
        *status = STATUS_FAILED;
        shell_error(context->shell,
                    err_new(context->arena, "the report could not be written to standard output"));
    }
    return err;
}

static int start(struct arena *arena, struct shell *shell, int argc, char **argv)
{
    struct context context;
    struct err *err = context_init(&context, arena, shell, environ);
    if (err) {
        shell_error(shell, err);
        return STATUS_FAILED;
    }
    enum color_choice color = context_term_color(&context);
    struct args args;
    struct args_error error;
    enum args_outcome outcome = args_parse(arena, argc, argv, &args, &error);
    if (outcome == ARGS_RUN) {
        int status = STATUS_FAILED;
        err = run(&context, &args, &status);
        if (err) {
            shell_error(shell, err);
        }
        if (err && args.json) {
            (void)report_json_failure(shell, err, status);
        }
        return status;
    }
    shell_set_color(shell, color);
    if (outcome == ARGS_ERROR) {
        shell_print_err(shell, usage_error(arena, &error, NULL, 0));
        return STATUS_USAGE;
    }
    return print_out(shell, outcome == ARGS_HELP ? help_text() : help_version());
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct shell shell;
    arena_private();
    shell_init(&shell, &arena);
    int status = start(&arena, &shell, argc, argv);
    arena_free(&arena);
    return status;
}
