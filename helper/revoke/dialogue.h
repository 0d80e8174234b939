/*
 * Makes the calls that one request needs, in order, and decides on the verdict.
 *
 *   revoke   Servers with a check are asked before and after. The token counts as invalid if the
 *            server confirms the revocation, or if it first said "valid" and then twice "invalid".
 *            For crates.io, it also counts as invalid if two checks say "authentication failed",
 *            because crates.io has no other answer for a token that it does not know.
 *   check    One check. If crates.io answers "authentication failed", it is asked a second time.
 *
 * A DELETE is sent at most once. If the kind has a check, the DELETE is sent only after a check of
 * the same run said "valid".
 */
#ifndef REVOKE_DIALOGUE_H
#define REVOKE_DIALOGUE_H

#include "protocol.h"
#include "server.h"

struct dialogue {
    const struct request *request;
    enum server_kind kind; /* of the token */
    struct http http;
    struct str api;
    struct str authorization;
};

/* Returns true if dialogue_run() would make a call. */
bool dialogue_has_calls(bool revokes, enum server_kind kind);

struct server_answer dialogue_run(const struct dialogue *dialogue);

#endif
