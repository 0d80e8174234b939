/*
 * Makes one HTTP call with libcurl, with the precautions that a token needs.
 *
 * http_call() sends a request and waits for the whole answer. It accepts https, and http only to
 * this machine (127.0.0.0/8, ::1, localhost), because others could read a token that is sent over
 * http.
 *
 * - TLS is verified against `cainfo` or the system's authorities. No variable disables this.
 * - It follows no redirect, keeps no cookie, reads no .netrc or .curlrc, and requests no
 *   compression. A proxy receives the host and port, not the token. http does not use a proxy.
 * - A connection can take 10 seconds or `timeout_seconds`. All calls together end at `deadline`.
 *   The size of an answer is limited. A server can be silent for `timeout_seconds`, as in cargo
 *   (HttpTimeout::configure).
 * - A call is repeated, at most `retries` times, only if the server cannot have acted on it: if no
 *   connection was made, or if the server said when to try again (429 and 503 with Retry-After).
 *
 * An error after the request was sent can have occurred before or after the server read the
 * request. Therefore, an error does not mean that a token is invalid.
 *
 * Call http_init() first, before threads start. Several threads can then make calls at the same
 * time. The answer is in the arena.
 */
#ifndef REVOKE_HTTP_H
#define REVOKE_HTTP_H

#include "util/base.h"

struct http {
    struct arena *arena;
    int64_t deadline; /* a time of child_clock() */
    struct str proxy; /* no data: libcurl uses the environment; empty: no proxy */
    struct str cainfo;
    struct str user_agent;
    long tls_versions; /* CURLOPT_SSLVERSION */
    long timeout_seconds;
    long retries;
};

/* Initializes libcurl, which then overwrites memory when it frees it. It builds requests from the
 * token. OpenSSL encrypts in place what it sends. */
void http_init(void);

struct url {
    struct str text;
    struct str shown; /* without user, password, query and fragment */
    bool is_plain;    /* http, on this machine */
};

/* Fails for a URL that http_call() does not accept, and for one with a query or a fragment, of
 * which a route that is appended would become a part. */
struct err *url_parse(struct arena *arena, struct str text, struct url *out) MUST_CHECK;

struct http_reply {
    unsigned status; /* 0: no complete answer came */
    struct str url;  /* url.shown */
    struct str body;
    struct str words; /* why nothing was sent, libcurl's message, or where a redirect leads; empty
                         for other answers */
};

/* `authorization` is the value of that header. If it is empty, the header is not sent. */
struct http_reply http_call(const struct http *http, const char *method, struct str text,
                            struct str authorization);

/* Returns false at once if there is no time for the pause. */
bool http_pause(const struct http *http, int64_t milliseconds);

#endif
