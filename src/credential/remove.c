#include "credential/remove.h"

#include "util/helper.h"

bool remove_takes(const struct logout_options *options, const struct logout_registry *registry,
                  const struct credential *credential)
{
    if (!str_eq(credential->registry, registry->registry.name)) {
        return false; /* another name's, that only has the same index */
    }
    return credential->place == PLACE_CREDENTIALS ||
           (credential->place == PLACE_CONFIG && options->everywhere);
}

/* The first one from `credential` on that is taken out of this file. */
static struct credential *next_in_file(const struct logout_options *options,
                                       const struct logout_registry *registry,
                                       const struct config_file *file,
                                       struct credential *credential)
{
    while (credential &&
           !(remove_takes(options, registry, credential) && credential->state == CREDENTIAL_FOUND &&
             str_eq(credential->where, file->path))) {
        credential = credential->next;
    }
    return credential;
}

static struct err *token_failed(struct context *context, const struct err *cause)
{
    return err_wrap(context->arena, cause,
                    "credential provider `cargo:token` failed action `logout`");
}

/* What became of one that was to be taken out of the file. */
static void settle_one(struct arena *arena, const struct logout_registry *registry,
                       struct credential *credential, const struct file_removed *removed,
                       const struct err *failure)
{
    bool token = credential->kind == CREDENTIAL_TOKEN;
    if (failure && logout_is_dead(credential)) {
        failure = err_wrap(arena, failure, "the token for `%s` is dead, but is still in `%s`",
                           registry->registry.name.data, credential->where.data);
    }
    if (failure) {
        credential->state = CREDENTIAL_FAILED;
        credential->failure = failure;
    } else if (token ? removed->token : removed->secret_key) {
        credential->state = CREDENTIAL_REMOVED;
    } else if (token && removed->kept) {
        credential->state = CREDENTIAL_KEPT;
        credential->revocation = NULL; /* that was about another token */
        credential->failure = err_new(
            arena, "`%s` has another token for `%s` now than the one that was revoked; it is kept",
            credential->where.data, registry->registry.name.data);
    } else {
        credential->state = CREDENTIAL_ABSENT; /* somebody was faster */
    }
}

static void settle(struct context *context, const struct logout_options *options,
                   struct logout_registry *registry, const struct config_file *file,
                   const struct file_removed *removed, const struct err *failure)
{
    struct credential *credential = registry->credentials;
    while ((credential = next_in_file(options, registry, file, credential))) {
        settle_one(context->arena, registry, credential, removed, failure);
        credential = credential->next;
    }
}

/* One edit for all registries that the file has something of. */
static void clear_file(struct context *context, const struct logout_options *options,
                       struct logout *logout, const struct config_file *file)
{
    struct arena *arena = context->arena;
    struct logout_registry **concerned =
        arena_new_array(arena, struct logout_registry *, logout->count);
    struct str *names = arena_new_array(arena, struct str, logout->count);
    const struct file_token **only =
        arena_new_array(arena, const struct file_token *, logout->count);
    struct file_removed *removed = arena_new_array(arena, struct file_removed, logout->count);
    size_t count = 0;
    for (size_t i = 0; i < logout->count; i++) {
        struct logout_registry *registry = &logout->registries[i];
        if (next_in_file(options, registry, file, registry->credentials)) {
            concerned[count] = registry;
            only[count] = registry->dead;
            names[count++] = registry->registry.name;
        }
    }
    if (count == 0) {
        return;
    }
    const struct file_request request = {
        .path = file->path,
        .registries = names,
        .count = count,
        .only = options->revoke ? only : NULL,
        .seen = file->doc,
    };
    struct err *err = file_remove(context->shell, &request, removed);
    struct err *failure = err ? token_failed(context, err) : NULL;
    for (size_t i = 0; i < count; i++) {
        settle(context, options, concerned[i], file, &removed[i], failure);
    }
}

static void clear_files(struct context *context, const struct logout_options *options,
                        struct logout *logout)
{
    for (const struct config_file *file = context->files; file; file = file->next) {
        clear_file(context, options, logout, file);
    }
}

