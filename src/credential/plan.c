#include "credential/plan.h"

#include "util/fs.h"

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

/* Returns the error that an edit of the file would have, or NULL. */
static const struct err *write_error(struct arena *arena, const struct config_file *file)
{
    if (faccessat(AT_FDCWD, file->path.data, W_OK, AT_EACCESS) == 0 || errno == ENOENT) {
        return NULL;
    }
    struct err *err = err_wrap(arena, err_os(arena, errno), "failed to open: %s", file->shown.data);
    return err_wrap(arena, err, "credential provider `cargo:token` failed action `logout`");
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
        return;
    }
    const struct err *err = write_error(arena, c->file);
    if (err) {
        cannot(options, c, err);
    } else {
        c->plan = PLAN_REMOVE;
    }
}

static const struct err *not_supported(struct arena *arena, const struct credential *c)
{
    struct err *err = err_new(arena, "requested operation not supported");
    return err_wrap(arena, err, "credential provider `%s` failed action `logout`",
                    c->provider->shown.data);
}

static bool is_here(const struct credential *c)
{
    const struct provider_list *list = &c->registry->providers;
    return c->provider >= list->items && c->provider < list->items + list->count;
}

/* Returns true if the provider can only fail, because there is no keyring. */
static bool has_no_keyring(const struct inventory *inventory, const struct credential *c)
{
    return c->provider->kind == PROVIDER_LIBSECRET && inventory->keyring_asked &&
           inventory->keyring.state == KEYRING_NONE;
}

static void plan_provider(const struct inventory *inventory, const struct logout_options *options,
                          struct credential *c)
{
    struct arena *arena = inventory->config->arena;
    if (!is_here(c) && !options->all) {
        return;
    }
    if (c->provider->foreign) {
        struct str where = setting_location(arena, provider_foreign_setting(c->provider));
        cannot(
            options, c,
            err_new(arena,
                    "credential provider `%s` was not asked, because others than you and root can "
                    "write %s, which configures it",
                    c->provider->shown.data, where.data));
        c->error_is_final = false;
        c->result = RESULT_NOT_CHECKED;
    } else if (c->provider->kind == PROVIDER_TOKEN_FROM_STDOUT) {
        cannot(options, c, not_supported(arena, c));
    } else if (c->provider->kind == PROVIDER_PASETO) {
        cannot(options, c, err_new(arena, "cargo:paseto requires -Zasymmetric-token"));
    } else if (options->dry_run && has_no_keyring(inventory, c)) {
        struct err *err = err_new(arena, "there is no keyring (Secret Service) in this session");
        cannot(options, c,
               err_wrap(arena, err, "credential provider `%s` failed action `logout`",
                        c->provider->shown.data));
        c->result = RESULT_NOT_CHECKED;
        c->plan = PLAN_ASK;
    } else {
        c->plan = PLAN_ASK;
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
    bool stored = c->place != PLACE_PROVIDER && c->place != PLACE_KEYRING;
    bool revocable = c->kind == CREDENTIAL_TOKEN && (!stored || c->value.len > 0);
    bool goes = c->plan == PLAN_REMOVE || c->plan == PLAN_ASK ||
                (c->place == PLACE_VARIABLE && options->everywhere);
    c->revoke_first = options->revoke && revocable && goes;
}

void plan_make(const struct inventory *inventory, const struct logout_options *options)
{
    for (struct credential *c = inventory_first(inventory); c; c = inventory_next(inventory, c)) {
        plan_one(inventory, options, c);
    }
}
