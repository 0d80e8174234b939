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

/* Answers a request whose `api` is known. */
struct server_answer dialogue_run(const struct request *request);

#endif
