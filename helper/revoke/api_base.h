/*
 * Where a registry's API is: `api` in the config.json of its index.
 *
 * A sparse index is asked for it over HTTP, without the token; only an index that answers with 401
 * is asked again with it, as cargo does for registries with `auth-required`. Where it cannot be
 * reached, what cargo has cached of it serves; what the server itself says (it has no such file, it
 * does not know the token) is not passed over. Of a git index cargo's own clone is read: the file
 * in the commit that was fetched last (RemoteRegistry::config).
 *
 * A base that was not found is an outcome, not an error: it goes into the answer.
 */
#ifndef REVOKE_API_BASE_H
#define REVOKE_API_BASE_H

#include "http.h"
#include "request.h"

struct api_base {
    bool found;
    struct str api;
    struct str url;    /* of config.json, where HTTP was asked */
    long status;       /* its answer; 0: none */
    struct str detail; /* why not */
};

/* What the text of a config.json says. */
struct api_base api_base_of(struct arena *arena, struct str config);

struct api_base api_base_find(const struct http *http, const struct request *request);

#endif
