#include "credential/run.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Records why a logout would fail. With --status, this is not an error of the run. */
static void cannot(const struct logout_options *options, struct credential *c,
                   const struct err *error)
{
    c->plan = PLAN_CANNOT;
    c->error = error;
    c->error_is_final = !options->status;
    c->result = options->status ? RESULT_PENDING : RESULT_FAILED;
}

static void plan_file(struct arena *arena, const struct logout_options *options,
                      struct credential *c)
{
    if (c->place == PLACE_CONFIG && !options->everywhere) {
        return;
    }
    if (c->place == PLACE_CONFIG && c->file->leaves) {
        cannot(
            options, c,
            err_new(arena,
                    "`%s` is outside of the project whose configuration includes it, so it is not "
                    "edited",
                    c->file->shown.data));
    } else if (faccessat(AT_FDCWD, c->file->path.data, W_OK, AT_EACCESS) < 0 && errno != ENOENT) {
        struct err *err =
            err_wrap(arena, err_os(arena, errno), "failed to open: %s", c->file->shown.data);
        cannot(options, c, logout_error(arena, "cargo:token", err));
    } else {
        c->plan = PLAN_REMOVE;
    }
    if (c->registry->undefined) { /* this does not matter, because something of it is found */
        c->registry->failure = NULL;
    }
}

/* Returns true if cargo asks the provider in the working directory. */
static bool is_here(const struct credential *c)
{
    const struct provider_list *list = &c->registry->providers;
    return c->provider >= list->items && c->provider < list->items + list->count;
}

static void plan_provider(const struct inventory *inventory, const struct logout_options *options,
                          struct credential *c)
{
    struct arena *arena = inventory->config->arena;
    const char *shown = c->provider->shown.data;
    bool no_keyring = c->provider->kind == PROVIDER_LIBSECRET && inventory->keyring_asked &&
                      inventory->keyring.state == KEYRING_NONE;
    if (!is_here(c) && !options->all) {
        return;
    }
    c->plan = PLAN_ASK;
    if (c->provider->foreign) {
        struct str where = setting_location(arena, provider_foreign_setting(c->provider));
        cannot(
            options, c,
            err_new(arena,
                    "credential provider `%s` was not asked, because others than you and root can "
                    "write %s, which configures it",
                    shown, where.data));
        c->error_is_final = false;
        c->result = RESULT_NOT_CHECKED;
    } else if (c->provider->kind == PROVIDER_TOKEN_FROM_STDOUT) {
        struct err *err = err_new(arena, "requested operation not supported");
        cannot(options, c, logout_error(arena, shown, err));
    } else if (c->provider->kind == PROVIDER_PASETO) {
        cannot(options, c, err_new(arena, "cargo:paseto requires -Zasymmetric-token"));
    } else if (options->dry_run && no_keyring) {
        struct err *err = err_new(arena, "there is no keyring (Secret Service) in this session");
        c->error = logout_error(arena, shown, err);
        c->error_is_final = true;
        c->result = RESULT_NOT_CHECKED;
    }
}

static void plan_one(const struct inventory *inventory, const struct logout_options *options,
                     struct credential *c)
{
    struct arena *arena = inventory->config->arena;
    if (!c->asked_about || c->result != RESULT_PENDING) {
        return;
    }
    switch (c->place) {
    case PLACE_CREDENTIALS:
    case PLACE_CONFIG:
        plan_file(arena, options, c);
        break;
    case PLACE_PROVIDER:
        plan_provider(inventory, options, c);
        break;
    case PLACE_KEYRING:
        c->plan = options->all ? PLAN_ASK : PLAN_LEAVE;
        break;
    case PLACE_VARIABLE:
        break;
    }
    bool is_known = c->place != PLACE_PROVIDER && c->place != PLACE_KEYRING;
    bool revocable = c->kind == CREDENTIAL_TOKEN && (!is_known || c->value.len > 0);
    bool goes = c->plan == PLAN_REMOVE || c->plan == PLAN_ASK ||
                (c->place == PLACE_VARIABLE && options->everywhere);
    c->revoke_first = options->revoke && revocable && goes;
}

void plan_all(const struct inventory *inventory, const struct logout_options *options)
{
    for (struct registry *r = inventory->registries.first; r; r = r->next) {
        bool was_asked_for = r == inventory->chosen && !inventory->config->failure;
        if (r->undefined && !was_asked_for) {
            r->failure = NULL; /* a name without an index, or its file could not be read */
        }
    }
    for (struct credential *c = inventory_first(inventory); c; c = inventory_next(inventory, c)) {
        plan_one(inventory, options, c);
    }
}
