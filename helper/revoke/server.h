/*
 * Has the table of the APIs: which calls a kind of server has, and what its answers mean.
 *
 * To add a kind, add a row to the tables in server.c, and to those in src/credential/server_kind.c.
 *
 * api_answer() is a pure function of the call, the status and the body of a complete answer. An
 * answer that it does not know is VERDICT_REFUSED, which does not mean that a token is invalid. A
 * status 2xx is proof only with the body that this kind of server sends, because some servers and
 * proxies answer any path with a page of status 200.
 *
 * Texts and statuses are those of rust-lang/crates.io (src/auth.rs, src/controllers/token.rs,
 * src/controllers/trustpub/tokens/revoke, src/util/errors), of GitLab (lib/api/api_guard.rb,
 * lib/api/personal_access_tokens/), of Gitea (routers/api/v1/token/token.go, routers/api/v1/api.go)
 * and of JFrog's REST documentation.
 */
#ifndef REVOKE_SERVER_H
#define REVOKE_SERVER_H

#include "credential/server_kind.h"

#include <jansson.h>

enum call { CALL_CHECK, CALL_REVOKE };

struct api {
    const char *check_path;  /* GET; NULL: there is no check */
    const char *revoke_path; /* DELETE */
    const char *scheme;      /* before the token; NULL: the value is sent as it is stored */
    const char *error_key;   /* of the reason in {"errors":[{}]}; NULL: it is not in an array */
    bool asks_twice;         /* a first "invalid" counts only if a second check says the same */
    bool polls; /* a revocation takes time, so checks are repeated until the token is invalid */
    /* Returns true if the body of a 200 confirms a revocation. NULL: none does. */
    bool (*confirms)(const json_t *json);
    /* Returns true if the body of a 200 shows that the token is valid, and sets who, scopes and
     * expires. NULL: the check does not report them. */
    bool (*describes)(struct arena *arena, const json_t *json, struct server_answer *out);
};

extern const struct api apis[SERVER_OTHER + 1];

/*
 * Returns the answer without its URL. To a check, the verdict can be VERDICT_VALID, to a revocation
 * VERDICT_REVOKED_UNCHECKED. VERDICT_ALREADY_INVALID is the kind's own text for a token that it
 * rejects. A status 401 with another text, perhaps from a proxy, is VERDICT_REFUSED.
 */
struct server_answer api_answer(struct arena *arena, enum server_kind kind, enum call call,
                                unsigned status, struct str body);

#endif
