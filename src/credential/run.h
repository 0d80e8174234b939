/*
 * Does one run: inventory, plan, revoke, remove, search for copies, and totals. It prints only what
 * it waits for, and cargo's warnings.
 */
#ifndef CREDENTIAL_RUN_H
#define CREDENTIAL_RUN_H

#include "credential/copies.h"
#include "util/signals.h"

struct totals {
    size_t removed;
    size_t left;        /* credentials that cargo can still use */
    size_t not_checked; /* credentials of which it is not known whether cargo can use them */
    size_t failed;
};

struct run {
    const struct logout_options *options;
    struct inventory inventory;
    const struct err *failure; /* an error that is not about one registry */
    struct copies copies;
    struct totals totals;
    bool strict_fails; /* something is usable or was not checked, so --strict exits with 2 */
};

/* If it returns an err, nothing was changed. From the first revocation on, `signals` are held; the
 * caller releases them after the report. */
struct err *run_all(struct config *config, const struct logout_options *options,
                    struct signals *signals, struct run *out) MUST_CHECK;

#endif
