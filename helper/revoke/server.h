/*
 * The table of server kinds: which calls a kind has, and what its answers mean.
 *
 * To add a kind, add a row to the table in server.c with its reader, and a rule to
 * server_kind.c of the main program, which recognizes it. A call that a kind does not have is NULL.
 *
 * A reader is a pure function of the call, the status and the body of a complete answer. What it
 * does not know is READ_OTHER, which never means that a token is invalid. A body of status 2xx is
 * proof only if the kind's server answers so: some servers have a page with status 200 for every
 * path, and proxies in between have theirs.
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
    READ_VALID,         /* of CALL_CHECK */
    READ_REVOKED,       /* of CALL_REVOKE */
    READ_INVALID,       /* the kind's own words for a token that it does not accept */
    READ_UNAUTHORIZED,  /* status 401 in other words, perhaps of a proxy */
    READ_NOT_A_TOKEN,   /* no token of this server has this format */
    READ_NOT_PERMITTED, /* this token is not allowed to revoke itself */
    READ_UNSUPPORTED,   /* the server, or this type of token, has no such call */
    READ_OTHER,
    READ_NO_ANSWER, /* never of a reader: no complete answer came */
};

/* Empty: the server does not tell. */
struct token_facts {
    struct str who;
    struct str scopes;
    struct str expires;
};

struct answer_text {
    enum reading reading;
    struct str detail;        /* the server's reason, as it came */
    struct token_facts facts; /* of a valid token */
};

struct server {
    const char *name;        /* in the protocol; NULL: chosen by the token */
    const char *check_path;  /* GET; NULL: there is no check */
    const char *revoke_path; /* DELETE */
    const char *scheme;      /* before the token; NULL: the value goes out as it is stored */
    bool tells_facts;        /* the check has name, scopes or expiry */
    bool asks_twice;         /* a first "invalid" is asked again, and then believed */
    bool polls;              /* a revocation takes time: check until the token is invalid */
    struct answer_text (*read)(struct arena *arena, enum call call, long status, struct str body);
};

extern const struct server servers[KIND_OTHER + 1];

/* The stored value without `Bearer ` or `token `, which some servers' documentation puts before it.
 */
struct str server_token(struct str stored);

/* The value of the Authorization header for a stored value, which may begin with a scheme. Returns
 * READ_OTHER if it can be sent, else why it must not be: READ_NOT_A_TOKEN or READ_UNSUPPORTED.
 * `kind` may change from KIND_CRATES_IO to KIND_TRUSTED_PUBLISHING. */
enum reading server_authorization(struct arena *arena, struct str stored, enum token_kind *kind,
                                  struct str *out);

#endif
