#include "cli/report.h"

static const char *name_of(const struct logout_registry *registry)
{
    return registry->registry.name.data;
}

/* Where it was, as the end of `token for `x` has been removed`. */
static struct str from_where(struct arena *arena, const struct credential *credential)
{
    switch (credential->place) {
    case PLACE_CONFIG:
        return str_format(arena, "from `%s`", credential->where.data);
    case PLACE_PROVIDER:
        if (credential->provider->kind == PROVIDER_LIBSECRET) {
            return STR("from the Secret Service");
        }
        return str_format(arena, "by credential provider `%s`", credential->where.data);
    case PLACE_CREDENTIALS: /* cargo's words, whichever file it was */
    case PLACE_ENVIRONMENT: /* is never removed */
        break;
    }
    return STR("from local storage");
}

/* Two files or lines that are told in the same words are told once. */
static bool was_told(struct arena *arena, const struct logout_registry *registry,
                     const struct credential *credential)
{
    const struct credential *other = registry->credentials;
    for (; other != credential; other = other->next) {
        if (other->state == CREDENTIAL_REMOVED && other->kind == credential->kind &&
            str_eq(from_where(arena, other), from_where(arena, credential))) {
            return true;
        }
    }
    return false;
}

static bool report_removed(struct shell *shell, const struct logout_registry *registry)
{
    bool any = false;
    for (const struct credential *c = registry->credentials; c; c = c->next) {
        if (c->state == CREDENTIAL_REMOVED && !was_told(shell->arena, registry, c)) {
            shell_status(shell, "Logout", "%s for `%s` has been removed %s",
                         credential_kind_name(c->kind), name_of(registry),
                         from_where(shell->arena, c).data);
            any = true;
        }
    }
    return any;
}

static void note_tokens(const struct shell *shell, const struct logout *logout)
{
    struct arena *arena = shell->arena;
    if (logout->count > 1) {
        shell_print_err(shell,
                        STR("note: This does not revoke the tokens on the registry servers.\n"
                            "    If you need to revoke them, visit the registries' websites "
                            "and follow the instructions there.\n"));
        return;
    }
    const struct logout_registry *registry = logout->registries;
    struct str where = registry->registry.is_crates_io
                           ? STR("<https://crates.io/me>")
                           : str_format(arena, "the `%s` website", name_of(registry));
    shell_print_err(shell, str_format(arena,
                                      "note: This does not revoke the token on the registry "
                                      "server.\n"
                                      "    If you need to revoke the token, visit %s and follow "
                                      "the instructions there.\n",
                                      where.data));
}

/* cargo prints the note with -q too, and then nothing says what it is about; quiet is quiet here.
 */
static void report_note(const struct shell *shell, const struct logout_options *options,
                        const struct logout *logout)
{
    bool token = false;
    bool secret_key = false;
    for (size_t i = 0; i < logout->count; i++) {
        for (const struct credential *c = logout->registries[i].credentials; c; c = c->next) {
            bool open = c->state == CREDENTIAL_REMOVED && !logout_is_dead(c);
            bool is_key = options->revoke && c->kind == CREDENTIAL_SECRET_KEY;
            token |= open && !is_key;
            secret_key |= open && is_key;
        }
    }
    if (shell->verbosity == VERBOSITY_QUIET) {
        return;
    }
    if (token) {
        note_tokens(shell, logout);
    }
    if (secret_key) {
        shell_print_err(shell, STR("note: A secret key has nothing on a registry server that could "
                                   "be revoked with it.\n"
                                   "    If a registry knows its public key, visit its website to "
                                   "have that removed.\n"));
    }
}

struct str report_cure(struct arena *arena, const struct credential *credential)
{
    switch (credential->place) {
    case PLACE_ENVIRONMENT:
        return str_format(arena, "unset %s", credential->where.data);
    case PLACE_PROVIDER:
        if (credential->provider->kind == PROVIDER_TOKEN_FROM_STDOUT) {
            return STR("");
        }
        break;
    case PLACE_CREDENTIALS:
    case PLACE_CONFIG:
        break;
    }
    return str_format(arena, "cargo-logout --registry %s%s", credential->registry.data,
                      credential->place == PLACE_CONFIG ? " --everywhere" : "");
}

