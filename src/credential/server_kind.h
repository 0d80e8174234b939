/*
 * Recognizes the kinds of registry servers whose tokens can be revoked or checked.
 *
 * Only the URL of the index decides the kind. No server is asked, and no server gets the calls of
 * another kind. If no rule recognizes a server, it is SERVER_OTHER and gets the call of crates.io,
 * which other registries have copied.
 *
 * All functions are pure, and expect the text of a parsed index URL (index_url.text).
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

/* Returns the name in the protocol and in messages: `crates.io`, `Artifactory`, `GitLab`, ... */
const char *server_kind_name(enum server_kind kind);

/* Returns the URL to which the routes of the kind are appended, without user name, query, fragment
 * and final slash. Registries with the same root have the same tokens. Empty if the index URL is
 * not http(s), and for SERVER_OTHER, whose root is only in the index's config.json. */
struct str server_root(struct arena *arena, enum server_kind kind, struct str index_url);

/* Returns the host and port to which a token is sent first: those of the API or, for SERVER_OTHER,
 * of the index. The result points into the URL. Empty if the URL has no host. */
struct str server_host(enum server_kind kind, struct str index_url);

/* Returns why no token is sent for this index URL, or NULL. */
const char *server_obstacle(enum server_kind kind, struct str index_url);

/* Returns the page where a person can revoke a token, or NULL if only the server's answer has it
 * (server_answer.page). */
const char *server_page(struct arena *arena, enum server_kind kind, struct str index_url);

#endif
