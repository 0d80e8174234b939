/*
 * The kinds of registry servers whose tokens can be revoked or checked.
 *
 * The kind follows from the URL of the index alone: no server is asked what it is, and a server
 * never gets the calls of another kind. A server that no rule recognizes is SERVER_OTHER and gets
 * the call of crates.io, which other registries have copied.
 *
 * All functions take the text of a parsed index URL (index_url.text) and are pure.
 */
#ifndef CREDENTIAL_SERVER_KIND_H
#define CREDENTIAL_SERVER_KIND_H

#include "util/base.h"

enum server_kind {
    SERVER_CRATES_IO,
    SERVER_ARTIFACTORY,
    SERVER_GITLAB,
    SERVER_GITEA, /* and Forgejo, which has the same URLs */
    SERVER_OTHER,
};

enum server_kind server_kind_of(struct str index_url);

/* The name in the protocol and in messages: `crates.io`, `Artifactory`, `GitLab`, ... */
const char *server_kind_name(enum server_kind kind);

/* The URL that the routes of the kind start from, without user name, query, fragment and final
 * slash. Two registries with the same root have the same tokens. Empty if the index URL is not
 * http(s), and for SERVER_OTHER, whose root only the index's config.json tells. */
struct str server_root(struct arena *arena, enum server_kind kind, struct str index_url);

/* The host and port that a token is sent to first: the API's or, for SERVER_OTHER, the index's. A
 * view. Empty if the URL has none. */
struct str server_host(enum server_kind kind, struct str index_url);

/* Why no token is sent for this index URL, whatever the server would answer, or NULL. */
const char *server_obstacle(enum server_kind kind, struct str index_url);

/* The page where a person can revoke a token, or NULL if only the server's answer tells it
 * (server_answer.page). */
const char *server_page(struct arena *arena, enum server_kind kind, struct str index_url);

#endif
