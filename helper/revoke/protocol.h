/*
 * Reads requests of cargo-logout, and formats answers. The input of the helper is one JSON object:
 *
 *     {"v":4,"run_ms":300000,"groups":{"gitlab.example":[
 *      {"id":0,"revokes":true,"kind":"GitLab","api":"https://gitlab.example","token":"..."}]}}
 *
 *     v             SERVER_PROTOCOL
 *     run_ms        limit for all requests, from the start of the helper
 *     groups        requests of one group are made one after the other
 *  for each request:
 *     id            comes back with the answer
 *     revokes       true; otherwise, it only checks whether the token is valid
 *     kind          one of server_kind_names
 *     token         as it is stored; it is sent in the Authorization header only
 *  one of these:
 *     api           the URL of the API
 *     index         the URL of an index, whose config.json contains the URL of the API
 *  with `index`:
 *     canonical     the URL by which cargo compares indexes
 *     cache         cargo's copy of the index: the path without `-` and the final hash
 *  cargo's settings, all of them optional:
 *     proxy, cainfo, timeout (seconds), ssl_min, ssl_max, user_agent   of [http]
 *     retry         of [net]
 *  times, in milliseconds, only for tests:
 *     limit_ms      for this request, once it begins
 *     recheck_ms    before crates.io is asked a second time
 *     poll_ms       between checks of a server that takes its time
 *
 * Unknown keys are ignored. Errors do not quote the input, because the fault could be inside the
 * token. The results point into the JSON value or are in the arena.
 *
 * An answer is one line, {"id":0,"verdict":"revoked-checked","status":204,"url":"..."}. Its texts
 * come from servers and libraries. Each becomes valid UTF-8 of limited length, which is safe to
 * print on one line. A text is hidden if it contains the token, in any mixture of plain and
 * percent-encoded characters.
 */
#ifndef REVOKE_PROTOCOL_H
#define REVOKE_PROTOCOL_H

#include "credential/server_kind.h"

#include "http.h"

#include <jansson.h>

struct request {
    json_int_t id;
    bool revokes;
    enum server_kind kind;    /* of the token */
    struct str token;         /* without a scheme */
    struct str authorization; /* the token as the header's value */
    struct str api;
    struct str index; /* its config.json has the API's URL if `api` is empty */
    struct str canonical;
    struct str cache;
    struct http http;
    int recheck_ms;
    int poll_ms;
};

/* The request has its own time limit, from now on, and ends at `until`, a time of child_clock(). */
struct err *request_read(struct arena *arena, json_t *json, int64_t until,
                         struct request *out) MUST_CHECK;

/* Returns a line with its newline. */
struct str answer_line(const struct request *request, const struct server_answer *answer);

#endif
