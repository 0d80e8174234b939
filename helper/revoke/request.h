/*
 * Parses a request of cargo-logout. The input of the helper is one line of JSON for each call.
 *
 *     {"v":2,"id":0,"group":0,"action":"revoke","kind":"GitLab","api":"https://gitlab.example",
 *      "token":"..."}
 *
 *     v             2
 *     id            comes back with the answer
 *     group         requests of one group are made one after the other
 *     action        `revoke`, `check` or `inspect`
 *     kind          a name of the table in server.c
 *     token         as it is stored; it is sent in the Authorization header only
 *  one of these says where the API is:
 *     api           its URL
 *     index         the URL of an index, whose config.json names it
 *  with `index`:
 *     sparse        true if the index is served over HTTP; else cargo's clone of it is read
 *     canonical     the URL that cargo compares indexes by
 *     host          of that URL; may be empty
 *     cargo_home    has cargo's copy of the index
 *  cargo's settings, all of them optional:
 *     proxy, cainfo, timeout (seconds), check_revoke, ssl_version ({"min","max"}), user_agent
 *                   of [http]
 *     retry         of [net]
 *  times, in milliseconds, all of them optional:
 *     limit_ms      for this request, once it begins
 *     run_ms        for all requests, from the start of the helper
 *     recheck_ms    before crates.io is asked a second time
 *     poll_ms       between checks of a server that takes its time
 *
 * A key whose value is null counts as absent. Unknown keys are ignored. Errors do not quote the
 * line, because the fault could be inside the token. All results are in the arena.
 */
#ifndef REVOKE_REQUEST_H
#define REVOKE_REQUEST_H

#include "dialogue.h"
#include "http.h"

struct request {
    long id;
    long group;
    enum action action;
    enum token_kind kind;
    struct str token;
    bool has_api;
    struct str api;
    struct str index; /* its config.json has the API's URL if `has_api` is false */
    bool sparse;
    struct str canonical;
    struct str host;
    struct str cargo_home;
    struct http_settings http;
    long limit_ms;
    long run_ms;
    long recheck_ms;
    long poll_ms;
};

struct err *request_parse(struct arena *arena, struct str line, struct request *out) MUST_CHECK;

#endif
