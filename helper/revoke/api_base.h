/*
 * Finds the URL of a registry's API, which is `api` in the config.json of its index.
 *
 * For a sparse index, it requests the file over HTTP without the token. It sends the request again
 * with the token only if the index answers with 401, as cargo does for registries with
 * `auth-required`. For a git index, it reads the file in the last commit that cargo's clone has
 * fetched (RemoteRegistry::config).
 */
#ifndef REVOKE_API_BASE_H
#define REVOKE_API_BASE_H

#include "protocol.h"

/* Reads the text of a config.json. */
struct err *api_base_of(struct arena *arena, struct str config, struct str *out) MUST_CHECK;

/* Sets `request->api` from the index, unless it is set. Returns false if there is none; `why` is
 * then the answer to the request. */
bool api_base_find(struct request *request, struct server_answer *why);

#endif
