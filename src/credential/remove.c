#include "credential/file.h"
#include "credential/provider_client.h"
#include "credential/run.h"
#include "util/child.h"

/* The helper exits after 20 seconds. If it fails before this time, it was not waiting for the
 * keyring. */
enum { KEYRING_PATIENCE_MS = 19000 };

/*
 * Files.
 */

/* Links the credentials to remove from each file. */
static struct map lists_by_path(const struct inventory *inventory)
{
    struct map lists = {0};
    for (struct credential *c = NULL; (c = inventory_next(inventory, c));) {
        if (c->plan == PLAN_REMOVE && c->result == RESULT_PENDING) {
            struct credential **list =
                (struct credential **)map_place(inventory->config->arena, &lists, c->file->path);
            c->next_in_file = *list;
            *list = c;
        }
    }
    return lists;
}

/* Removes everything from the file in one edit. Repairs a torn file even if nothing is removed. */
static void clear_file(const struct inventory *inventory, const struct logout_options *options,
                       const struct config_file *file, struct credential *list)
{
    struct arena *arena = inventory->config->arena;
    struct shell *shell = inventory->config->shell;
    bool mend = file->torn && (file->credentials || (options->everywhere && !file->leaves));
    if (!list && !mend)
        return;
    const struct err *err = file_remove(shell, file, list, options->revoke);
    if (err && !list)
        shell_warn(shell, "%s: %s", err->message.data, err->cause ? err->cause->message.data : "");
    err = err ? logout_error(arena, "cargo:token", err) : NULL;
    for (struct credential *c = list; c; c = c->next_in_file) {
        c->error = err;
        c->result = err ? RESULT_FAILED : c->result;
        if (c->result == RESULT_KEPT) {
            c->answer = NULL; /* the answer was about another token */
            c->error = err_new(arena,
                               "`%s` now contains another token for `%s`, which was not revoked "
                               "and is kept",
                               file->shown.data, c->registry->shown.data);
        }
    }
}

/*
 * Providers.
 */

/* Asks the provider again for the token. The keyring's helper need not be asked, because it has
 * searched again. An error counts as no token, because cargo gets none either. */
static bool serves(const struct inventory *inventory, const struct credential *c)
{
    enum provider_outcome outcome = PROVIDER_NOT_FOUND;
    struct shell *shell = inventory->config->shell;
    return !provider_is_keyring(c) && !provider_ask(shell, PROVIDER_VERIFY, c, &outcome, NULL) &&
           outcome == PROVIDER_GAVE_TOKEN;
}

static void settle_provider(struct arena *arena, struct credential *c,
                            enum provider_outcome outcome, bool serves, const struct err *err)
{
    if (err) {
        c->result = serves ? RESULT_FAILED : RESULT_NOT_CHECKED;
        c->error = logout_error(arena, provider_name(c), err);
    } else if (serves) {
        c->result = RESULT_FAILED;
        c->error = err_new(arena, "credential provider `%s` still has a token for `%s`",
                           provider_name(c), c->registry->shown.data);
    } else {
        c->result = outcome == PROVIDER_REMOVED             ? RESULT_REMOVED
                    : outcome == PROVIDER_URL_NOT_SUPPORTED ? RESULT_NOT_SUPPORTED
                                                            : RESULT_NOT_FOUND;
    }
    c->effect = serves ? IN_USE : c->effect;
}

/* With -v: prints ` Credential PROGRAM … logout crates-io`. */
static void announce(const struct shell *shell, const struct provider *provider,
                     const struct registry *registry)
{
    if (shell->verbosity >= VERBOSITY_VERBOSE) {
        shell_status(shell, "Credential", "%s logout %s", provider->shown.data,
                     registry->shown.data);
    }
}

/* Asks one provider to log out. cargo: credential_action, the middle of its loop. */
static void ask(struct inventory *inventory, struct credential *c)
{
    struct shell *shell = inventory->config->shell;
    enum provider_outcome outcome = PROVIDER_NOT_FOUND;
    int64_t start = child_clock();
    if (provider_is_keyring(c) && inventory->keyring_late) {
        settle_provider(shell->arena, c, outcome, false, inventory->keyring_late);
        return;
    }
    if (c->provider)
        announce(shell, c->provider, c->registry);
    const struct err *err = provider_ask(shell, PROVIDER_LOGOUT, c, &outcome, NULL);
    if (provider_is_keyring(c) && child_clock() - start >= KEYRING_PATIENCE_MS)
        inventory->keyring_late = err;
    settle_provider(shell->arena, c, outcome, serves(inventory, c), err);
}

/* Fails if no provider handles the registry. cargo: credential_action, its end. */
static void check_handled(const struct inventory *inventory, struct registry *registry)
{
    bool handled = registry->failure || !registry->has_index || registry->group->takes_tokens;
    for (const struct credential *c = registry->credentials; c; c = c->next) {
        bool asked = c->plan != PLAN_LEAVE && c->result != RESULT_NOT_SUPPORTED;
        handled |= c->place == PLACE_PROVIDER ? asked : c->result == RESULT_REMOVED;
    }
    if (!handled) {
        registry->failure =
            err_new(inventory->config->arena, "no credential providers could handle the request");
    }
}

static void announce_token(const struct inventory *inventory, const struct registry *registry)
{
    for (size_t i = 0; i < registry->providers.count; i++)
        if (registry->providers.items[i].kind == PROVIDER_TOKEN)
            announce(inventory->config->shell, &registry->providers.items[i], registry);
}

void remove_all(struct inventory *inventory, const struct logout_options *options)
{
    for (struct registry *r = inventory->registries.first; r; r = r->next)
        if (inventory_is_about(inventory, r) && r->has_index && !r->failure)
            announce_token(inventory, r);
    const struct map lists = lists_by_path(inventory);
    for (const struct config_file *file = inventory->config->files; file; file = file->next)
        clear_file(inventory, options, file, map_get(&lists, file->path));
    for (struct credential *c = NULL; (c = inventory_next(inventory, c));)
        if (c->plan == PLAN_ASK && c->result == RESULT_PENDING)
            ask(inventory, c);
    for (struct registry *r = inventory->registries.first; r; r = r->next)
        if (inventory_is_about(inventory, r))
            check_handled(inventory, r);
    /* items of the same name under other URLs, which the provider cannot find */
    if (inventory->uses_keyring && inventory->chosen && !inventory->keyring_asked)
        inventory_look_into_keyring(inventory, KEYRING_SEARCH_UNLOCKED);
}
