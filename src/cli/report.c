#include "cli/report.h"

#include "cli/similar.h"
#include "util/list.h"
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
    switch (c->place) {
    case PLACE_CONFIG:
        return str_format(arena, "from `%s`", c->file->shown.data);
    case PLACE_PROVIDER:
        if (c->provider->kind != PROVIDER_LIBSECRET) {
            return str_format(arena, "by credential provider `%s`", c->provider->shown.data);
        }
        return STR("from the Secret Service");
    case PLACE_KEYRING:
        return STR("from the Secret Service");
    case PLACE_CREDENTIALS: /* cargo's text, for every credentials file */
    case PLACE_VARIABLE:
        break;
    }
    return STR("from local storage");
}

/* Returns true if an earlier credential had the same message. */
static bool was_reported(struct arena *arena, const struct credential *c)
{
    for (const struct credential *other = c->registry->credentials; other != c;
         other = other->next) {
        if (other->result == RESULT_REMOVED && other->kind == c->kind &&
            str_eq(from_where(arena, other), from_where(arena, c))) {
            return true;
        }
    }
    return false;
}

static const char *verdict_words(enum server_verdict verdict)
{
    static const char *const words[] = {
        [VERDICT_REVOKED_CHECKED] = "has been revoked, and the server now rejects it",
        [VERDICT_REVOKED_UNCHECKED] = "has been revoked, not checked",
        [VERDICT_ALREADY_INVALID] = "was already invalid",
        [VERDICT_UNRECOGNIZED] = "is not valid: crates.io does not recognize this token",
        [VERDICT_NOT_A_TOKEN] = "is not a token of this server",
    };
    return words[verdict];
}

/* Returns the part of the URL that shows the server, such as `https://crates.io`. */
static struct str server_of(struct arena *arena, struct str url)
{
    const char *host = memmem(url.data, url.len, "://", 3);
    size_t end = host ? (size_t)(host - url.data) + 3 : 0;
    end += strcspn(url.data + end, "/?#");
    return text_shown(arena, str_slice(arena, url, 0, end));
}

static void report_revoked(const struct shell *shell, const struct credential *c)
{
    for (const struct credential *other = c->registry->credentials; other != c;
         other = other->next) {
        if (other->answer == c->answer) {
            return; /* the same answer means the same token */
        }
    }
    shell_status(shell, c->answer->verdict <= VERDICT_REVOKED_UNCHECKED ? "Revoked" : "Revoke",
                 "token for `%s` %s (%s)", name_of(c), verdict_words(c->answer->verdict),
                 server_of(shell->arena, c->answer->url).data);
}

static void report_removed(const struct shell *shell, const struct credential *c)
{
    if (c->result == RESULT_REMOVED && !was_reported(shell->arena, c)) {
        shell_status(shell, "Logout", "%s for `%s` has been removed %s", credential_kind_name(c),
                     name_of(c), from_where(shell->arena, c).data);
    }
}

/* The tokens that the note about revoking is about. */
struct removed {
    size_t tokens;
    const struct registry *registry; /* of the first token */
    bool several_registries;
};

static struct removed removed_of(const struct inventory *inventory)
{
    struct removed removed = {0};
    for (const struct credential *c = inventory_first(inventory); c;
         c = inventory_next(inventory, c)) {
        if (c->result != RESULT_REMOVED || c->kind != CREDENTIAL_TOKEN || is_revoked(c)) {
            continue;
        }
        removed.tokens++;
        removed.registry = removed.registry ? removed.registry : c->registry;
        removed.several_registries |= removed.registry != c->registry;
    }
    return removed;
}

/* Not printed with -q. cargo prints it then, without the message that it belongs to. */
static void note_revoking(const struct shell *shell, const struct run *run)
{
    struct removed removed = removed_of(&run->inventory);
    if (removed.tokens == 0 || shell->verbosity == VERBOSITY_QUIET) {
        return;
    }
    if (removed.several_registries) {
        shell_print_err(shell,
                        STR("note: This does not revoke the tokens on the registry servers.\n"
                            "    If you need to revoke them, visit the registries' websites "
                            "and follow the instructions there.\n"));
        return;
    }
    struct str where = removed.registry->is_crates_io ? STR("<https://crates.io/me>")
                                                      : str_format(shell->arena, "the `%s` website",
                                                                   removed.registry->shown.data);
    shell_print_err(shell, str_format(shell->arena,
                                      "note: This does not revoke the token on the registry "
                                      "server.\n"
                                      "    If you need to revoke the token, visit %s and follow "
                                      "the instructions there.\n",
                                      where.data));
}

