#include "cli/args_options.h"

static const char *const colors[] = {"auto", "always", "never", NULL};
static const char *const formats[] = {"human", "json", NULL};
static const char LOGOUT_OPTIONS[] = "Logout Options";
static const char OPTIONS[] = "Options";
static const char MANIFEST_OPTIONS[] = "Manifest Options";

const struct args_option args_options[ARGS_OPTION_COUNT] = {
    [ARGS_ALL] = {.name = "all",
                  .action = ARGS_TRUE,
                  .conflict = &args_options[ARGS_REGISTRY],
                  .heading = LOGOUT_OPTIONS,
                  .help = "Log out of all registries"},
    [ARGS_EVERYWHERE] = {.name = "everywhere",
                         .action = ARGS_TRUE,
                         .heading = LOGOUT_OPTIONS,
                         .help = "Remove tokens from configuration files too"},
    [ARGS_REVOKE] = {.name = "revoke",
                     .action = ARGS_TRUE,
                     .heading = LOGOUT_OPTIONS,
                     .help = "Revoke tokens on the registry server before they are removed"},
    [ARGS_STATUS] = {.name = "status",
                     .action = ARGS_TRUE,
                     .conflict = &args_options[ARGS_DRY_RUN],
                     .heading = LOGOUT_OPTIONS,
                     .help = "Show where credentials are, and change nothing"},
    [ARGS_DRY_RUN] = {.name = "dry-run",
                      .letter = 'n',
                      .action = ARGS_TRUE,
                      .conflict = &args_options[ARGS_STATUS],
                      .heading = LOGOUT_OPTIONS,
                      .help = "Show what would be done, and do nothing"},
    [ARGS_STRICT] = {.name = "strict",
                     .action = ARGS_TRUE,
                     .heading = LOGOUT_OPTIONS,
                     .help = "Exit with 2 if anything still authenticates afterwards"},
    [ARGS_MESSAGE_FORMAT] = {.name = "message-format",
                             .value = "FMT",
                             .possible = formats,
                             .action = ARGS_SET,
                             .heading = LOGOUT_OPTIONS,
                             .help = "Output format"},
    [ARGS_REGISTRY] = {.name = "registry",
                       .value = "REGISTRY",
                       .action = ARGS_SET,
                       .conflict = &args_options[ARGS_ALL],
                       .heading = OPTIONS,
                       .help = "Registry to use"},
    [ARGS_SILENT] = {.name = "silent", .letter = 's', .action = ARGS_REFUSED, .instead = "--quiet"},
    [ARGS_VERBOSE] = {.name = "verbose",
                      .letter = 'v',
                      .action = ARGS_COUNT,
                      .heading = OPTIONS,
                      .help = "Use verbose output (-vv very verbose/build.rs output)"},
    [ARGS_QUIET] = {.name = "quiet",
                    .letter = 'q',
                    .action = ARGS_TRUE,
                    .heading = OPTIONS,
                    .help = "Do not print cargo log messages"},
    [ARGS_COLOR] = {.name = "color",
                    .value = "WHEN",
                    .possible = colors,
                    .action = ARGS_SET,
                    .heading = OPTIONS,
                    .help = "Coloring"},
    [ARGS_LOCKED] = {.name = "locked",
                     .action = ARGS_TRUE,
                     .heading = MANIFEST_OPTIONS,
                     .help = "Assert that `Cargo.lock` will remain unchanged"},
    [ARGS_OFFLINE] = {.name = "offline",
                      .action = ARGS_TRUE,
                      .heading = MANIFEST_OPTIONS,
                      .help = "Run without accessing the network"},
    [ARGS_FROZEN] = {.name = "frozen",
                     .action = ARGS_TRUE,
                     .heading = MANIFEST_OPTIONS,
                     .help = "Equivalent to specifying both --locked and --offline"},
    [ARGS_LETTER_C] = {.letter = 'c', .action = ARGS_REFUSED, .instead = "--config"},
    [ARGS_CONFIG] = {.name = "config",
                     .value = "KEY=VALUE|PATH",
                     .action = ARGS_APPEND,
                     .heading = OPTIONS,
                     .help = "Override a configuration value"},
    [ARGS_LETTER_Z] = {.letter = 'z', .action = ARGS_REFUSED, .instead = "-Z"},
    [ARGS_UNSTABLE] =
        {.letter = 'Z',
         .value = "FLAG",
         .action = ARGS_APPEND,
         .heading = OPTIONS,
         .help = "Unstable (nightly-only) flags to Cargo, see 'cargo -Z help' for details"},
    [ARGS_HELP_OPTION] = {.name = "help",
                          .letter = 'h',
                          .action = ARGS_SHOW_HELP,
                          .heading = OPTIONS,
                          .help = "Print help"},
    [ARGS_VERSION_OPTION] = {.name = "version",
                             .letter = 'V',
                             .action = ARGS_SHOW_VERSION,
                             .heading = LOGOUT_OPTIONS,
                             .help = "Print version"},
};

struct str args_option_title(struct arena *arena, const struct args_option *option)
{
    struct buf buf = buf_new(arena);
    if (option->name) {
        buf_addf(&buf, "--%s", option->name);
    } else {
        buf_addf(&buf, "-%c", option->letter);
    }
    if (option->value) {
        buf_addf(&buf, " <%s>", option->value);
    }
    if (option->action == ARGS_COUNT) {
        buf_add(&buf, STR("..."));
    }
    return buf_str(&buf);
}
