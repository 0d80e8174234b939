/*
 * Makes one HTTP call with libcurl, with the precautions that a token needs.
 *
 * Call url_parse() first. It accepts https, and http only to this machine (127.0.0.0/8, ::1,
 * localhost), because others could read a token that is sent over http. http_call() then sends the
 * request and waits for the whole answer.
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
 * request. Therefore, HTTP_FAILED does not mean that a token is invalid.
 *
 * The answer is in the arena. Several threads can make calls at the same time. The caller must have
 * called curl_global_init_mem().
 */
#ifndef REVOKE_HTTP_H
#define REVOKE_HTTP_H

#include "util/base.h"

enum { HTTP_SECONDS = 30 }; /* how long a server can be silent */

struct http_settings {
    struct str proxy;
    bool has_proxy; /* if false, libcurl uses the environment; an empty proxy means no proxy */
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
    HTTP_UNREACHED, /* no connection was made, so nothing was sent */
    HTTP_FAILED,
};

struct http_reply {
    enum http_outcome outcome;
    long status;
    struct str body;
    bool is_whole;       /* the answer states its length once, and the body has this length */
    struct str moved_to; /* target of a redirect, without secrets; empty if it is no redirect */
    struct str words;    /* libcurl's message, if it failed */
};

/* Returns true if this can be the value of a header (cargo: check_token). */
bool http_header_can_hold(struct str value);

/* `authorization` is the value of that header. If it is empty, the header is not sent. */
struct http_reply http_call(const struct http *http, const char *method, const struct url *url,
                            struct str authorization);

#endif
