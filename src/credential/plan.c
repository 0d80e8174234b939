#include "credential/run.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Returns why the file cannot be edited, or NULL. */
static const struct err *file_obstacle(struct arena *arena, const struct credential *c)
{
    const char *shown = c->file->shown.data;
    if (c->place == PLACE_CONFIG && c->file->leaves) {
        return err_new(arena,
                       "`%s` is outside of the project whose configuration includes it, so it is "
                       "not edited",
                       shown);
    }
    if (faccessat(AT_FDCWD, c->file->path.data, W_OK, AT_EACCESS) < 0 && errno != ENOENT) {
        struct err *err = err_wrap(arena, err_os(arena, errno), "failed to open: %s", shown);
        return logout_error(arena, "cargo:token", err);
    }
    return NULL;
}

/* Returns why the provider cannot be asked, or NULL. */
static const struct err *provider_obstacle(struct arena *arena, const struct provider *provider)
{
    const char *shown = provider->shown.data;
    if (provider->foreign) {
        struct str where = setting_location(arena, provider->foreign);
        return err_new(arena,
                       "credential provider `%s` was not asked, because others than you and root "
                       "can write %s, which configures it",
                       shown, where.data);
    }
    if (provider->kind == PROVIDER_TOKEN_FROM_STDOUT)
        return logout_error(arena, shown, err_new(arena, "requested operation not supported"));
    return provider->kind == PROVIDER_PASETO
               ? err_new(arena, "cargo:paseto requires -Zasymmetric-token")
               : NULL;
}

/* Returns true if cargo asks the provider in the working directory. */
static bool is_here(const struct credential *c)
{
    const struct provider_list *list = &c->registry->providers;
    return c->provider >= list->items && c->provider < list->items + list->count;
}

/* Predicts cargo's error without a keyring. */
static void predict_keyring(const struct inventory *inventory, struct credential *c)
{
    struct arena *arena = inventory->config->arena;
    if (c->provider->kind == PROVIDER_LIBSECRET && inventory->keyring.state == KEYRING_NONE) {
        struct err *err = err_new(arena, "there is no keyring (Secret Service) in this session");
        c->error = logout_error(arena, c->provider->shown.data, err);
        c->result = RESULT_NOT_CHECKED;
    }
}

static void plan_one(const struct inventory *inventory, const struct logout_options *options,
                     struct credential *c)
{
    struct arena *arena = inventory->config->arena;
    bool from_provider = c->place == PLACE_PROVIDER || c->place == PLACE_KEYRING;
    bool goes = false;
    switch (c->place) {
    case PLACE_CREDENTIALS:
    case PLACE_CONFIG:
        goes = c->place == PLACE_CREDENTIALS || options->everywhere;
        c->error = goes ? file_obstacle(arena, c) : NULL;
        if (goes && c->registry->undefined) /* does not matter, because something is found */
            c->registry->failure = NULL;
        break;
    case PLACE_PROVIDER:
        goes = is_here(c) || options->all;
        c->error = goes ? provider_obstacle(arena, c->provider) : NULL;
        break;
    case PLACE_KEYRING:
        goes = options->all;
        break;
    case PLACE_VARIABLE:
        break;
    }
    c->plan = c->error ? PLAN_CANNOT : !goes ? PLAN_LEAVE : from_provider ? PLAN_ASK : PLAN_REMOVE;
    if (c->plan == PLAN_CANNOT && from_provider && c->provider->foreign)
        c->result = RESULT_NOT_CHECKED;
    else if (c->plan == PLAN_CANNOT && !options->status)
        c->result = RESULT_FAILED;
    else if (c->plan == PLAN_ASK && c->provider && options->dry_run)
        predict_keyring(inventory, c);
    bool revocable = c->kind == CREDENTIAL_TOKEN && (from_provider || c->value.len > 0);
    bool revokes = c->plan == PLAN_REMOVE || c->plan == PLAN_ASK ||
                   (c->place == PLACE_VARIABLE && options->everywhere);
    c->revoke_first = options->revoke && revocable && revokes;
}

void plan_all(const struct inventory *inventory, const struct logout_options *options)
{
    for (struct registry *r = inventory->registries.first; r; r = r->next) {
        bool was_asked_for = r == inventory->chosen && !inventory->config->failure;
        if (r->undefined && !was_asked_for)
            r->failure = NULL; /* a name without an index, or its file could not be read */
    }
    for (struct credential *c = NULL; (c = inventory_next(inventory, c));)
        if (c->asked_about && c->result == RESULT_PENDING)
            plan_one(inventory, options, c);
}
