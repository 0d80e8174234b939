/*
 * Asks a credential provider that is a program to remove a token or to return it. The program runs
 * as `PROGRAM --cargo-plugin` in our directory and environment. It writes a hello, reads one
 * request and writes one answer, each as one line of JSON:
 *
 *     {"v":[1]}
 *     {"v":1,"registry":{"index-url":"sparse+https://example.com/","name":"mine"},"kind":"logout"}
 *     {"Ok":{"kind":"logout"}}    or    {"Err":{"kind":"not-found"}}
 *
 * If the result is an outcome, the caller continues. Everything else is an error, to which the
 * caller adds `credential provider `P` failed action `logout``. Errors have cargo's words, except
 * those about a malformed line, which quote no value of the line, because that could be a token.
 *
 * Differences from cargo: The length of a line is limited. What follows the answer is discarded, up
 * to a limit. There is a deadline, unless a person is at the terminal. An Err answer counts
 * whatever the exit status is. Certain errors of some providers mean PROVIDER_NOT_FOUND.
 *
 * After each call, the process has exited and is reaped. If a signal arrives that kills this
 * program, it acts at the end of the call; otherwise, the call fails.
 */
#ifndef CREDENTIAL_PROVIDER_CLIENT_H
#define CREDENTIAL_PROVIDER_CLIENT_H

#include "credential/credential.h"

enum provider_action {
    PROVIDER_LOGOUT, /* remove the token */
    PROVIDER_GET,    /* return the token to read the registry */
    /* Report whether it still has a token: to read the registry and, if it does not support that
     * operation, to publish. */
    PROVIDER_VERIFY,
};

enum provider_outcome {
    PROVIDER_REMOVED, /* only of PROVIDER_LOGOUT */
    PROVIDER_GAVE_TOKEN,
    PROVIDER_NOT_FOUND,
    PROVIDER_URL_NOT_SUPPORTED,
    PROVIDER_OPERATION_NOT_SUPPORTED, /* only of PROVIDER_VERIFY; otherwise an error */
};

/*
 * Asks the provider of a credential or, for the keyring, our helper. It has our standard error and
 * can use the terminal. If shell_person() is true, there is no deadline; otherwise it has 60
 * seconds.
 *
 * For PROVIDER_VERIFY, it runs in a session of its own, so that it cannot ask a person at the
 * terminal. Its standard error is /dev/null, unless the shell is very verbose. Both requests
 * together have 20 seconds. With -v, an error is printed as a note, because cargo then gets no
 * token either.
 *
 * Sets `token` with PROVIDER_GAVE_TOKEN. If `token` is NULL, the token is overwritten at once.
 */
struct err *provider_ask(struct shell *shell, enum provider_action action,
                         const struct credential *credential, enum provider_outcome *out,
                         struct str *token) MUST_CHECK;

/* Returns true if the provider is the one of the keyring. */
bool provider_is_keyring(const struct credential *credential);

/* Returns the provider's name for messages. */
const char *provider_name(const struct credential *credential);

/*
 * Parse the lines, without a process, for tests. A failure has all its layers, including cargo's
 * outermost one.
 */
struct provider_answer {
    bool ok; /* an Ok counts only if the exit status is 0 */
    enum provider_outcome outcome;
    struct err *failure; /* instead of an outcome: the provider's error, or an Ok of another kind */
    struct str token;
};

/* Fails unless the hello offers version 1. */
struct err *provider_hello(struct arena *arena, struct str line) MUST_CHECK;

/* `wanted` is the kind of the request, `logout` or `get`. An empty token counts as none. */
struct err *provider_answer(struct arena *arena, struct str line, const char *wanted,
                            bool keeps_token, struct provider_answer *out) MUST_CHECK;

#endif