/*
 * Credentials that cargo can still use.
 */

static struct str left_title(struct arena *arena, const struct credential *c, enum usable usable)
{
    const char *kind = credential_kind_name(c);
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

void report_left(const struct shell *shell, const struct credential *c)
{
    struct arena *arena = shell->arena;
    struct fix fix = credential_fix(arena, c);
    struct str help =
        fix.text.len > 0 ? str_format(arena, "to remove it, %s", fix.text.data) : STR("");
    shell_alert(shell, left_title(arena, c, credential_usable(c)), help);
}

/* Reports a revoked token in a location that only a person can change. */
static void report_revoked_left(const struct shell *shell, const struct credential *c)
{
    struct arena *arena = shell->arena;
    struct fix fix = credential_fix(arena, c);
    shell_alert(shell,
                str_format(arena, "a token for `%s` that is no longer valid is still stored: %s",
                           name_of(c), credential_location(arena, c).data),
                str_format(arena, "to remove it, %s", fix.text.data));
}

/* For a token that was kept, the error is enough. For a provider that still has a token, or a file
 * that cannot be written, the fix is printed too. */
static bool is_reported_as_left(const struct credential *c)
{
    enum usable usable = credential_usable(c);
    bool explained = c->result == RESULT_KEPT && c->place != PLACE_VARIABLE;
    return usable != USABLE_NO && !explained && !(c->result == RESULT_NOT_CHECKED && c->error);
}

static void report_one_left(const struct shell *shell, const struct credential *c)
{
    if (is_revoked(c) && credential_usable(c) != USABLE_NO) {
        report_revoked_left(shell, c);
    } else if (is_reported_as_left(c)) {
        report_left(shell, c);
    } else if (c->result == RESULT_NOT_CHECKED && c->error && !c->error_is_final) {
        struct fix fix = credential_fix(shell->arena, c);
        shell_alert(shell, str_format(shell->arena, "not checked: %s", c->error->message.data),
                    str_format(shell->arena, "to ask it, %s", fix.text.data));
    } else if (c->asked_about && c->place == PLACE_CONFIG && c->effect == NEVER_USED &&
               c->result == RESULT_PENDING && c->value.len > 0) {
        shell_note(shell, "%s has a %s for `%s` that cargo does not use",
                   credential_location(shell->arena, c).data, credential_kind_name(c), name_of(c));
    }
}

void report_keyring(const struct shell *shell, const struct logout_options *options,
                    const struct inventory *inventory)
{
    const struct keyring_view *keyring = &inventory->keyring;
    if (!inventory->keyring_asked) {
        return;
    }
    switch (keyring->state) {
    case KEYRING_PRESENT:
        shell_note(shell, "the keyring (Secret Service) was not checked, because no configuration "
                          "uses it; `cargo-logout --all` searches it");
        break;
    case KEYRING_LOCKED:
        shell_alert(shell, STR("not checked: the keyring (Secret Service), because it is locked"),
                    options->all && !options->status
                        ? STR("unlock it and run the same command again")
                        : STR("unlock it first"));
        break;
    case KEYRING_UNKNOWN: {
        struct str help = STR("");
        for (const struct err *e = keyring->reason->cause; e; e = e->cause) {
            help = e->message;
        }
        shell_alert(shell,
                    str_format(shell->arena, "not checked: the keyring (Secret Service): %s",
                               keyring->reason->message.data),
                    help);
        break;
    }
    case KEYRING_NONE:
    case KEYRING_LISTED:
        break;
    }
}

/*
 * Errors.
 */

static bool has_cause(const struct err *chain, const struct err *wanted)
{
    while (chain && chain != wanted && !str_eq(chain->message, wanted->message)) {
        chain = chain->cause;
    }
    return chain != NULL;
}

/* A credential that failed. Credentials with the same error are reported in one message. */
struct failure {
    const struct credential *credential;
    struct failure *same; /* the next one with the same error */
    bool again;           /* an earlier one has the same error */
};

static int by_error(const void *left, const void *right)
{
    const struct failure *one = *(struct failure *const *)left;
    const struct failure *other = *(struct failure *const *)right;
    const struct err *a = one->credential->error;
    const struct err *b = other->credential->error;
    int order = 0;
    for (; order == 0 && a != b; a = a->cause, b = b->cause) {
        if (!a || !b) {
            return a ? 1 : -1;
        }
        order = str_cmp(a->message, b->message);
    }
    return order ? order : list_order((uintptr_t)one, (uintptr_t)other);
}

static bool same_error(const struct err *a, const struct err *b)
{
    while (a != b && a && b && str_eq(a->message, b->message)) {
        a = a->cause;
        b = b->cause;
    }
    return a == b;
}

static struct failure *find_failures(const struct inventory *inventory, size_t *count)
{
    struct arena *arena = inventory->config->arena;
    size_t most = 0;
    for (const struct credential *c = inventory_first(inventory); c;
         c = inventory_next(inventory, c)) {
        most += c->error && c->error_is_final;
    }
    struct failure *failures = arena_new_array(arena, struct failure, most);
    struct failure **order = arena_new_array(arena, struct failure *, most);
    size_t n = 0;
    for (const struct credential *c = inventory_first(inventory); c;
         c = inventory_next(inventory, c)) {
        if (c->error && c->error_is_final) {
            failures[n].credential = c;
            order[n] = &failures[n];
            n++;
        }
    }
    list_sort(order, n, sizeof(struct failure *), by_error);
    for (size_t i = 1; i < n; i++) {
        if (same_error(order[i - 1]->credential->error, order[i]->credential->error)) {
            order[i - 1]->same = order[i];
            order[i]->again = true;
        }
    }
    *count = n;
    return failures;
}

static struct str names_of(struct arena *arena, const struct failure *first)
{
    struct buf names = buf_new(arena);
    const struct registry *last = NULL;
    for (const struct failure *f = first; f; f = f->same) {
        if (f->credential->registry != last) {
            buf_addf(&names, "%s`%s`", last ? ", " : "", name_of(f->credential));
            last = f->credential->registry;
        }
    }
    return buf_str(&names);
}

static void report_credential_failures(const struct shell *shell,
                                       const struct logout_options *options, const struct run *run)
{
    size_t count;
    const struct failure *failures = find_failures(&run->inventory, &count);
    for (size_t i = 0; i < count; i++) {
        const struct err *err = failures[i].credential->error;
        if (failures[i].again) {
            continue;
        }
        if (options->all) {
            err = err_wrap(shell->arena, err, "failed to log out of %s",
                           names_of(shell->arena, &failures[i]).data);
        }
        shell_error(shell, err);
    }
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
    if (!chosen || chosen->indexed || !chosen->failure) {
        return;
    }
    for (const struct registry *r = inventory->registries.first; r; r = r->next) {
        bool known = r != chosen && r->has_index && r->valid && text_is_plain(r->name);
        if (known && similar_better(shell->arena, chosen->name, r->name.data, &best)) {
            similar = r;
        }
    }
    if (similar) {
        shell_note(shell, "did you mean `--registry %s`?", similar->shown.data);
    }
}

void report_failures(const struct shell *shell, const struct logout_options *options,
                     const struct run *run)
{
    const struct inventory *inventory = &run->inventory;
    report_credential_failures(shell, options, run);
    if (run->failure) {
        shell_error(shell, run->failure);
    }
    for (const struct config_file *file = inventory->config->files; file; file = file->next) {
        if (file->failure && !has_cause(run->failure, file->failure)) {
            shell_error(shell, file->failure);
        }
    }
    for (const struct registry *r = inventory->registries.first; r; r = r->next) {
        if (!r->failure || !inventory_is_about(inventory, r) ||
            has_cause(run->failure, r->failure)) {
            continue;
        }
        shell_error(shell, options->all ? err_wrap(shell->arena, r->failure,
                                                   "failed to log out of `%s`", r->shown.data)
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
        any |= c->result == RESULT_REMOVED || c->error || credential_usable(c) != USABLE_NO ||
               is_revoked(c);
    }
    return any;
}

/* Reports registries without credentials: one with cargo's text, several in one line. */
static void report_absent(const struct shell *shell, const struct run *run)
{
    const struct inventory *inventory = &run->inventory;
    const struct registry *only = NULL;
    size_t absent = 0;
    size_t others = 0;
    for (const struct registry *r = inventory->registries.first; r; r = r->next) {
        if (!inventory_has(inventory, r) ||
            (!r->has_index && !r->credentials && r != inventory->chosen)) {
            continue;
        }
        if (has_anything(inventory, r)) {
            others++;
        } else {
            only = r;
            absent++;
        }
    }
    bool each = absent == 1 || shell->verbosity >= VERBOSITY_VERBOSE;
    if (run->failure || absent == 0) {
        return;
    }
    if (inventory->chosen || (absent == 1 && others == 0)) {
        shell_status(shell, "Logout", "not currently logged in to `%s`", only->shown.data);
        return;
    }
    for (const struct registry *r = inventory->registries.first; each && r; r = r->next) {
        if (r->has_index && !has_anything(inventory, r)) {
            shell_status(shell, "Logout", "not currently logged in to `%s`", r->shown.data);
        }
    }
    if (!each) {
        shell_status(shell, "Logout", "not currently logged in to %zu%s registries", absent,
                     others > 0 ? " other" : "");
    }
}

static void report_summary(const struct shell *shell, const struct run *run, bool dry_run)
{
    const struct totals *totals = &run->totals;
    const struct inventory *inventory = &run->inventory;
    const struct registry *first = NULL;
    bool several = false;
    for (const struct credential *c = inventory_first(inventory); c;
         c = inventory_next(inventory, c)) {
        if (c->result == RESULT_REMOVED || credential_usable(c) != USABLE_NO || c->error) {
            first = first ? first : c->registry;
            several |= first != c->registry;
        }
    }
    if (several && !dry_run) {
        shell_status(shell, "Finished", "removed %zu, left %zu, not checked %zu", totals->removed,
                     totals->left, totals->not_checked);
    }
}

static void report_planned(const struct shell *shell, const struct credential *c)
{
    struct str where = credential_location(shell->arena, c);
    if (c->result != RESULT_PENDING) {
        return;
    }
    if (c->revoke_first) {
        const struct server_answer *answer = c->answer;
        struct str page = STR("");
        if (answer && (answer->who.len > 0 || answer->scopes.len > 0)) {
            page = str_format(shell->arena, " (%s%s%s%s%s)",
                              text_shown(shell->arena, answer->who).data,
                              answer->scopes.len > 0 ? "; scopes: " : "",
                              text_shown(shell->arena, answer->scopes).data,
                              answer->expires.len > 0 ? "; expires " : "",
                              text_shown(shell->arena, answer->expires).data);
        }
        shell_status(shell, "Revoke", "token for `%s` would be revoked first%s", name_of(c),
                     page.data);
    }
    switch (c->plan) {
    case PLAN_REMOVE:
        shell_status(shell, "Logout", "%s for `%s` would be removed from %s",
                     credential_kind_name(c), name_of(c), where.data);
        break;
    case PLAN_ASK:
        shell_status(shell, "Logout", "%s would be asked to log out of `%s`", where.data,
                     name_of(c));
        break;
    case PLAN_LEAVE:
    case PLAN_CANNOT:
        report_one_left(shell, c);
        break;
    }
}

void report_logout(const struct shell *shell, const struct logout_options *options,
                   const struct run *run)
{
    const struct inventory *inventory = &run->inventory;
    for (const struct credential *c = inventory_first(inventory); c;
         c = inventory_next(inventory, c)) {
        if (options->dry_run) {
            report_planned(shell, c);
            continue;
        }
        if (is_revoked(c)) {
            report_revoked(shell, c);
        }
        report_removed(shell, c);
    }
    report_absent(shell, run);
    if (!options->dry_run) {
        note_revoking(shell, run);
        for (const struct credential *c = inventory_first(inventory); c;
             c = inventory_next(inventory, c)) {
            report_one_left(shell, c);
        }
    }
    report_keyring(shell, options, inventory);
    report_copies(shell, options, run);
    report_failures(shell, options, run);
    report_summary(shell, run, options->dry_run);
    if (options->dry_run) {
        shell_note(shell, "this was a dry run: nothing was changed");
    }
}

const char *report_plan_name(const struct credential *c)
{
    switch (c->plan) {
    case PLAN_REMOVE:
        return "remove";
    case PLAN_ASK:
        return "ask";
    case PLAN_CANNOT:
        return "cannot";
    case PLAN_LEAVE:
        break;
    }
    return "leave";
}
