#include "config/context.h"

#include "util/fs.h"
#include "util/lock.h"
#include "config/config_layer.h"
#include "config/config_schema.h"

#include <pwd.h>
#include <unistd.h>

struct warning {
    struct str text;
    struct warning *next;
};

/* cargo: home::cargo_home_with_cwd. */
static struct err *find_home(struct context *context, struct str *out)
{
    const char *cargo_home = getenv("CARGO_HOME");
    if (cargo_home && *cargo_home) {
        *out = path_join(context->arena, context->cwd, str_of(cargo_home));
        return NULL;
    }
    const char *home = getenv("HOME");
    if (!home || !*home) {
        const struct passwd *user = getpwuid(geteuid());
        home = user ? user->pw_dir : NULL;
    }
    if (!home) {
        return err_new(context->arena,
                       "Cargo couldn't find your home directory. This probably means that $HOME "
                       "was not set.");
    }
    struct str dir = str_copy(context->arena, home, strlen(home));
    *out = path_join(context->arena, dir, STR(".cargo"));
    return NULL;
}

struct err *context_init(struct context *context, struct arena *arena, struct shell *shell,
                         char *const *block)
{
    *context = (struct context){.arena = arena, .shell = shell};
    struct err *err = path_cwd(arena, &context->cwd);
    if (err) {
        return err_wrap(arena, err, "couldn't get the current directory of the process");
    }
    TRY(find_home(context, &context->home));
    environment_init(&context->environment, arena, block);
    return NULL;
}

void context_warn(struct context *context, struct str help, const char *format, ...)
{
    if (context->silent) {
        return;
    }
    struct buf text = buf_new(context->arena);
    va_list arguments;
    va_start(arguments, format);
    buf_vaddf(&text, format, arguments);
    va_end(arguments);
    for (const struct warning *w = context->warnings; w; w = w->next) {
        if (str_eq(w->text, buf_str(&text))) {
            return;
        }
    }
    struct warning *warning = arena_new(context->arena, struct warning);
    *warning = (struct warning){buf_str(&text), context->warnings};
    context->warnings = warning;
    if (help.len > 0) {
        shell_warn_help(context->shell, warning->text, help);
    } else {
        shell_warn(context->shell, "%.*s", STR_ARG(warning->text));
    }
}

struct err *config_root(struct context *context, struct config_value *out)
{
    if (!context->loaded) {
        context->load_error = config_load(context, &context->values);
        context->loaded = true;
    }
    if (context->load_error) {
        return context->load_error;
    }
    *out = context->values;
    return NULL;
}

enum color_choice context_term_color(struct context *context)
{
    struct term_config term;
    config_term(context, &term);
    enum color_choice choice = COLOR_AUTO;
    if (term.color && shell_color_parse(context->arena, term.color->value, &choice)) {
        return COLOR_AUTO;
    }
    return choice;
}

/* A string that has a word in it, or a list that has an element. */
static bool has_alias(struct context *context)
{
    struct config_key key = config_key(context->arena, STR("alias.logout"));
    const struct config_string *string;
    if (!config_string(context, &key, &string)) {
        return string && string->value.len > 0 &&
               config_program_split(context->arena, string).program.value.len > 0;
    }
    const struct config_strings *strings = NULL;
    if (config_strings(context, &key, &strings)) {
        return false;
    }
    assert(strings); /* or the string would have been none, which is no error */
    return strings->count > 0;
}

void context_warn_alias(struct context *context)
{
    if (has_alias(context)) {
        context_warn(context, STR(""),
                     "user-defined alias `logout` is ignored, because it is shadowed by a built-in "
                     "command");
    }
}

static struct err *merge_arguments(struct context *context, const struct context_options *options)
{
    struct config_value arguments;
    TRY(config_load_arguments(context, options->config, options->config_count, &arguments));
    struct config_value files;
    if (config_root(context, &files)) {
        return NULL; /* the next one who asks is told */
    }
    return config_merge(context->arena, &files, &arguments, true, &context->values);
}

static struct err *choose_verbosity(struct context *context, const struct context_options *options,
                                    const struct term_config *term, enum verbosity *out)
{
    bool verbose = term->verbose && *term->verbose;
    bool quiet = term->quiet && *term->quiet;
    if (options->verbose > 0 && options->quiet) {
        return err_new(context->arena, "cannot set both --verbose and --quiet");
    }
    if (options->verbose > 0) {
        *out = options->verbose > 1 ? VERBOSITY_VERY_VERBOSE : VERBOSITY_VERBOSE;
    } else if (options->quiet) {
        *out = VERBOSITY_QUIET;
    } else if (verbose && quiet) {
        context->term_error =
            err_new(context->arena, "cannot set both `term.verbose` and `term.quiet`");
    } else if (verbose) {
        *out = VERBOSITY_VERBOSE;
    } else {
        *out = quiet ? VERBOSITY_QUIET : VERBOSITY_NORMAL;
    }
    return NULL;
}

