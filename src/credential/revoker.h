/*
 * Asks a registry's server to end a token. The request is made by a program of its own,
 * `cargo-logout-revoke`, which is told one line of JSON on its standard input, the token in it, and
 * answers one; so no library for the network is in this program, and a hang or a crash stays
 * outside.
 *
 *     struct revoker_call call = {.server = &server, .kind = REVOKER_REGISTRY, .token = token,
 *                                 .network = &network};
 *     struct revocation revocation;
 *     struct err *err = revoker_run(arena, &call, &wait, &revocation);
 *
 * What the server said, or that it could not be reached, is a revocation. An err is a failure of
 * ours: the program is missing, has crashed, was too slow, said something that is no answer; or
 * `interrupted by a signal`. Then nobody knows whether the token is still alive. An answer that has
 * come counts, even if a signal came with it.
 */
#ifndef CREDENTIAL_REVOKER_H
#define CREDENTIAL_REVOKER_H

#include "config/network.h"
#include "credential/credential.h"

enum revoker_kind { REVOKER_CRATES_IO, REVOKER_TRUSTED_PUBLISHING, REVOKER_REGISTRY };

/* Where the API is: one of the first three, the others empty. */
struct revoker_server {
    struct str api;   /* its URL */
    struct str index; /* URL of a sparse index, whose config.json says it */
    struct str clone; /* directory of a git index, which has a config.json */
    struct str cache; /* with `index`: a config.json to use where the index gives none; or empty */
};

struct revoker_call {
    const struct revoker_server *server;
    enum revoker_kind kind;
    struct str token;
    const struct network *network;
};

struct revoker_wait {
    void (*notice)(void *context); /* called once when it takes long; may be NULL */
    void *context;
};

/* How long one call may take, in seconds, for who tells a person. */
enum { REVOKER_SECONDS = 30 };

/* Can a header of HTTP carry it? cargo: check_token. */
bool revoker_can_send(struct str token);

struct err *revoker_run(struct arena *arena, const struct revoker_call *call,
                        const struct revoker_wait *wait, struct revocation *out) MUST_CHECK;

#endif
