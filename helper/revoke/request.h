/*
 * What cargo-logout wants done: one line of JSON, the only input of the helper.
 *
 *     {"v":1,"token":"...","kind":"crates-io","api":"https://crates.io"}
 *
 *     v             1
 *     token         goes nowhere but into the Authorization header
 *     kind          `crates-io`, `trusted-publishing` or `registry`
 *  one of these says where the API is:
 *     api           its base, where it is known
 *     index         the URL of a sparse index, whose config.json names it
 *     clone         cargo's clone of a git index, whose config.json names it
 *  what cargo has of its own, all of it optional:
 *     cache         cargo's copy of that config.json, for when the index cannot be reached
 *     proxy, cainfo, timeout (seconds), check_revoke, ssl_version ({"min","max"}), user_agent
 *                   of [http]
 *     retry         of [net]
 *
 * A key with null counts as one that is not there, other keys are not looked at. A fault is told
 * without quoting the line, for it may be in the middle of the token. All lies in the arena.
 */
#ifndef REVOKE_REQUEST_H
#define REVOKE_REQUEST_H

#include "http.h"
#include "verdict.h"

enum api_source { API_KNOWN, API_FROM_INDEX, API_FROM_CLONE };

struct request {
    struct str token;
    enum token_kind kind;
    enum api_source source;
    struct str place; /* a URL or a path, as `source` says */
    struct str cache; /* a path; empty: there is none */
    struct http_settings http;
};

struct err *request_parse(struct arena *arena, struct str line, struct request *out) MUST_CHECK;

#endif