struct err *context_configure(struct context *context, const struct context_options *options)
{
    if (options->config_count > 0) {
        TRY(merge_arguments(context, options));
    }
    struct term_config term;
    config_term(context, &term);
    struct err *err = choose_verbosity(context, options, &term, &context->shell->verbosity);
    enum color_choice choice = COLOR_AUTO;
    if (!err && options->color.data) {
        err = shell_color_parse(context->arena, options->color, &choice);
    } else if (!err && term.color) {
        struct err *wrong = shell_color_parse(context->arena, term.color->value, &choice);
        context->term_error = context->term_error ? context->term_error : wrong;
    }
    if (err) { /* what --config is merged into cargo has read before it looks at these options */
        return options->config_count > 0 && context->load_error ? context->load_error : err;
    }
    shell_set_color(context->shell, choice);
    config_warn_network(context, options->offline);
    return NULL;
}

/*
 * Before 2015 the file was `token = "..."` and nothing else. cargo takes that for registry.token
 * where there is no [registry] at all; here it also counts beside a [registry] that has no token,
 * and a table that happens to be called `token` does not.
 */
static void adopt_old_token(struct arena *arena, struct config_value *table)
{
    struct config_value token;
    struct config_value registry = {.type = CONFIG_TABLE, .definition = table->definition};
    struct config_value newer;
    if (!config_table_get(table, STR("token"), &token) || token.type == CONFIG_TABLE) {
        return;
    }
    if (config_table_get(table, STR("registry"), &registry) &&
        (registry.type != CONFIG_TABLE || config_table_get(&registry, STR("token"), &newer))) {
        return;
    }
    registry = config_table_with(arena, &registry, STR("token"), &token);
    *table = config_table_with(arena, table, STR("registry"), &registry);
}

/*
 * Read without the lock, as cargo does: only a file that cannot be taken is waited for and read
 * again, since another cargo may have been between its write and its ftruncate.
 */
static struct err *load_credentials_file(struct context *context, struct str path, int fd,
                                         struct config_value *out)
{
    struct config_seen *seen = NULL;
    struct err *err =
        config_load_file(context, path, fd, DEFINITION_FILE, CONFIG_CREDENTIALS, &seen, out);
    if (!err || fd < 0 ||
        lock_acquire(context->shell, fd, path, LOCK_SHARED, "credentials' config file")) {
        return err;
    }
    seen = NULL;
    return config_load_file(context, path, fd, DEFINITION_FILE, CONFIG_CREDENTIALS, &seen, out);
}

/* Over what there is of a configuration. */
static struct err *load_credentials(struct context *context)
{
    struct config_value base = context->values;
    struct config_found found;
    config_find(context, context->home, STR("credentials"), &found);
    CLEANUP(fd_close) int fd = found.fd;
    context->credentials = base;
    context->credentials_hidden = found.hidden;
    if (found.path.len > 0) {
        struct config_value table;
        TRY(load_credentials_file(context, found.path, fd, &table));
        adopt_old_token(context->arena, &table);
        TRY(config_overlay(context->arena, &base, &table, &context->credentials));
    }
    context->credentials_loaded = true;
    return NULL;
}

struct err *context_load_credentials(struct context *context)
{
    struct config_value ignored;
    TRY(config_root(context, &ignored));
    return context->credentials_loaded ? NULL : load_credentials(context);
}

const struct err *context_try_credentials(struct context *context)
{
    const struct err *broken[] = {context->load_error, NULL, NULL};
    if (!context->credentials_loaded) {
        broken[1] = load_credentials(context);
        context->credentials_loaded = true;
    }
    broken[2] = context_load_hidden(context);
    return broken[0] ? broken[0] : broken[1] ? broken[1] : broken[2];
}

struct err *context_load_hidden(struct context *context)
{
    if (context->credentials_hidden.len == 0) {
        return NULL;
    }
    struct config_value ignored;
    struct config_seen *seen = NULL;
    return config_load_file(context, context->credentials_hidden, -1, DEFINITION_FILE,
                            CONFIG_CREDENTIALS, &seen, &ignored);
}
