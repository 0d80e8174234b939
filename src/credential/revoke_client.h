/*
 * Asks registry servers about tokens: revokes them, or checks whether they are valid.
 *
 * A separate program, `cargo-logout-revoke`, makes the calls. It reads one line of JSON with the
 * token for each call from standard input, and answers each with one line. The main program
 * therefore loads no HTTP library, and a crash or a hang affects only the other process.
 *
 *     struct server_call calls[] = {{.action = SERVER_REVOKE, .index_url = url, ...}};
 *     struct server_answer answers[COUNT(calls)];
 *     const struct err *errors[COUNT(calls)];
 *     server_ask(shell, calls, COUNT(calls), until, answers, errors);
 *
 * The caller must have decided that it trusts the index URL and the network settings; see
 * obstacle() in revoke.c.
 */
#ifndef CREDENTIAL_REVOKE_CLIENT_H
#define CREDENTIAL_REVOKE_CLIENT_H

#include "config/network.h"
#include "credential/server_kind.h"
#include "util/shell.h"

enum server_action {
    SERVER_REVOKE,  /* checks first if the kind needs it, revokes, checks again */
    SERVER_CHECK,   /* asks whether the token is valid */
    SERVER_INSPECT, /* as SERVER_CHECK, but only for servers that report name, scopes and expiry */
};

struct server_call {
    enum server_action action;
    struct str index_url;  /* index_url.text */
    struct str registry;   /* its name, for messages */
    struct str token;      /* as it is stored, which can include a scheme */
    struct str cargo_home; /* has cargo's copies of indexes */
    const struct network *network;
    int64_t deadline_ms; /* limit for this call in milliseconds; 0: the kind's default */
};

/*
 * After SERVER_REVOKE, the first five mean that the token is invalid and can be removed.
 * VERDICT_NOT_A_TOKEN is also the verdict for a value that was not sent, because it cannot be a
 * token.
 */
enum server_verdict {
    VERDICT_REVOKED_CHECKED,   /* the server confirmed the revocation and then rejected the token */
    VERDICT_REVOKED_UNCHECKED, /* the server confirmed it; there is no check, or it had no answer */
    VERDICT_ALREADY_INVALID,
    VERDICT_UNRECOGNIZED, /* crates.io answered twice that it does not know the token */
    VERDICT_NOT_A_TOKEN,
    VERDICT_VALID, /* after SERVER_REVOKE: the server confirmed it, but still accepts the token */
    VERDICT_NOT_PERMITTED, /* this token is not allowed to revoke itself */
    VERDICT_UNSUPPORTED,   /* this server, or this type of token, has no such call */
    VERDICT_REFUSED,       /* any other answer */
    VERDICT_NO_ANSWER,     /* no complete answer came */
    VERDICT_NO_API,        /* the URL of the API is not known */
    VERDICT_UNKNOWN,       /* no check exists, or the answers contradict each other */
};

/* Returns its name in JSON output and in the protocol, such as `revoked-checked`. */
const char *server_verdict_name(enum server_verdict verdict);

/* Returns true for the first five. */
bool server_verdict_is_invalid(enum server_verdict verdict);

/* Each string is one line without the token, and is empty if it is not known. */
struct server_answer {
    enum server_verdict verdict;
    struct str url;    /* of the last call, without user name, password and query */
    unsigned status;   /* its HTTP status; 0: none */
    struct str detail; /* the server's reason, or the network error */
    struct str who;    /* name of the token or of the user */
    struct str scopes; /* what the token gives access to, separated by spaces */
    struct str expires;
    struct str page; /* where a person can revoke the token */
};

/* Returns true if an HTTP header can contain the token (cargo: check_token). */
bool server_can_send(struct str token);

/* Returns true if a server of this kind can have issued the token: if it is not empty, can be sent
 * and, for crates.io, has the right prefix. Other values are not sent. */
bool server_can_know(enum server_kind kind, struct str token);

/*
 * Makes all calls, at most 8 at once, and those to one server one after the other. Equal actions
 * with the same token on the same server are made once and share the answer. No call waits longer
 * than `until`, a time of child_clock(). A signal ends all waits.
 *
 * For each call, either answers[i] is set and errors[i] is NULL, or errors[i] says why there is no
 * answer: the helper is missing, crashed, was too slow or was interrupted. It is then not known
 * whether the token is valid. Answers that arrived before are kept.
 */
void server_ask(struct shell *shell, const struct server_call *calls, size_t count, int64_t until,
                struct server_answer *answers, const struct err **errors);

/*
 * Write and read the lines of the protocol, for server_ask() and the tests.
 *
 * server_request() returns a line with its newline, and fails if the index URL cannot be used. In a
 * line of the helper, `waiting` means that there is no answer yet; answer.detail has the reason.
 * The texts come from a server that is not trusted. server_answer_clean() makes them safe to print,
 * and empties a text that contains the token.
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
