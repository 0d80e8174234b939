/*
 * Logging out of one registry:
 *
 *     survey  ->  remove  ->  prove  ->  (report, by the cli)
 *
 * Survey finds the registry, the providers that hold its credentials and every place that cargo
 * would take one from. Remove clears the places that a run may clear: the credentials files. Prove
 * looks again: what is told as removed is what was found, taken out and not found any more; what
 * cargo would still use is told as remaining, with its place.
 *
 * An err means that something was to be removed and may still be there.
 */
#ifndef LOGOUT_LOGOUT_H
#define LOGOUT_LOGOUT_H

#include "cargo/context.h"

enum credential_kind { CREDENTIAL_TOKEN, CREDENTIAL_SECRET_KEY };

/* What authenticates, and where it stands; never the secret itself. */
struct credential {
    enum credential_kind kind;
    const struct definition *definition;
    size_t line; /* in a file or a --config argument; else 0 */
};

struct logout {
    struct str name; /* of the registry, as cargo shows it */
    bool is_crates_io;
    enum credential_kind removed[2];
    size_t removed_count; /* both counts 0: not logged in */
    struct credential *remaining;
    size_t remaining_count;
};

/* `registry` is the name asked for; NULL: registry.default, else crates.io. */
struct err *logout_run(struct context *context, const struct str *registry,
                       struct logout *out) MUST_CHECK;

#endif
