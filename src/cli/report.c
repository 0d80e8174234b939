#include "cli/report.h"

#include "util/map.h"
#include "util/text.h"

static const char *name_of(const struct credential *c)
{
    return c->registry->shown.data;
}

static bool is_revoked(const struct credential *c)
{
    return c->answer && server_verdict_is_invalid(c->answer->verdict);
}

/*
 * Removed credentials.
 */

/* Returns the end of the message `token for `x` has been removed …`. */
static struct str from_where(struct arena *arena, const struct credential *c)
{
    bool provider = c->place == PLACE_PROVIDER;
    if (c->place == PLACE_KEYRING || (provider && c->provider->kind == PROVIDER_LIBSECRET))
        return STR("from the Secret Service");
    if (provider)
        return str_format(arena, "by credential provider `%s`", c->provider->shown.data);
    if (c->place == PLACE_CONFIG)
        return str_format(arena, "from `%s`", c->file->shown.data);
    return STR("from local storage"); /* cargo's text, for every credentials file */
}

/* Reports each message once for a registry. */
static void report_removed(const struct shell *shell, const struct credential *c)
{
    struct str where = from_where(shell->arena, c);
    for (const struct credential *other = c->registry->credentials; other != c; other = other->next)
        if (other->result == RESULT_REMOVED && other->kind == c->kind &&
            str_eq(from_where(shell->arena, other), where))
            return;
    shell_status(shell, "Logout", "%s for `%s` has been removed %s", credential_keys[c->kind],
                 name_of(c), where.data);
}

/* Returns the part of the URL that shows the server, such as `https://crates.io`. */
static struct str server_of(struct arena *arena, struct str url)
{
    const char *host = memmem(url.data, url.len, "://", 3);
    size_t end = host ? (size_t)(host - url.data) + 3 : 0;
    end += strcspn(url.data + end, "/?#");
    return text_shown(arena, str_slice(arena, url, 0, end));
}

/* Reports each token once. */
static void report_revoked(const struct shell *shell, const struct credential *c)
{
    static const char *const words[] = {
        [VERDICT_REVOKED_CHECKED] = "has been revoked, and the server now rejects it",
        [VERDICT_REVOKED_UNCHECKED] = "has been revoked, not checked",
        [VERDICT_ALREADY_INVALID] = "was already invalid",
        [VERDICT_UNRECOGNIZED] = "is not valid: crates.io does not recognize this token",
        [VERDICT_NOT_A_TOKEN] = "is not a token of this server",
    };
    const struct server_answer *answer = c->answer;
    for (const struct credential *other = c->registry->credentials; other != c; other = other->next)
        if (other->answer == answer)
            return; /* the same answer means the same token */
    shell_status(shell, answer->verdict <= VERDICT_REVOKED_UNCHECKED ? "Revoked" : "Revoke",
                 "token for `%s` %s (%s)", name_of(c), words[answer->verdict],
                 server_of(shell->arena, answer->url).data);
}

/* Not printed with -q. cargo prints it then, without the message that it belongs to. */
static void note_revoking(const struct shell *shell, const struct inventory *found)
{
    const struct registry *first = NULL;
    bool several = false;
    for (const struct credential *c = NULL; (c = inventory_next(found, c));) {
        if (c->result == RESULT_REMOVED && c->kind == CREDENTIAL_TOKEN && !is_revoked(c)) {
            first = first ? first : c->registry;
            several |= first != c->registry;
        }
    }
    if (!first || shell->verbosity == VERBOSITY_QUIET)
        return;
    struct str where = several ? STR("the registries' websites")
                       : first->is_crates_io
                           ? STR("<https://crates.io/me>")
                           : str_format(shell->arena, "the `%s` website", first->shown.data);
    const char *s = several ? "s" : "";
    shell_print_err(shell, str_format(shell->arena,
                                      "note: This does not revoke the token%s on the registry "
                                      "server%s.\n"
                                      "    If you need to revoke %s, visit %s and follow the "
                                      "instructions there.\n",
                                      s, s, several ? "them" : "the token", where.data));
}

/*
 * Credentials that cargo can still use.
 */

static struct str left_title(struct arena *arena, const struct credential *c, enum usable usable)
{
    const char *kind = credential_keys[c->kind];
    struct str where = credential_location(arena, c);
    if (c->place == PLACE_PROVIDER && usable == USABLE_UNKNOWN) {
        bool elsewhere = c->plan == PLAN_LEAVE && c->asked_about;
        return str_format(arena, "not checked: whether %s%s has a token for `%s`", where.data,
                          elsewhere ? ", which cargo does not ask here," : "", name_of(c));
    }
    if (usable == USABLE_UNKNOWN) {
        return str_format(arena, "cargo can use a %s for `%s` in a project that defines it: %s",
                          kind, name_of(c), where.data);
    }
    return str_format(arena, "cargo can still use a %s for `%s`%s: %s", kind, name_of(c),
                      c->asked_about ? "" : ", which has the same index", where.data);
}

