#include "cli/term.h"

struct term {
    bool verbose;
    bool quiet;
    struct str color; /* data is NULL if it is not set */
};

/* If one value is invalid, cargo ignores the whole table. */
static struct term read_term(struct config *config)
{
    struct key verbose_key = KEY(STR("term"), STR("verbose"));
    struct key quiet_key = KEY(STR("term"), STR("quiet"));
    struct key color_key = KEY(STR("term"), STR("color"));
    struct setting verbose;
    struct setting quiet;
    struct setting color;
    if (config_get(config, VIEW_SETTINGS, &verbose_key, TOML_BOOLEAN, &verbose) ||
        config_get(config, VIEW_SETTINGS, &quiet_key, TOML_BOOLEAN, &quiet) ||
        config_get(config, VIEW_SETTINGS, &color_key, TOML_STRING, &color)) {
        return (struct term){0};
    }
    return (struct term){verbose.boolean, quiet.boolean, color.value};
}

enum color_choice term_color(struct config *config)
{
    struct term term = read_term(config);
    enum color_choice choice = COLOR_AUTO;
    if (term.color.data && shell_color_parse(config->arena, term.color, &choice)) {
        return COLOR_AUTO;
    }
    return choice;
}

void term_warn_alias(struct config *config)
{
    struct key key = KEY(STR("alias"), STR("logout"));
    struct settings alias;
    if (!config_program(config, VIEW_SETTINGS, &key, &alias) && alias.count > 0) {
        config_warn(config, STR(""),
                    "user-defined alias `logout` is ignored, because it is shadowed by a built-in "
                    "command");
    }
}

static void fail(struct config *config, const struct err *err)
{
    config->failure = config->failure ? config->failure : err;
}

static struct err *choose_verbosity(struct config *config, const struct args *args,
                                    const struct term *term, enum verbosity *out)
{
    bool quiet = args_has(args, ARGS_QUIET);
    if (args->verbose > 0 && quiet) {
        return err_new(config->arena, "cannot set both --verbose and --quiet");
    }
    if (args->verbose > 0) {
        *out = args->verbose > 1 ? VERBOSITY_VERY_VERBOSE : VERBOSITY_VERBOSE;
    } else if (quiet) {
        *out = VERBOSITY_QUIET;
    } else if (term->verbose && term->quiet) {
        fail(config, err_new(config->arena, "cannot set both `term.verbose` and `term.quiet`"));
    } else if (term->verbose || term->quiet) {
        *out = term->quiet ? VERBOSITY_QUIET : VERBOSITY_VERBOSE;
    }
    return NULL;
}

struct err *term_configure(struct config *config, const struct args *args)
{
    struct term term = read_term(config);
    enum color_choice choice = COLOR_AUTO;
    TRY(choose_verbosity(config, args, &term, &config->shell->verbosity));
    if (args_has(args, ARGS_COLOR)) {
        TRY(shell_color_parse(config->arena, args->value[ARGS_COLOR], &choice));
    } else if (term.color.data) {
        fail(config, shell_color_parse(config->arena, term.color, &choice));
    }
    shell_set_color(config->shell, choice);
    return NULL;
}
