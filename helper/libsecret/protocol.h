/*
 * Cargo's credential provider protocol, version 1, as the provider sees it: one JSON object a line,
 * a hello first, then an answer for each request.
 *
 *     {"v":[1]}                                                                     protocol_hello
 *     {"v":1,"kind":"logout","registry":{"index-url":"…","name":"…"}}               request_parse
 *     {"Ok":{"kind":"logout"}}        {"Err":{"kind":"not-found"}}                  answer_...
 *
 * protocol_init() once, before anything else here: it makes the JSON library overwrite what it
 * frees, for a request to log in and an answer to "get" hold the token. All results are in
 * the arena. An error about a request gives the position in it and does not quote it.
 */
#ifndef LIBSECRET_PROTOCOL_H
#define LIBSECRET_PROTOCOL_H

#include "util/base.h"

enum request_kind {
    REQUEST_GET,
    REQUEST_LOGIN,
    REQUEST_LOGOUT,
    REQUEST_UNKNOWN, /* of a later cargo: the answer is operation-not-supported */
};

/* Fields that we have no use for (the operation, headers, arguments) are accepted and left out. */
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
struct str answer_failed(struct arena *arena, const struct err *err); /* with all its causes */

/* The lines of --list: an item; the state, without and with an error. */
struct str list_item_line(struct arena *arena, const char *url, const char *label, bool locked);
struct str list_state_line(struct arena *arena, const char *state);
struct str list_error_line(struct arena *arena, const struct err *err);

struct err *request_parse(struct arena *arena, struct str line, struct request *out) MUST_CHECK;

#endif