/* Reports a credential that cargo can still use, or that was not checked, and prints what to do
 * about it. For a token that was kept, the error is enough. */
static void report_left(const struct shell *shell, const struct credential *c)
{
    struct arena *arena = shell->arena;
    struct str where = credential_location(arena, c);
    enum usable usable = credential_usable(c);
    bool not_checked = c->result == RESULT_NOT_CHECKED && c->error;
    bool explained = not_checked || (c->result == RESULT_KEPT && c->place != PLACE_VARIABLE);
    const char *purpose = "to remove it";
    struct str title;
    if (usable != USABLE_NO && is_revoked(c)) {
        title = str_format(arena, "a token for `%s` that is no longer valid is still stored: %s",
                           name_of(c), where.data);
    } else if (usable != USABLE_NO && !explained) {
        title = left_title(arena, c, usable);
    } else if (not_checked && !credential_failed(c)) {
        title = str_format(arena, "not checked: %s", c->error->message.data);
        purpose = "to ask it";
    } else {
        if (c->asked_about && c->place == PLACE_CONFIG && c->effect == NEVER_USED &&
            c->result == RESULT_PENDING && c->value.len > 0) {
            shell_note(shell, "%s has a %s for `%s` that cargo does not use", where.data,
                       credential_keys[c->kind], name_of(c));
        }
        return;
    }
    struct str fix = credential_fix(arena, c).text;
    shell_alert(shell, title,
                fix.len > 0 ? str_format(arena, "%s, %s", purpose, fix.data) : STR(""));
}

static void report_keyring(const struct shell *shell, const struct run *run)
{
    const struct keyring_view *keyring = &run->inventory.keyring;
    if (keyring->state == KEYRING_PRESENT) {
        shell_note(shell, "the keyring (Secret Service) was not checked, because no configuration "
                          "uses it; `cargo-logout --all` searches it");
    } else if (keyring->state == KEYRING_LOCKED) {
        shell_alert(shell, STR("not checked: the keyring (Secret Service), because it is locked"),
                    run->options->all && !run->options->status
                        ? STR("unlock it and run the same command again")
                        : STR("unlock it first"));
    } else if (keyring->state == KEYRING_UNKNOWN) {
        struct str help = STR("");
        for (const struct err *e = keyring->reason->cause; e; e = e->cause)
            help = e->message;
        shell_alert(shell,
                    str_format(shell->arena, "not checked: the keyring (Secret Service): %s",
                               keyring->reason->message.data),
                    help);
    }
}

/*
 * Copies of tokens, and the files that assign variables.
 */

static struct str copy_title(struct arena *arena, const struct copy *copy, const char *kind)
{
    const char *where = copy_location(arena, copy).data;
    const char *variable = text_shown(arena, copy->variable).data;
    struct str of = STR("");
    if (copy->registry)
        of = str_format(arena, " for `%s`", copy->registry->shown.data);
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

static void report_copy(const struct shell *shell, const struct run *run, const struct copy *copy)
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
                   map_get(&run->inventory.config->environment.by_name, copy->variable);
    if (copy->result == RESULT_NOT_FOUND || is_here)
        return; /* the fix of the variable lists this line */
    if (copy->result == RESULT_REMOVED) {
        shell_status(shell, "Logout", "%s for `%s` has been removed from `%s`", kind, name,
                     copy->place->shown.data);
        return;
    }
    if (run->options->dry_run && run->options->copies && copy->is_toml) {
        shell_status(shell, "Logout", "%s for `%s` would be removed from %s", kind, name,
                     copy_location(arena, copy).data);
        return;
    }
    if (copy->error)
        shell_error(shell, err_wrap(arena, copy->error, "failed to log out of `%s`", name));
    bool is_home = str_eq(copy->variable, STR("CARGO_HOME"));
    const char *history = copy->in_work_tree
                              ? "; if the file was committed, the history of git still has the "
                                "token: revoke it"
                              : "";
    shell_alert(shell, copy_title(arena, copy, kind),
                str_format(arena, "%s, %s%s", is_home ? "to check that home" : "to remove it",
                           copy_fix(arena, copy).text.data, history));
}

