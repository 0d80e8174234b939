/*
 * What cargo-logout and its revoke helper both know about registry servers: the kinds of servers,
 * which tokens they can have issued, and the names of the protocol between the two programs.
 *
 * Only the URL of the index decides the kind. No server is asked, and no server gets the calls of
 * another kind. If no rule recognizes a server, it is SERVER_OTHER and gets the call of crates.io,
 * which other registries have copied.
 *
 * All functions are pure.
 */
#ifndef CREDENTIAL_SERVER_KIND_H
#define CREDENTIAL_SERVER_KIND_H

#include "registry/index_url.h"

enum server_kind {
    SERVER_CRATES_IO,
    SERVER_TRUSTED_PUBLISHING, /* crates.io's tokens for continuous integration */
    SERVER_ARTIFACTORY,
    SERVER_GITLAB,
    SERVER_GITEA, /* and Forgejo, which has the same URLs */
    SERVER_OTHER,
};

struct server {
    enum server_kind kind;
    /* The URL to which the routes of the kind are appended, without user name, query, fragment and
     * final slash. Registries with the same root have the same tokens. Empty if the index URL is
     * not http(s), and for SERVER_OTHER, whose root is only in the index's config.json. */
    struct str root;
    /* Host and port to which a token is sent first: those of the API or, for SERVER_OTHER, of the
     * index. Empty if the URL has no host. */
    struct str host;
    const char *obstacle; /* why no token is sent for this index URL, or NULL */
};

struct server server_recognize(struct arena *arena, const struct index_url *url);

/* Returns the stored value without a leading `Bearer ` or `token `, which the documentation of some
 * servers adds. */
struct str server_bare_token(struct str stored);

/* Returns why the stored value is not sent to a server of this kind, or NULL. */
const char *server_token_obstacle(enum server_kind kind, struct str stored);

/* Returns true if an HTTP header can contain the value (cargo: check_token). */
bool server_can_send(struct str value);

/* Returns true for 127.0.0.0/8, [::1] and localhost, whose name libcurl does not look up. */
bool server_is_loopback(const char *host);

enum { SERVER_PROTOCOL = 4 }; /* version of the lines between the two programs */

/* After a revocation, the first five mean that the token is invalid and can be removed. */
enum server_verdict {
    VERDICT_REVOKED_CHECKED,   /* the server confirmed the revocation and then rejected the token */
    VERDICT_REVOKED_UNCHECKED, /* the server confirmed it; there is no check, or it had no answer */
    VERDICT_ALREADY_INVALID,
    VERDICT_UNRECOGNIZED,  /* crates.io answered twice that it does not know the token */
    VERDICT_NOT_A_TOKEN,   /* no token of this server has this format */
    VERDICT_VALID,         /* after a revocation: the server confirmed it, but accepts the token */
    VERDICT_NOT_PERMITTED, /* this token is not allowed to revoke itself */
    VERDICT_UNSUPPORTED,   /* this server, or this type of token, has no such call */
    VERDICT_REFUSED,       /* any other answer */
    VERDICT_NO_ANSWER,     /* no complete answer came */
    VERDICT_NO_API,        /* the URL of the API is not known */
    VERDICT_UNKNOWN,       /* no check exists, or the answers contradict each other */
};

/* Returns true for the first five. */
bool server_verdict_is_invalid(enum server_verdict verdict);

/* The names in JSON output and in the protocol, such as `GitLab` or `revoked-checked`. */
extern const char *const server_kind_names[SERVER_OTHER + 1];
extern const char *const server_verdict_names[VERDICT_UNKNOWN + 1];

/* Returns the index of a name in one of these arrays, or `count`. */
size_t server_name_find(const char *const *names, size_t count, const char *name);

/* Each text is safe to print on one line, contains no secret, and is empty if it is not known. */
struct server_answer {
    enum server_verdict verdict;
    struct str url;    /* of the call that decided, without user name, password and query */
    unsigned status;   /* its HTTP status; 0: none */
    struct str detail; /* the server's reason, or the network error */
    struct str who;    /* name of the token or of the user */
    struct str scopes; /* what the token gives access to, separated by spaces */
    struct str expires;
    struct str page; /* where a person can revoke the token */
};

#endif
