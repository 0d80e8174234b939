#include "credential/run.h"

static void count(struct run *run)
{
    struct totals *totals = &run->totals;
    const struct inventory *inventory = &run->inventory;
    for (const struct credential *c = NULL; (c = inventory_next(inventory, c));) {
        enum usable usable = credential_usable(c);
        totals->removed += c->result == RESULT_REMOVED;
        totals->left += usable == USABLE_YES;
        totals->not_checked += usable == USABLE_UNKNOWN;
        totals->failed += credential_failed(c);
        run->strict_fails |= usable != USABLE_NO && c->valid != VALIDITY_NO;
    }
    for (const struct registry *r = inventory->registries.first; r; r = r->next)
        totals->failed += inventory_is_about(inventory, r) && r->failure != NULL;
    for (const struct config_file *file = inventory->config->files; file; file = file->next) {
        totals->not_checked += file->failure != NULL;
        totals->failed += file->failure && !run->failure; /* a file that cargo ignores */
        run->strict_fails |= file->failure != NULL;
    }
    bool keyring_unknown =
        inventory->keyring.state == KEYRING_LOCKED || inventory->keyring.state == KEYRING_UNKNOWN;
    totals->not_checked += keyring_unknown;
    run->strict_fails |= keyring_unknown;
    totals->failed += run->failure != NULL;
    for (const struct copy *c = run->copies.first; c; c = c->next) {
        bool gone = c->result == RESULT_REMOVED || c->result == RESULT_NOT_FOUND;
        bool is_home = str_eq(c->variable, STR("CARGO_HOME"));
        totals->failed += c->result == RESULT_FAILED;
        run->strict_fails |= run->options->copies && !gone && !is_home;
    }
}

struct err *run_all(struct config *config, const struct logout_options *options,
                    struct signals *signals, struct run *out)
{
    struct run run = {.options = options};
    TRY(inventory_take(config, options, &run.inventory));
    run.failure = config->failure ? config->failure : run.inventory.registries.failure;
    for (struct registry *r = run.inventory.registries.first; r; r = r->next)
        if (inventory_is_about(&run.inventory, r) && !config->failure)
            registry_warn(&run.inventory.registries, r);
    plan_all(&run.inventory, options);
    if (options->status ? options->check : options->revoke)
        TRY(revoke_or_check(&run.inventory, options, signals));
    if (!options->status && !options->dry_run)
        remove_all(&run.inventory, options);
    copies_find(&run.inventory, options, &run.copies);
    count(&run);
    *out = run;
    return NULL;
}