struct err *provider_call_of(struct context *context, const struct registry *registry,
                             const struct provider *provider, struct provider_call *out)
{
    struct arena *arena = context->arena;
    struct str *words = arena_new_array(arena, struct str, provider->count + 1);
    words[0] = provider->program;
    if (provider->kind == PROVIDER_LIBSECRET) {
        TRY(helper_path(arena, STR("cargo-credential-libsecret"), &words[0]));
    }
    for (size_t i = 0; i < provider->count; i++) {
        words[i + 1] = provider->arguments[i];
    }
    *out = (struct provider_call){
        .words = words,
        .count = provider->count + 1,
        .shown = str_format(arena, "%.*s%s", STR_ARG(provider->program),
                            provider->count > 0 ? " …" : ""),
        .registry = registry->name,
        .index_url = registry->index.text,
    };
    return NULL;
}

/* cargo: credential_action, the middle of its loop. */
static void ask_provider(struct context *context, const struct logout_registry *registry,
                         struct credential *credential)
{
    const struct provider *provider = credential->provider;
    struct arena *arena = context->arena;
    if (credential->state == CREDENTIAL_KEPT || credential->state == CREDENTIAL_FAILED ||
        credential->state == CREDENTIAL_UNSUITED) {
        return; /* that is known since it was asked for the token */
    }
    if (provider->kind == PROVIDER_PASETO) {
        credential->state = CREDENTIAL_FAILED;
        credential->failure = err_new(arena, "cargo:paseto requires -Zasymmetric-token");
        return;
    }
    provider_announce(context, provider, "logout", &registry->registry);
    enum provider_outcome outcome = PROVIDER_OPERATION_NOT_SUPPORTED;
    struct err *err = NULL;
    if (provider->kind != PROVIDER_TOKEN_FROM_STDOUT) {
        struct provider_call call;
        err = provider_call_of(context, &registry->registry, provider, &call);
        err = err ? err : provider_logout(context->shell, &call, &outcome);
    }
    if (!err && outcome == PROVIDER_OPERATION_NOT_SUPPORTED) {
        err = err_new(arena, "requested operation not supported");
    }
    if (err) {
        credential->state = CREDENTIAL_FAILED;
        credential->failure = err_wrap(
            arena, err, "credential provider `%s` failed action `logout`", credential->where.data);
        if (logout_is_dead(credential)) {
            credential->failure =
                err_wrap(arena, credential->failure,
                         "the token for `%s` is dead, but credential provider `%s` still has it",
                         registry->registry.name.data, credential->where.data);
        }
        return;
    }
    credential->state = outcome == PROVIDER_REMOVED     ? CREDENTIAL_REMOVED
                        : outcome == PROVIDER_NOT_FOUND ? CREDENTIAL_ABSENT
                                                        : CREDENTIAL_UNSUITED;
}

/* cargo: credential_action, its end. */
static void check_handled(struct context *context, struct logout_registry *registry)
{
    bool handled = registry->takes_tokens || registry->provider_count == 0;
    for (const struct credential *c = registry->credentials; c; c = c->next) {
        handled |= c->place == PLACE_PROVIDER ? c->state != CREDENTIAL_UNSUITED
                                              : c->state == CREDENTIAL_REMOVED;
    }
    if (!handled && !registry->failure) {
        registry->failure =
            err_new(context->arena, "no credential providers could handle the request");
    }
}

void remove_credentials(struct context *context, const struct logout_options *options,
                        struct logout *logout)
{
    bool cleared = false;
    for (size_t i = 0; i < logout->count; i++) {
        struct logout_registry *registry = &logout->registries[i];
        struct credential *credential = registry->credentials;
        for (size_t p = 0; p < registry->provider_count; p++) {
            const struct provider *provider = &registry->providers[p];
            while (credential && credential->place != PLACE_PROVIDER) {
                credential = credential->next;
            }
            if (credential && credential->provider == provider) {
                ask_provider(context, registry, credential);
                credential = credential->next;
                continue;
            }
            if (!logout->failure) { /* else cargo would not come so far */
                provider_announce(context, provider, "logout", &registry->registry);
            }
            if (provider->kind == PROVIDER_TOKEN && !cleared) {
                clear_files(context, options, logout);
                cleared = true;
            }
        }
    }
    if (!cleared) {
        clear_files(context, options, logout);
    }
    for (size_t i = 0; i < logout->count; i++) {
        check_handled(context, &logout->registries[i]);
    }
}
