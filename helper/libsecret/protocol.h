/*
 * Cargo's credential provider protocol, version 1, as the provider sees it: one JSON object a line,
 * a hello first, then an answer for each request.
 *
 *     {"v":[1]}
 *     {"v":1,"kind":"logout","registry":{"index-url":"…","name":"…"}}
 *     {"Ok":{"kind":"logout"}}        {"Err":{"kind":"not-found"}}
 */
#ifndef LIBSECRET_PROTOCOL_H
#define LIBSECRET_PROTOCOL_H

#include "util/base.h"

#define PROTOCOL_VERSION 1

enum request_kind {
    REQUEST_GET,
    REQUEST_LOGIN,
    REQUEST_LOGOUT,
    REQUEST_UNKNOWN, /* from a later cargo; the answer is operation-not-supported */
};

extern const char *const request_names[REQUEST_UNKNOWN];

/* Fields that are not needed (the operation, headers, arguments) are accepted and ignored. */
struct request {
    enum request_kind kind;
    struct str index_url;
    struct str name;      /* empty: not sent */
    struct str login_url; /* empty: not sent */
    struct str token;     /* REQUEST_LOGIN only */
    bool has_token;
};

/* The texts are copied to the arena. An error has the position of the fault and does not quote the
 * request. */
struct err *request_parse(struct arena *arena, struct str line, struct request *out) MUST_CHECK;

/* Return the line of an answer. */
struct str answer_ok(struct arena *arena, enum request_kind kind, struct str token);
struct str answer_error(struct arena *arena, const char *kind);
struct str answer_failed(struct arena *arena, const struct err *err); /* including all causes */

#endif
