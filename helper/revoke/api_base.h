/*
 * The URL of a registry's API: `api` in the config.json of its index.
 *
 * A sparse index is asked for it over HTTP, without the token. Only an index that answers with 401
 * is asked again with the token, as cargo does for registries with `auth-required`. If the index
 * cannot be reached, cargo's cached copy is used. What the server itself says (no such file, token
 * unknown) is final. For a git index, cargo's clone is read: the file in the commit that was
 * fetched last (RemoteRegistry::config).
 *
 * A URL with a query or a fragment is not used: routes that are put behind it would become a part
 * of them.
 *
 * A base that was not found is an outcome, not an error.
 */
#ifndef REVOKE_API_BASE_H
#define REVOKE_API_BASE_H

#include "http.h"
#include "request.h"

struct api_base {
    bool found;
    struct str api;
    struct str url;    /* of config.json, if it was asked for over HTTP */
    long status;       /* its answer; 0: none */
    struct str detail; /* the reason if none was found */
};

/* What the text of a config.json says. */
struct api_base api_base_of(struct arena *arena, struct str config);

/* `authorization` is sent only to an index that asks for it. */
struct api_base api_base_find(const struct http *http, const struct request *request,
                              struct str authorization);

/* Fails if the routes of an API cannot be put behind it, or if it must not get a token. */
struct err *api_base_check(struct arena *arena, struct str api) MUST_CHECK;

#endif
