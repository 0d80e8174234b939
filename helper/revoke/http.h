/*
 * One HTTP call, by libcurl, as careful as a token needs it.
 *
 * url_parse() first: it takes https, and http where it leads to this machine only (127.0.0.0/8,
 * ::1, localhost); everything else is an error, for the token could be read on the way. http_call()
 * then sends the request and waits for the whole answer.
 *
 * - TLS is verified, against `cainfo` or what the system trusts. Nothing in the environment turns
 *   that off.
 * - No redirect is followed, no cookie kept, no .netrc read, no compression asked for. A proxy is
 *   told where to connect to, never the token; http does not go through a proxy.
 * - It ends: a connection has 10 seconds or `timeout_seconds`, the whole of all calls until
 *   `deadline`, and an answer has a limit. A silent server has `timeout_seconds`, as in cargo
 *   (HttpTimeout::configure).
 * - It is called again only where nothing can have happened: where no connection was made, or the
 *   server says when to come again (429 and 503 with Retry-After), `retries` times at most.
 *
 * Whatever goes wrong after the request is out may have gone wrong before the server read it or
 * after: HTTP_FAILED does not say which, so it never means that the token is dead.
 *
 * The answer lies in the arena. curl_global_init_mem() is the caller's.
 */
#ifndef REVOKE_HTTP_H
#define REVOKE_HTTP_H

#include "util/base.h"

enum { HTTP_SECONDS = 30 }; /* for all calls of a run */

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
    int64_t deadline; /* milliseconds, of child_clock() */
};

struct url {
    void *handle;     /* CURLU */
    struct str shown; /* without user and password */
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
    bool has_end;        /* the server says where the body ends; else it may have been cut off */
    struct str moved_to; /* where a redirect leads; empty: it is none */
    struct str words;    /* libcurl's, if it failed */
};

/* Can this be the value of a header? As cargo has it for tokens (crates_io's check_token). */
bool http_header_can_hold(struct str value);

/* `token` empty: none is sent. */
struct http_reply http_call(const struct http *http, const char *method, const struct url *url,
                            struct str token);

#endif
