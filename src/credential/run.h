/*
 * One run: inventory, plan, revoke, remove, and what it comes to. Nothing is printed here but what
 * is being waited for.
 */
#ifndef CREDENTIAL_RUN_H
#define CREDENTIAL_RUN_H

#include "credential/copies.h"
#include "util/signals.h"

struct totals {
    size_t removed;
    size_t left;        /* cargo can still use it */
    size_t not_checked; /* whether cargo can use it is not known */
    size_t failed;
};

struct run {
    struct inventory inventory;
    const struct err *failure; /* of no single registry */
    struct copies copies;
    struct totals totals;
    bool strict_fails; /* with --strict: something is usable, or not known */
};

/* An err comes before anything was touched. `signals` are held from the first revocation on; the
 * caller releases them after the report. */
struct err *run_all(struct config *config, const struct logout_options *options,
                    struct signals *signals, struct run *out) MUST_CHECK;

#endif
