/*
 * The two lines between this program and `cargo-logout-revoke`. The request has the token, which
 * goes nowhere else. The answer is text of a server that is not trusted: it says twice whether the
 * token is dead, and what of it may be shown is one line without the token.
 */
#ifndef CREDENTIAL_REVOKER_PROTOCOL_H
#define CREDENTIAL_REVOKER_PROTOCOL_H

#include "credential/revoker.h"

/* With its newline. */
struct str revoker_request(struct arena *arena, const struct revoker_call *call);

/* `out` is set only where NULL is returned. */
struct err *revoker_answer(struct arena *arena, struct str line, struct str token,
                           struct revocation *out) MUST_CHECK;

#endif
