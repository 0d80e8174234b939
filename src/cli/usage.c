#include "cli/usage.h"

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

static struct str name_of(struct arena *arena, const struct args_option *option)
{
    return option->name ? str_format(arena, "--%s", option->name)
                        : str_format(arena, "-%c", option->letter);
}

struct str usage_title(struct arena *arena, enum args_id id)
{
    const struct args_option *option = &args_options[id];
    struct str name = name_of(arena, option);
    if (option->value) {
        return str_format(arena, "%s <%s>", name.data, option->value);
    }
    return option->repeats ? str_format(arena, "%s...", name.data) : name;
}

/* clap: Arg::stylized. */
static void add_option(struct buf *out, const struct args_option *option)
{
    buf_addf(out, " " COLOR_LITERAL "%s" COLOR_RESET, name_of(out->arena, option).data);
    if (option->value) {
        buf_addf(out, COLOR_PLACEHOLDER " " COLOR_RESET COLOR_PLACEHOLDER "<%s>" COLOR_RESET,
                 option->value);
    } else if (option->repeats) {
        buf_add(out, STR(COLOR_PLACEHOLDER "..." COLOR_RESET));
    }
}

struct str usage_line(struct arena *arena, const enum args_id *options, size_t count)
{
    struct buf line = buf_new(arena);
    buf_add(&line,
            STR(COLOR_HEADER "Usage:" COLOR_RESET " " COLOR_LITERAL "cargo-logout" COLOR_RESET));
    for (size_t i = 0; i < count; i++) {
        add_option(&line, &args_options[options[i]]);
    }
    if (count == 0) {
        buf_add(&line, STR(" " COLOR_PLACEHOLDER "[OPTIONS]" COLOR_RESET));
    }
    return buf_str(&line);
}

struct str usage_add_possible(struct arena *arena, struct str fault,
                              const struct args_option *option)
{
    if (!option->possible) {
        return fault;
    }
    struct buf out = buf_new(arena);
    buf_addf(&out, "%s\n  [possible values: ", fault.data);
    for (size_t i = 0; option->possible[i]; i++) {
        buf_addf(&out, "%s" COLOR_LITERAL "%s" COLOR_RESET, i > 0 ? ", " : "", option->possible[i]);
    }
    buf_add_char(&out, ']');
    return buf_str(&out);
}

struct str usage_error(struct arena *arena, const struct args_error *error)
{
    struct buf out = buf_new(arena);
    buf_addf(&out, COLOR_ERROR "error:" COLOR_RESET " %s", error->fault.data);
    if (error->tip.len > 0) {
        buf_addf(&out, "\n\n  " COLOR_LITERAL "tip:" COLOR_RESET " %s", error->tip.data);
    }
    if (error->usage.len > 0) {
        buf_addf(&out, "\n\n%s", error->usage.data);
    }
    buf_add(&out, STR("\n\nFor more information, try '" COLOR_LITERAL "--help" COLOR_RESET "'.\n"));
    return buf_str(&out);
}
