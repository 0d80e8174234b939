#include "credential/logout.h"

#include "credential/remove.h"
#include "credential/revoke.h"
#include "credential/survey.h"

struct err *logout_run(struct context *context, const struct logout_options *options,
                       struct signals *signals, struct logout *out)
{
    struct logout logout = {0};
    TRY(survey_places(context, options, &logout));
    if (options->revoke) {
        TRY(revoke_credentials(context, options, signals, &logout));
    }
    if (!options->survey_only) {
        remove_credentials(context, options, &logout);
    }
    *out = logout;
    return NULL;
}

bool logout_is_dead(const struct credential *credential)
{
    return credential->revocation && credential->revocation->dead;
}

bool logout_leaves(const struct credential *credential)
{
    return credential->in_force && !logout_is_dead(credential) &&
           (credential->state == CREDENTIAL_FOUND || credential->state == CREDENTIAL_KEPT ||
            credential->state == CREDENTIAL_FAILED);
}

bool logout_failed(const struct logout *logout)
{
    if (logout->failure) {
        return true;
    }
    for (size_t i = 0; i < logout->count; i++) {
        if (logout->registries[i].failure) {
            return true;
        }
        const struct credential *credential = logout->registries[i].credentials;
        for (; credential; credential = credential->next) {
            if (credential->failure) {
                return true;
            }
        }
    }
    return false;
}

bool logout_remains(const struct logout *logout)
{
    for (size_t i = 0; i < logout->count; i++) {
        const struct credential *credential = logout->registries[i].credentials;
        for (; credential; credential = credential->next) {
            if (logout_leaves(credential)) {
                return true;
            }
        }
    }
    return false;
}
