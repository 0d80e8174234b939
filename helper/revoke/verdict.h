/*
 * What an answer of a registry's server says about the token: a function of the kind of the token,
 * the status and the body, and of nothing else.
 *
 *     kind                  status  body                              verdict
 *     any                   204                                       revoked
 *     any                   2xx     empty, or an object, no `errors`  revoked
 *     crates-io             403     authentication failed             unknown-token
 *     crates-io             401     not the format of crates.io       not-a-token
 *     trusted-publishing    401     the token cannot be parsed        not-a-token
 *     any                   403     no permission                     not-permitted
 *     any                   404, 405                                  unsupported
 *     everything else                                                 refused
 *
 * The first four are the only ones after which the token is dead for certain. Words decide where
 * crates.io gives one status to a dead token and to one that lives on (a scoped token may not
 * revoke itself, an account may be locked). Another registry that says `authentication failed` is
 * not believed: what it means by that is not known. Nor is a page that comes with status 200: some
 * servers have one for every path.
 *
 * crates.io says `authentication failed` for every failure of its look-up (authenticate_via_token),
 * so also for one of its database in that very moment. It cannot be told apart.
 *
 * The texts of the answers are those of crates.io's src/auth.rs and src/util/errors.
 */
#ifndef REVOKE_VERDICT_H
#define REVOKE_VERDICT_H

#include "util/base.h"

enum token_kind { TOKEN_CRATES_IO, TOKEN_TRUSTED_PUBLISHING, TOKEN_REGISTRY };

enum how {
    HOW_REVOKED,
    HOW_UNKNOWN_TOKEN,
    HOW_NOT_A_TOKEN,
    HOW_NOT_PERMITTED,
    HOW_UNSUPPORTED,
    HOW_REFUSED,
    HOW_NO_ANSWER, /* these two are not of verdict_of(): there was nothing to judge */
    HOW_NO_API,
};

bool how_is_dead(enum how how);
const char *how_name(enum how how); /* `not-permitted` */

struct verdict {
    enum how how;
    struct str detail; /* what the server gives as the reason, as it came; may be empty */
};

struct verdict verdict_of(struct arena *arena, enum token_kind kind, long status, struct str body);

#endif
