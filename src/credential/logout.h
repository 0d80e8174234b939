/*
 * Logging out, in steps over credentials (store/credential.h):
 *
 *   - survey: which registries are meant, and for each every place that has, or may have, one;
 *   - revoke, with --revoke only: ends on the server what is about to be removed; what is not known
 *     to be dead then is kept;
 *   - remove: takes it out of the places that this run clears, whatever becomes of any one of them;
 *   - prove: a file that was changed is read again before it counts as cleared; what was seen in
 *     other places, or under another name of the same index, and was not taken, is what remains;
 *   - report, by the cli.
 *
 * By default a run clears the credentials files and asks all providers of one registry. --all is
 * more registries, --everywhere more places; --status and --dry-run stop after the survey. There is
 * no second path.
 *
 * Nothing that fails keeps another place from being cleared: failures are kept with the credential
 * or the registry they belong to, and the run goes on.
 */
#ifndef CREDENTIAL_LOGOUT_H
#define CREDENTIAL_LOGOUT_H

#include "util/signals.h"
#include "credential/file.h"
#include "credential/revoker.h"

struct logout_options {
    const struct str *registry; /* the name asked for; NULL: registry.default, else crates.io */
    bool all;                   /* every registry that any place knows */
    bool everywhere;            /* configuration files too */
    bool survey_only;           /* touch nothing, ask nobody */
    bool revoke;
    const char *offline; /* the option that forbids the network, or NULL */
};

/* One registry's part of the run. */
struct logout_registry {
    struct registry registry;
    bool has_index; /* false: a name that is left in a file, and in no configuration */
    const struct provider *providers;
    size_t provider_count;
    bool takes_tokens; /* cargo:token is among them: files and variables are in force */
    const struct config_string *token;   /* the one that cargo:token would give; may be NULL */
    struct credential *credentials;      /* in the order in which they are looked for */
    const struct revoker_server *server; /* with --revoke; NULL: there is none, see no_server */
    struct str no_server;
    const struct file_token *dead; /* what was found out to be dead */
    const struct err *failure;     /* the registry's own; each credential may have one too */
};

struct logout {
    struct logout_registry *registries;
    size_t count;
    const struct err *failure; /* no one registry's: a credentials file that cannot be read */
};

/* An err is a fault before anything was touched. `signals` are held from the first revocation on;
 * who releases them after the report has both: what was revoked is removed, and told. */
struct err *logout_run(struct context *context, const struct logout_options *options,
                       struct signals *signals, struct logout *out) MUST_CHECK;

/* Is it known to be dead on its server? */
bool logout_is_dead(const struct credential *credential);

/* Cargo would still take this one, and it may be alive. A provider that was not asked does not
 * count: nobody knows. */
bool logout_leaves(const struct credential *credential);

bool logout_failed(const struct logout *logout);

/* Does it leave any? */
bool logout_remains(const struct logout *logout);

#endif
