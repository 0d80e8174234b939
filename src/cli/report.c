#include "cli/report.h"

static const char *kind_name(enum credential_kind kind)
{
    return kind == CREDENTIAL_TOKEN ? "token" : "secret-key";
}

/* cargo prints the note with -q too, and then nothing says what it is about; quiet is quiet here.
 */
static void report_removed(struct shell *shell, const struct logout *logout)
{
    const char *name = logout->name.data;
    for (size_t i = 0; i < logout->removed_count; i++) {
        shell_status(shell, "Logout", "%s for `%s` has been removed from local storage",
                     kind_name(logout->removed[i]), name);
    }
    if (shell->verbosity == VERBOSITY_QUIET) {
        return;
    }
    struct str where = logout->is_crates_io ? STR("<https://crates.io/me>")
                                            : str_format(shell->arena, "the `%s` website", name);
    shell_print_err(shell,
                    str_format(shell->arena,
                               "note: This does not revoke the token on the registry server.\n"
                               "    If you need to revoke the token, visit %s and follow the "
                               "instructions there.\n",
                               where.data));
}

static void report_remaining(struct shell *shell, const struct logout *logout,
                             const struct credential *credential)
{
    struct arena *arena = shell->arena;
    struct str place = definition_display(arena, credential->definition);
    struct str cure;
    if (credential->definition->kind == DEFINITION_ENVIRONMENT) {
        cure = str_format(arena, "to end it, run `unset %s`", credential->definition->name.data);
    } else {
        place = str_format(arena, "%s:%zu", place.data, credential->line);
        cure = STR("to end it, delete that line");
    }
    struct str title = str_format(arena, "a %s for `%s` is still in force: %s",
                                  kind_name(credential->kind), logout->name.data, place.data);
    shell_warn_help(shell, title, cure);
}

void report_logout(struct shell *shell, const struct logout *logout)
{
    if (logout->removed_count > 0) {
        report_removed(shell, logout);
    }
    for (size_t i = 0; i < logout->remaining_count; i++) {
        report_remaining(shell, logout, &logout->remaining[i]);
    }
    if (logout->removed_count == 0 && logout->remaining_count == 0) {
        shell_status(shell, "Logout", "not currently logged in to `%s`", logout->name.data);
    }
}
