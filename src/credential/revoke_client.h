/*
 * Asks registry servers about tokens: revokes them, or checks whether they are valid.
 *
 * A separate program, `cargo-logout-revoke`, makes the calls. It reads one line of JSON with all
 * calls from standard input, and answers each call with one line. helper/revoke/protocol.h
 * describes the lines. The main program therefore loads no HTTP library, and a crash or a hang
 * affects only the other process.
 *
 * The caller must have decided that it trusts the index URL and the network settings, and that the
 * token can be sent; see call_make() in revoke.c.
 */
#ifndef CREDENTIAL_REVOKE_CLIENT_H
#define CREDENTIAL_REVOKE_CLIENT_H

#include "config/network.h"
#include "credential/credential.h"

struct server_call {
    struct credential *credential; /* the caller's */
    bool revokes;                  /* if false, it only checks whether the token is valid */
    struct server server;
    struct str index;     /* index_url.text */
    struct str canonical; /* the URL by which cargo compares indexes */
    struct str cache;     /* cargo's copy of the index: the path without `-` and the final hash */
    struct str token;     /* as it is stored, which can include a scheme */
    const struct network *network;

    /* Set by server_ask(). */
    struct server_call *sent; /* the call that was sent: this one, or an equal one before it */
    const struct server_answer *answer;
    const struct err *error;
};

/*
 * Makes all calls, at most 8 at once, and those to one server one after the other. Equal calls
 * with the same token to the same server are made once and share the answer. No call waits longer
 * than `until`, a time of child_clock(). A signal ends all waits.
 *
 * Each call then has either an answer or the error why there is none: the helper is missing,
 * crashed, was too slow or was interrupted. It is then not known whether the token is valid.
 * Answers that arrived before are kept.
 */
void server_ask(struct shell *shell, struct server_call *calls, size_t count, int64_t until);

/* Write and read the lines of the protocol, for server_ask() and the tests. */
struct str server_requests(struct arena *arena, const struct server_call *calls, size_t count,
                           int64_t run_ms);

struct err *server_line_read(struct arena *arena, struct str line, size_t *id,
                             struct server_answer *out) MUST_CHECK;

#endif
