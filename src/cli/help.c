#include "cli/help.h"

#include "util/shell.h"

#define HEADING(text) COLOR_HEADER text COLOR_RESET

/* clang-format off */
static const char HELP[] =
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

struct str help_text(void)
{
    return str_of(HELP);
}

struct str help_version(void)
{
    return STR("cargo-logout " VERSION "\n");
}
