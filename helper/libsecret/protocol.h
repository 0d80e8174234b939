/*
 * Cargo's credential provider protocol, version 1, as the provider sees it: one JSON object a line,
 * a hello first, then an answer for each request.
 *
 *     {"v":[1]}                                                                     protocol_hello
 *     {"v":1,"kind":"logout","registry":{"index-url":"…","name":"…"}}               request_parse
 *     {"Ok":{"kind":"logout"}}        {"Err":{"kind":"not-found"}}                  answer_...
 *
 * Call protocol_init() once, before the other functions. It makes the JSON library overwrite the
 * memory that it frees, because a request to log in and an answer to "get" contain the token. All
 * results are in the arena. An error about a request has the position of the fault and does not
 * quote the request.
 */
#ifndef LIBSECRET_PROTOCOL_H
#define LIBSECRET_PROTOCOL_H

#include "util/base.h"

enum request_kind {
    REQUEST_GET,
    REQUEST_LOGIN,
    REQUEST_LOGOUT,
    REQUEST_UNKNOWN, /* from a later cargo; the answer is operation-not-supported */
};

/* Fields that are not needed (the operation, headers, arguments) are accepted and ignored. */
struct request {
    enum request_kind kind;
    struct str index_url;
    struct str name;      /* empty: not sent */
    struct str login_url; /* empty: not sent */
    struct str token;     /* REQUEST_LOGIN only */
    bool has_token;
};

void protocol_init(void);

struct str protocol_hello(struct arena *arena);

/* The answers, each a line with its newline. */
struct str answer_token(struct arena *arena, struct str token);
struct str answer_done(struct arena *arena, enum request_kind kind); /* login or logout */
struct str answer_not_found(struct arena *arena);
struct str answer_not_supported(struct arena *arena);
struct str answer_failed(struct arena *arena, const struct err *err); /* including all causes */

/* The lines of --list: an item; the state, without and with an error. */
struct str list_item_line(struct arena *arena, const char *url, const char *label, bool locked);
struct str list_state_line(struct arena *arena, const char *state);
struct str list_error_line(struct arena *arena, const struct err *err);

struct err *request_parse(struct arena *arena, struct str line, struct request *out) MUST_CHECK;

#endif