static struct str help_of(struct arena *arena, const struct credential *credential)
{
    struct str command = report_cure(arena, credential);
    if (command.len == 0) {
        return STR("to end it, take the provider out of cargo's configuration, or the token from "
                   "where the provider has it");
    }
    return str_format(arena, "to end it, run `%s`", command.data);
}

void report_left(struct shell *shell, const struct logout_registry *registry,
                 const struct credential *credential)
{
    struct arena *arena = shell->arena;
    struct str other = STR("");
    if (!str_eq(credential->registry, registry->registry.name)) {
        other =
            str_format(arena, " (as `%s`, which has the same index)", credential->registry.data);
    }
    struct str title = str_format(arena, "a %s for `%s`%s is still in force: %s",
                                  credential_kind_name(credential->kind), name_of(registry),
                                  other.data, credential_place(arena, credential).data);
    shell_warn_help(shell, title, help_of(arena, credential));
}

/* One that is dead, but where only somebody else can take it away. */
static void report_dead(struct shell *shell, const struct logout_registry *registry,
                        const struct credential *credential)
{
    struct arena *arena = shell->arena;
    struct str title = str_format(arena, "a token for `%s` that is dead is still there: %s",
                                  name_of(registry), credential_place(arena, credential).data);
    shell_warn_help(shell, title, help_of(arena, credential));
}

/* A file or a provider that failed is told as an error; but one that only hands out tokens goes on,
 * as a variable does. */
static bool is_told_as_left(const struct credential *credential)
{
    bool only_gives =
        credential->provider && credential->provider->kind == PROVIDER_TOKEN_FROM_STDOUT;
    bool is_told = credential->state == CREDENTIAL_FAILED ||
                   (credential->state == CREDENTIAL_KEPT && credential->place != PLACE_ENVIRONMENT);
    return logout_leaves(credential) && (!is_told || only_gives);
}

/* Of several registries each says which one it was; of one, cargo's words are enough. */
static void report_failure(struct shell *shell, const struct logout *logout,
                           const struct logout_registry *registry, const struct err *failure)
{
    if (logout->count > 1) {
        failure = err_wrap(shell->arena, failure, "failed to log out of `%s`", name_of(registry));
    }
    shell_error(shell, failure);
}

/* A file that failed has failed for each credential in it, and is told once. */
void report_failures(struct shell *shell, const struct logout *logout)
{
    const struct err *told = NULL;
    if (logout->failure) {
        shell_error(shell, logout->failure);
    }
    for (size_t i = 0; i < logout->count; i++) {
        const struct logout_registry *registry = &logout->registries[i];
        for (const struct credential *c = registry->credentials; c; c = c->next) {
            if (c->failure && c->failure != told) {
                report_failure(shell, logout, registry, c->failure);
                told = c->failure;
            }
        }
        if (registry->failure) {
            report_failure(shell, logout, registry, registry->failure);
        }
    }
}

static bool has_anything(const struct logout *logout, const struct logout_registry *registry)
{
    bool any = logout->failure || registry->failure;
    for (const struct credential *c = registry->credentials; c; c = c->next) {
        any |= c->state == CREDENTIAL_REMOVED || c->state == CREDENTIAL_KEPT ||
               c->state == CREDENTIAL_FAILED || logout_leaves(c) || logout_is_dead(c);
    }
    return any;
}

void report_logout(struct shell *shell, const struct logout_options *options,
                   const struct logout *logout)
{
    bool removed = false;
    for (size_t i = 0; i < logout->count; i++) {
        const struct logout_registry *registry = &logout->registries[i];
        report_revoked(shell, registry);
        removed |= report_removed(shell, registry);
        if (!has_anything(logout, registry)) {
            shell_status(shell, "Logout", "not currently logged in to `%s`", name_of(registry));
        }
    }
    if (removed) {
        report_note(shell, options, logout);
    }
    for (size_t i = 0; i < logout->count; i++) {
        const struct logout_registry *registry = &logout->registries[i];
        for (const struct credential *c = registry->credentials; c; c = c->next) {
            if (is_told_as_left(c)) {
                report_left(shell, registry, c);
            } else if (c->state == CREDENTIAL_FOUND && logout_is_dead(c)) {
                report_dead(shell, registry, c);
            }
        }
    }
    report_failures(shell, logout);
}
