/*
 * One HTTP call, by libcurl, as careful as a token needs it.
 *
 * url_parse() comes first. It accepts https, and http to this machine only (127.0.0.0/8, ::1,
 * localhost), because a token that is sent over http can be read on its way. http_call() then sends
 * the request and waits for the whole answer.
 *
 * - TLS is verified against `cainfo` or what the system trusts. No variable turns that off.
 * - No redirect is followed, no cookie kept, no .netrc or .curlrc read, no compression asked for. A
 *   proxy learns where to connect to, never the token. http does not go through a proxy.
 * - A connection has 10 seconds or `timeout_seconds`, all calls together end at `deadline`, and an
 *   answer has a limit. A silent server has `timeout_seconds`, as in cargo
 *   (HttpTimeout::configure).
 * - A call is repeated only if the server cannot have acted on it: if no connection was made, or if
 *   the server says when to come again (429 and 503 with Retry-After), `retries` times at most.
 *
 * An error after the request is out can have come before the server read it or after. HTTP_FAILED
 * does not say which, so it never means that a token is invalid.
 *
 * The answer is in the arena. Calls of several threads do not disturb each other.
 * curl_global_init_mem() is the caller's.
 */
#ifndef REVOKE_HTTP_H
#define REVOKE_HTTP_H

#include "util/base.h"

enum { HTTP_SECONDS = 30 }; /* the longest silence of a server */

struct http_settings {
    struct str proxy;
    bool has_proxy; /* else libcurl asks the environment; an empty proxy is none at all */
    struct str cainfo;
    struct str user_agent;
    bool skip_revocation_lists;
    long tls_versions; /* CURLOPT_SSLVERSION */
    long timeout_seconds;
    long retries;
};

struct http {
    struct arena *arena;
    const struct http_settings *settings;
    int64_t deadline; /* a time of child_clock() */
};

struct url {
    void *handle;     /* CURLU */
    struct str shown; /* without user, password, query and fragment */
    bool is_plain;    /* http, on this machine */
};

struct err *url_parse(struct arena *arena, struct str text, struct url *out) MUST_CHECK;
void url_free(struct url *url); /* for CLEANUP */

enum http_outcome {
    HTTP_ANSWERED,
    HTTP_UNREACHED, /* no connection was made: nothing was sent */
    HTTP_FAILED,
};

struct http_reply {
    enum http_outcome outcome;
    long status;
    struct str body;
    bool is_whole;       /* its length is stated once, and the body has it */
    struct str moved_to; /* where a redirect leads, without its secrets; empty: it is none */
    struct str words;    /* libcurl's, if it failed */
};

/* Returns true if this can be the value of a header (cargo: check_token). */
bool http_header_can_hold(struct str value);

/* `authorization` is the value of that header; empty: none is sent. */
struct http_reply http_call(const struct http *http, const char *method, const struct url *url,
                            struct str authorization);

#endif
