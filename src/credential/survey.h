/*
 * The first step: which registries are meant, and where each may have a credential. Reads what the
 * configuration has read, and the credentials file that cargo does not see beside another one. Asks
 * no provider, changes nothing.
 */
#ifndef CREDENTIAL_SURVEY_H
#define CREDENTIAL_SURVEY_H

#include "credential/logout.h"

struct err *survey_places(struct context *context, const struct logout_options *options,
                          struct logout *out) MUST_CHECK;

/* Part of the survey where all registries are meant, or nothing is to be done: it starts a process.
 */
void survey_keyring(struct context *context, const struct logout_options *options,
                    struct logout *logout);

#endif
