/*
 * Has the table of server kinds: which calls a kind has, and what its answers mean.
 *
 * To add a kind, add a row with a reader to the table in server.c, and a rule that recognizes it to
 * server_kind.c of the main program. A call that a kind does not have is NULL.
 *
 * A reader is a pure function of the call, the status and the body of a complete answer. It returns
 * READ_OTHER for an answer that it does not know, which does not mean that a token is invalid. A
 * status 2xx is proof only with the body that this kind of server sends, because some servers and
 * proxies answer every path with a page of status 200.
 *
 * Texts and statuses are those of rust-lang/crates.io (src/auth.rs, src/controllers/token.rs,
 * src/controllers/trustpub/tokens/revoke, src/util/errors), of GitLab (lib/api/api_guard.rb,
 * lib/api/personal_access_tokens/), of Gitea (routers/api/v1/token/token.go, routers/api/v1/api.go)
 * and of JFrog's REST documentation.
 */
#ifndef REVOKE_SERVER_H
#define REVOKE_SERVER_H

#include "util/base.h"

enum token_kind {
    KIND_CRATES_IO,
    KIND_TRUSTED_PUBLISHING, /* crates.io's tokens for continuous integration */
    KIND_ARTIFACTORY,
    KIND_GITLAB,
    KIND_GITEA,
    KIND_OTHER,
};

enum call { CALL_CHECK, CALL_REVOKE };

enum reading {
    READ_VALID,         /* answer to CALL_CHECK */
    READ_REVOKED,       /* answer to CALL_REVOKE */
    READ_INVALID,       /* the kind's own text for a token that it rejects */
    READ_UNAUTHORIZED,  /* status 401 with another text, perhaps from a proxy */
    READ_NOT_A_TOKEN,   /* no token of this server has this format */
    READ_NOT_PERMITTED, /* this token is not allowed to revoke itself */
    READ_UNSUPPORTED,   /* the server, or this type of token, has no such call */
    READ_OTHER,
    READ_NO_ANSWER, /* no complete answer arrived; readers do not return it */
};

/* A text is empty if the server does not report it. */
struct token_facts {
    struct str who;
    struct str scopes;
    struct str expires;
};

struct answer_text {
    enum reading reading;
    struct str detail;        /* the server's reason, unchanged */
    struct token_facts facts; /* of a valid token */
};

struct server {
    const char *name;        /* in the protocol; NULL: chosen by the token */
    const char *check_path;  /* GET; NULL: there is no check */
    const char *revoke_path; /* DELETE */
    const char *scheme;      /* before the token; NULL: the value is sent as it is stored */
    bool tells_facts;        /* the check reports name, scopes or expiry */
    bool asks_twice;         /* a first "invalid" counts only if a second check says the same */
    bool polls; /* a revocation takes time, so checks are repeated until the token is invalid */
    struct answer_text (*read)(struct arena *arena, enum call call, long status, struct str body);
};

extern const struct server servers[KIND_OTHER + 1];

/* Returns the stored value without a leading `Bearer ` or `token `, which the documentation of some
 * servers adds. */
struct str server_token(struct str stored);

/* Sets the value of the Authorization header for a stored value, which can begin with a scheme.
 * Returns READ_OTHER if it can be sent. Otherwise returns the reason: READ_NOT_A_TOKEN or
 * READ_UNSUPPORTED. Can change `kind` from KIND_CRATES_IO to KIND_TRUSTED_PUBLISHING. */
enum reading server_authorization(struct arena *arena, struct str stored, enum token_kind *kind,
                                  struct str *out);

#endif
