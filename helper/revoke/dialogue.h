/*
 * The calls that one request needs, in their order, and what they come to.
 *
 *   revoke   Servers with a check are asked before and after. The token counts as invalid if the
 *            server confirms the revocation; or if it said "valid" first and then twice "invalid";
 *            or, crates.io only, if it says "authentication failed" in two checks, because it has
 *            no other answer for a token that it does not know.
 *   check    One check; crates.io is asked again before its "authentication failed" is believed.
 *   inspect  The same, for servers that tell more than yes or no.
 *
 * A DELETE is sent once at most, and only after a check of the same run said "valid" where the kind
 * has one. Calls and pauses are functions of the caller.
 */
#ifndef REVOKE_DIALOGUE_H
#define REVOKE_DIALOGUE_H

#include "answer.h"
#include "http.h"
#include "server.h"

enum action { ACTION_REVOKE, ACTION_CHECK, ACTION_INSPECT };

struct dialogue {
    struct arena *arena;
    enum action action;
    enum token_kind kind;
    int64_t recheck_ms; /* before crates.io is asked a second time */
    int64_t poll_ms;    /* between checks of a server that takes its time */
    void *context;
    struct http_reply (*call)(void *context, enum call call);
    /* Returns false at once if there is no time for it. */
    bool (*pause)(void *context, int64_t milliseconds, const char *why);
};

/* Whether any call would be made. */
bool dialogue_has_calls(enum action action, enum token_kind kind);

/* The answer has no url: the caller knows it from answer.call. */
struct answer dialogue_run(const struct dialogue *dialogue);

#endif