/* With -v: reports the variables that no startup file sets. */
static void report_looked(const struct shell *shell, const struct run *run)
{
    const struct inventory *found = &run->inventory;
    struct buf names = buf_new(shell->arena);
    for (const struct place *p = run->copies.places; p && p->kind == KIND_STARTUP; p = p->next)
        buf_addf(&names, "%s%s", names.len > 0 ? ", " : "", p->shown.data);
    for (const struct credential *c = NULL; (c = inventory_next(found, c));) {
        struct str variable = credential_variable(c);
        if (variable.len > 0 && !c->origins) {
            shell_note(shell, "no startup file sets `%s`; checked %s",
                       text_shown(shell->arena, variable).data,
                       names.len > 0 ? buf_str(&names).data : "none, because none exists");
        }
    }
}

static void report_copies(const struct shell *shell, const struct run *run)
{
    const struct copies *copies = &run->copies;
    size_t found = 0;
    for (const struct copy *c = copies->first; c; c = c->next) {
        report_copy(shell, run, c);
        found += c->kind == COPY_OF_TOKEN;
    }
    if (run->options->copies) {
        shell_status(shell, "Searched", "%zu file%s for %zu token%s: %zu cop%s", copies->files,
                     copies->files == 1 ? "" : "s", copies->tokens, copies->tokens == 1 ? "" : "s",
                     found, found == 1 ? "y" : "ies");
    }
    if (shell->verbosity >= VERBOSITY_VERBOSE)
        report_looked(shell, run);
}

/*
 * Errors.
 */

static bool has_cause(const struct err *chain, const struct err *wanted)
{
    while (chain && chain != wanted && !str_eq(chain->message, wanted->message))
        chain = chain->cause;
    return chain != NULL;
}

/* One or more credentials with the same error, which are reported in one message. */
struct failure {
    const struct err *err;
    struct buf names;
    const struct registry *last; /* the last one in `names` */
    struct failure *next;
};

static struct failure *find_failures(const struct inventory *found)
{
    struct arena *arena = found->config->arena;
    struct failure *first = NULL;
    struct failure **end = &first;
    struct map by_error = {0};
    for (const struct credential *c = NULL; (c = inventory_next(found, c));) {
        if (!credential_failed(c))
            continue;
        struct buf chain = buf_new(arena);
        for (const struct err *e = c->error; e; e = e->cause)
            buf_addf(&chain, "%s\n", e->message.data);
        void **place = map_place(arena, &by_error, buf_str(&chain));
        struct failure *failure = *place;
        if (!failure) {
            failure = arena_new(arena, struct failure);
            *failure = (struct failure){.err = c->error, .names = buf_new(arena)};
            *place = *end = failure;
            end = &failure->next;
        }
        if (failure->last != c->registry) {
            buf_addf(&failure->names, "%s`%s`", failure->last ? ", " : "", name_of(c));
            failure->last = c->registry;
        }
    }
    return first;
}

void report_unreadable(const struct shell *shell, const struct config *config)
{
    for (const struct config_file *file = config->files; file; file = file->next) {
        if (file->failure) {
            shell_note(shell,
                       "`%s` was not checked: correct the file or its permissions, and run the "
                       "same command again",
                       file->shown.data);
        }
    }
}

/* For an unknown name, suggests the most similar known one. */
static void suggest_name(const struct shell *shell, const struct inventory *inventory)
{
    const struct registry *chosen = inventory->chosen;
    const struct registry *similar = NULL;
    double best = 0;
    if (!chosen || chosen->group->indexed || !chosen->failure)
        return;
    for (const struct registry *r = inventory->registries.first; r; r = r->next) {
        bool known = r != chosen && r->has_index && r->valid;
        if (known && text_is_similar(shell->arena, chosen->name, r->name.data, &best))
            similar = r;
    }
    if (similar)
        shell_note(shell, "did you mean `--registry %s`?", similar->shown.data);
}

static void report_failures(const struct shell *shell, const struct run *run)
{
    const struct inventory *inventory = &run->inventory;
    bool all = run->options->all;
    for (const struct failure *f = find_failures(inventory); f; f = f->next) {
        shell_error(shell, all ? err_wrap(shell->arena, f->err, "failed to log out of %s",
                                          buf_str(&f->names).data)
                               : f->err);
    }
    if (run->failure)
        shell_error(shell, run->failure);
    for (const struct config_file *file = inventory->config->files; file; file = file->next)
        if (file->failure && !has_cause(run->failure, file->failure))
            shell_error(shell, file->failure);
    for (const struct registry *r = inventory->registries.first; r; r = r->next) {
        if (!r->failure || !inventory_is_about(inventory, r) || has_cause(run->failure, r->failure))
            continue;
        shell_error(shell, all ? err_wrap(shell->arena, r->failure, "failed to log out of `%s`",
                                          r->shown.data)
                               : r->failure);
    }
    report_unreadable(shell, inventory->config);
    suggest_name(shell, inventory);
}

