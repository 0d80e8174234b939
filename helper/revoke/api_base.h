/*
 * Finds the URL of a registry's API, which is `api` in the config.json of its index.
 *
 * For a sparse index, it requests the file over HTTP without the token. It sends the request again
 * with the token only if the index answers with 401, as cargo does for registries with
 * `auth-required`. If the index cannot be reached, it uses cargo's cached copy. If the server
 * answers that there is no such file or that the token is unknown, that is final. For a git index,
 * it reads the file in the last commit that cargo's clone has fetched (RemoteRegistry::config).
 *
 * A URL with a query or a fragment is not used, because a route that is appended would become part
 * of them.
 */
#ifndef REVOKE_API_BASE_H
#define REVOKE_API_BASE_H

#include "http.h"
#include "protocol.h"

/* Reads the text of a config.json. */
struct err *api_base_of(struct arena *arena, struct str config, struct str *out) MUST_CHECK;

/* Fails if routes cannot be appended to the URL, or if a token must not be sent there. */
struct err *api_base_check(struct arena *arena, struct str api) MUST_CHECK;

/* Returns the URL. If there is none, it is empty, and `why` is the answer to the request.
 * `authorization` is sent only to an index that asks for it. */
struct str api_base_find(const struct http *http, const struct request *request,
                         struct str authorization, struct server_answer *why);

#endif
