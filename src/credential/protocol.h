/*
 * The lines of cargo's credential provider protocol, version 1. A provider writes a hello, gets one
 * request, and writes one answer:
 *
 *     {"v":[1]}
 *     {"v":1,"registry":{"index-url":"sparse+https://example.com/","name":"mine"},"kind":"logout"}
 *     {"Ok":{"kind":"logout"}}    or    {"Err":{"kind":"not-found"}}
 *
 * or, where it is to give its token, `"kind":"get","operation":"read"` and
 *
 *     {"Ok":{"kind":"get","token":"...","cache":"never","operation_independent":true}}
 *
 * Text only, no process: see plugin.h. Lines that come in are UTF-8, which the caller has checked,
 * and may be anything else. The failures are serde_json's words (text/json.h), one layer; cargo's
 * `failed to deserialize hello` on top is the caller's.
 */
#ifndef CREDENTIAL_PROTOCOL_H
#define CREDENTIAL_PROTOCOL_H

#include "util/base.h"

struct protocol_request {
    struct str action; /* logout, or get: for reading */
    struct str registry;
    struct str index_url;
    const struct str *args; /* for the provider, those of its configuration */
    size_t count;
};

/* The line as cargo writes it, with its newline. */
struct str protocol_request(struct arena *arena, const struct protocol_request *request);

/* What a hello says of the versions: is version 1 among them? `versions` is the list as Rust's {:?}
 * shows it, `[2, 3]`. */
struct err *protocol_hello(struct arena *arena, struct str line, bool *version_1,
                           struct str *versions) MUST_CHECK;

enum answer {
    ANSWER_GET,
    ANSWER_LOGIN,
    ANSWER_LOGOUT,
    ANSWER_UNKNOWN, /* Ok of a later version's kind */
    ANSWER_URL_NOT_SUPPORTED,
    ANSWER_NOT_FOUND,
    ANSWER_OPERATION_NOT_SUPPORTED,
    ANSWER_FAILED,
};

/* `failure` is written with ANSWER_FAILED: the provider's own message and its causes. */
struct err *protocol_answer(struct arena *arena, struct str line, enum answer *answer,
                            struct err **failure) MUST_CHECK;

/* The token of a line that is an ANSWER_GET. How long it may be kept is not looked at. */
struct err *protocol_token(struct arena *arena, struct str line, struct str *out) MUST_CHECK;

#endif