/*
 * The complete report.
 */

static bool has_anything(const struct inventory *inventory, const struct registry *registry)
{
    bool any = registry->failure || !inventory_is_about(inventory, registry);
    for (const struct credential *c = registry->credentials; c; c = c->next) {
        bool planned = c->plan == PLAN_REMOVE && c->result == RESULT_PENDING;
        any |= planned || c->result == RESULT_REMOVED || c->error ||
               credential_usable(c) != USABLE_NO || is_revoked(c);
    }
    return any;
}

/* Reports registries without credentials in cargo's words. Without -v, several are one number. */
static void report_absent(const struct shell *shell, const struct run *run)
{
    const struct inventory *inventory = &run->inventory;
    const struct registry *only = NULL;
    bool listed = shell->verbosity >= VERBOSITY_VERBOSE;
    size_t absent = 0;
    size_t others = 0;
    for (const struct registry *r = inventory->registries.first; r && !run->failure; r = r->next) {
        if (!inventory_has(inventory, r))
            continue;
        if (has_anything(inventory, r)) {
            others += r->has_index || r->credentials;
            continue;
        }
        if (!r->has_index && r != inventory->chosen)
            continue;
        only = r;
        absent++;
        if (listed)
            shell_status(shell, "Logout", "not currently logged in to `%s`", r->shown.data);
    }
    if (absent == 1 && !listed) {
        shell_status(shell, "Logout", "not currently logged in to `%s`", only->shown.data);
    } else if (absent > 1 && !listed) {
        shell_status(shell, "Logout", "not currently logged in to %zu%s registries", absent,
                     others > 0 ? " other" : "");
    }
}

/* Prints the totals if credentials of several registries were found. */
static void report_summary(const struct shell *shell, const struct run *run)
{
    const struct inventory *found = &run->inventory;
    const struct totals *totals = &run->totals;
    const struct registry *first = NULL;
    bool several = false;
    for (const struct credential *c = NULL; (c = inventory_next(found, c));) {
        if (c->result == RESULT_REMOVED || credential_usable(c) != USABLE_NO || c->error) {
            first = first ? first : c->registry;
            several |= first != c->registry;
        }
    }
    if (several) {
        shell_status(shell, "Finished", "removed %zu, left %zu, not checked %zu", totals->removed,
                     totals->left, totals->not_checked);
    }
}

static void report_planned(const struct shell *shell, const struct credential *c)
{
    struct str where = credential_location(shell->arena, c);
    if (c->result != RESULT_PENDING)
        return;
    if (c->revoke_first) {
        const struct server_answer *a = c->answer;
        struct str about = STR("");
        if (a && (a->who.len > 0 || a->scopes.len > 0)) {
            about = str_format(shell->arena, " (%s%s%s%s%s)", a->who.data,
                               a->scopes.len > 0 ? "; scopes: " : "", a->scopes.data,
                               a->expires.len > 0 ? "; expires " : "", a->expires.data);
        }
        shell_status(shell, "Revoke", "token for `%s` would be revoked first%s", name_of(c),
                     text_shown(shell->arena, about).data);
    }
    switch (c->plan) {
    case PLAN_REMOVE:
        shell_status(shell, "Logout", "%s for `%s` would be removed from %s",
                     credential_keys[c->kind], name_of(c), where.data);
        break;
    case PLAN_ASK:
        shell_status(shell, "Logout", "%s would be asked to log out of `%s`", where.data,
                     name_of(c));
        break;
    case PLAN_LEAVE:
    case PLAN_CANNOT:
        report_left(shell, c);
        break;
    }
}

/* After a dry run, it reports what would be done. */
static void report_logout(const struct shell *shell, const struct run *run)
{
    const struct inventory *found = &run->inventory;
    for (const struct credential *c = NULL; (c = inventory_next(found, c));) {
        if (run->options->dry_run) {
            report_planned(shell, c);
            continue;
        }
        if (is_revoked(c))
            report_revoked(shell, c);
        if (c->result == RESULT_REMOVED)
            report_removed(shell, c);
    }
    report_absent(shell, run);
    if (run->options->dry_run)
        return;
    note_revoking(shell, found);
    for (const struct credential *c = NULL; (c = inventory_next(found, c));)
        report_left(shell, c);
}

void report_messages(const struct shell *shell, const struct run *run)
{
    if (!run->options->status)
        report_logout(shell, run);
    report_keyring(shell, run);
    report_copies(shell, run);
    report_failures(shell, run);
    if (run->options->dry_run)
        shell_note(shell, "this was a dry run: nothing was changed");
    else if (!run->options->status)
        report_summary(shell, run);
}
