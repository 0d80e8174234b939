/* Reports copies of tokens, and the files that assign variables. */
#include "cli/report.h"
#include "util/text.h"

static struct str title_of(struct arena *arena, const struct copy *copy, const char *kind)
{
    const char *where = copy_location(arena, copy).data;
    const char *variable = text_shown(arena, copy->variable).data;
    struct str of = STR("");
    if (copy->registry) {
        of = str_format(arena, " for `%s`", copy->registry->shown.data);
    }
    switch (copy->kind) {
    case COPY_ORIGIN:
        return str_format(arena, "this process does not have `%s`, but a startup file sets it: %s",
                          variable, where);
    case COPY_UNREAD_FILE:
        return str_format(arena, "a file that cargo does not read contains a %s%s: %s", kind,
                          of.data, where);
    case COPY_POSSIBLE:
        return str_format(arena, "`http.user-agent` might contain a token: %s", where);
    case COPY_OF_TOKEN:
    case COPY_NOT_CHECKED:
        break;
    }
    return str_format(arena, "there is a copy of the token%s: %s", of.data, where);
}

static void report_copy(const struct shell *shell, const struct logout_options *options,
                        const struct run *run, const struct copy *copy)
{
    struct arena *arena = shell->arena;
    const char *kind = credential_keys[copy->stored];
    const char *name = copy->registry ? copy->registry->shown.data : "";
    if (copy->kind == COPY_NOT_CHECKED) {
        shell_alert(
            shell,
            str_format(arena, "not checked: %s: %s", copy->what.data, copy->error->message.data),
            STR(""));
        return;
    }
    bool is_here = copy->kind == COPY_ORIGIN &&
                   environment_get(&run->inventory.config->environment, copy->variable);
    if (copy->result == RESULT_NOT_FOUND || is_here) { /* the variable's fix lists this line */
        return;
    }
    if (copy->result == RESULT_REMOVED) {
        shell_status(shell, "Logout", "%s for `%s` has been removed from `%s`", kind, name,
                     copy->place->shown.data);
        return;
    }
    if (options->dry_run && options->copies && copy->is_toml) {
        shell_status(shell, "Logout", "%s for `%s` would be removed from %s", kind, name,
                     copy_location(arena, copy).data);
        return;
    }
    if (copy->error) {
        shell_error(shell, err_wrap(arena, copy->error, "failed to log out of `%s`", name));
    }
    bool is_home = str_eq(copy->variable, STR("CARGO_HOME"));
    const char *history = copy->in_work_tree
                              ? "; if the file was committed, the history of git still has the "
                                "token: revoke it"
                              : "";
    shell_alert(shell, title_of(arena, copy, kind),
                str_format(arena, "%s, %s%s", is_home ? "to check that home" : "to remove it",
                           copy_fix(arena, copy).text.data, history));
}

void report_copies(const struct shell *shell, const struct logout_options *options,
                   const struct run *run)
{
    const struct copies *copies = &run->copies;
    size_t found = 0;
    for (const struct copy *c = copies->first; c; c = c->next) {
        report_copy(shell, options, run, c);
        found += c->kind == COPY_OF_TOKEN;
    }
    if (options->copies) {
        shell_status(shell, "Searched", "%zu file%s for %zu token%s: %zu cop%s", copies->files,
                     copies->files == 1 ? "" : "s", copies->tokens, copies->tokens == 1 ? "" : "s",
                     found, found == 1 ? "y" : "ies");
    }
}
