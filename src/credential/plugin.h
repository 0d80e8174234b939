/*
 * An external credential provider: a program that is started, told what to do in one line, and
 * answers in one (store/protocol.h). It runs as `PROGRAM --cargo-plugin`, in our directory and
 * environment, with our standard error, and may use the terminal; base/child.h says how it ends.
 *
 *     struct plugin_call call = {.provider = words, .count = n, .registry = ..., .index_url = ...};
 *     struct plugin_wait wait = plugin_wait(notice, context);
 *     enum plugin_outcome outcome;
 *     struct err *failure = plugin_logout(arena, &call, &wait, &outcome);
 *
 * plugin_get() asks for its token in the same way.
 *
 * What the caller goes on with is an outcome; anything else is a failure with cargo's words, from
 * the layer below `credential provider `PROV A B` failed action `logout`` on, which is the
 * caller's as it is the same for built-in providers:
 *
 *     failed to spawn credential process              / No such file or directory (os error 2)
 *     failed to read hello from credential provider   / stream did not contain valid UTF-8
 *     failed to deserialize hello                     / expected value at line 1 column 1
 *     credential provider supports protocol versions [2, 3], while Cargo supports [1]
 *     failed to write to credential provider          / Broken pipe (os error 32)
 *     failed to read response from credential provider
 *     failed to deserialize response                  / missing field `kind` at line 1 column 8
 *     credential process `PROV` failed with status exit status: 5
 *     credential provider produced unexpected response for `logout` request: Login
 *     the provider's own message                      / and its causes
 *
 * Where we differ from cargo on purpose: cargo waits for ever, reads a line of any length, and
 * stops reading after the answer, so that a provider that goes on writing hangs it. Here a line has
 * a limit, what follows the answer is read and thrown away up to a limit, and without a terminal
 * the whole talk has a deadline. An Err answer counts whatever the exit status says: a provider
 * that says `not-found` and exits with 1 has found nothing, in cargo it has failed. No string that
 * a provider wrote in the wrong place is repeated in a message: it may be a token.
 */
#ifndef CREDENTIAL_PLUGIN_H
#define CREDENTIAL_PLUGIN_H

#include "util/base.h"

struct plugin_call {
    const struct str *provider; /* the program, absolute or for PATH, then its arguments */
    size_t count;
    struct str registry;
    struct str index_url;
};

enum { PLUGIN_NO_DEADLINE = -1 };

struct plugin_wait {
    int64_t notice_ms;   /* after this long `notice` is called, once */
    int64_t deadline_ms; /* after this long the provider is killed; or PLUGIN_NO_DEADLINE */
    void (*notice)(void *context); /* may be NULL */
    void *context;
};

/* Two seconds to the notice; a minute to the deadline, and none where standard input or error is a
 * terminal: a person may look for a key, or for a password. */
struct plugin_wait plugin_wait(void (*notice)(void *context), void *context);

enum plugin_outcome {
    PLUGIN_REMOVED, /* of plugin_logout */
    PLUGIN_FOUND,   /* of plugin_get */
    PLUGIN_NOT_FOUND,
    PLUGIN_URL_NOT_SUPPORTED,
    PLUGIN_OPERATION_NOT_SUPPORTED, /* an error in cargo: `requested operation not supported` */
};

/* Whatever the outcome, the process has ended and is reaped. A signal that is to end us acts in
 * here, after that; if it does not end us, it is the failure `interrupted by a signal`. */
struct err *plugin_logout(struct arena *arena, const struct plugin_call *call,
                          const struct plugin_wait *wait, enum plugin_outcome *out) MUST_CHECK;

/* The token that it has for reading; `token` is written with PLUGIN_FOUND. */
struct err *plugin_get(struct arena *arena, const struct plugin_call *call,
                       const struct plugin_wait *wait, enum plugin_outcome *out,
                       struct str *token) MUST_CHECK;

#endif
