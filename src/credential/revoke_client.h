/*
 * Asks registry servers about tokens: revokes them, or checks whether they are valid.
 *
 * A program of its own, `cargo-logout-revoke`, makes the calls. It reads one line of JSON for each
 * call on standard input, the token in it, and answers with one line for each. The main program
 * therefore loads no library for HTTP, and a crash or a hang stays in the other process.
 *
 *     struct server_call calls[] = {{.action = SERVER_REVOKE, .index_url = url, ...}};
 *     struct server_answer answers[COUNT(calls)];
 *     const struct err *errors[COUNT(calls)];
 *     server_ask(shell, calls, COUNT(calls), until, answers, errors);
 *
 * Whether the caller trusts the index URL and the network settings is decided before (DESIGN: a
 * token is sent only where cargo's home configuration says).
 */
#ifndef CREDENTIAL_REVOKE_CLIENT_H
#define CREDENTIAL_REVOKE_CLIENT_H

#include "config/network.h"
#include "credential/server_kind.h"
#include "util/shell.h"

enum server_action {
    SERVER_REVOKE,  /* checks first if the kind needs it, revokes, checks again */
    SERVER_CHECK,   /* asks whether the token is valid */
    SERVER_INSPECT, /* as SERVER_CHECK, but only servers that also tell name, scopes and expiry */
};

struct server_call {
    enum server_action action;
    struct str index_url;  /* index_url.text */
    struct str registry;   /* its name, for status lines */
    struct str token;      /* as it is stored, perhaps with a scheme before it */
    struct str cargo_home; /* has cargo's copies of indexes */
    const struct network *network;
    int64_t deadline_ms; /* the longest time for this call; 0: the kind's own */
};

/*
 * After SERVER_REVOKE the first five mean that the token is of no use any more: it can be removed.
 * VERDICT_NOT_A_TOKEN is also that of a value that was not sent, because no such token exists.
 */
enum server_verdict {
    VERDICT_REVOKED_CHECKED, /* the server confirmed it, and then said that the token is invalid */
    VERDICT_REVOKED_UNCHECKED, /* the server confirmed it; no check exists, or it had no answer */
    VERDICT_ALREADY_INVALID,
    VERDICT_UNRECOGNIZED, /* crates.io said twice that it does not know the token */
    VERDICT_NOT_A_TOKEN,
    VERDICT_VALID,         /* after SERVER_REVOKE: confirmed, and still accepted by the server */
    VERDICT_NOT_PERMITTED, /* this token is not allowed to revoke itself */
    VERDICT_UNSUPPORTED,   /* this server, or this type of token, has no such call */
    VERDICT_REFUSED,       /* any other answer */
    VERDICT_NO_ANSWER,     /* no complete answer came */
    VERDICT_NO_API,        /* the URL of the API is not known */
    VERDICT_UNKNOWN,       /* no check exists, or the answers contradict each other */
};

/* `revoked-checked`, as JSON output and the protocol have it. */
const char *server_verdict_name(enum server_verdict verdict);

/* One of the first five. */
bool server_verdict_is_invalid(enum server_verdict verdict);

/* Strings are one line each, without the token; empty: not known. */
struct server_answer {
    enum server_verdict verdict;
    struct str url;    /* of the last call, without user name, password and query */
    unsigned status;   /* its HTTP status; 0: none */
    struct str detail; /* the server's reason, or that of the network */
    struct str who;    /* name of the token or of the user */
    struct str scopes; /* what the token opens, separated by spaces */
    struct str expires;
    struct str page; /* where a person can revoke the token */
};

/* Returns true if a header of HTTP can carry the token (cargo: check_token). */
bool server_can_send(struct str token);

/* Returns true if a server of this kind can have issued the token: that it is not empty, can be
 * sent, and begins as crates.io's tokens do. Others are never sent. */
bool server_can_know(enum server_kind kind, struct str token);

/*
 * Makes all calls, at most 8 at once, those to one server one after the other. The same action with
 * the same token on the same server is one call, whose answer all of them get. Nothing waits beyond
 * `until`, a time of child_clock(); a signal ends all waits.
 *
 * For each call either errors[i] is NULL and answers[i] is set, or errors[i] says why there is no
 * answer: the helper is missing, has crashed, was too slow, or was interrupted. Then it is not
 * known whether the token is valid. An answer that arrived before is kept.
 */
void server_ask(struct shell *shell, const struct server_call *calls, size_t count, int64_t until,
                struct server_answer *answers, const struct err **errors);

/*
 * The two lines of the protocol, for server_ask() and the tests.
 *
 * The request ends with its newline. It fails if the index URL cannot be used. In a line of the
 * helper, `waiting` says that no answer came yet and why, in answer.detail. The texts are those of
 * a server that is not trusted: server_answer_clean() makes each fit to be shown, and drops one
 * that holds the token.
 */
struct server_line {
    size_t id;
    bool waiting;
    struct server_answer answer;
};

struct err *server_request(struct arena *arena, const struct server_call *call, size_t id,
                           size_t group, int64_t run_ms, struct str *out) MUST_CHECK;
struct err *server_line_read(struct arena *arena, struct str line,
                             struct server_line *out) MUST_CHECK;
void server_answer_clean(struct arena *arena, struct server_answer *answer, struct str token);

#endif
