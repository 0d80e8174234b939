/*
 * Asks a credential provider that is a program to forget a token, or to hand it out. The program
 * runs as `PROGRAM --cargo-plugin` in our directory and environment. It writes a hello, reads one
 * request and writes one answer, a line of JSON each:
 *
 *     {"v":[1]}
 *     {"v":1,"registry":{"index-url":"sparse+https://example.com/","name":"mine"},"kind":"logout"}
 *     {"Ok":{"kind":"logout"}}    or    {"Err":{"kind":"not-found"}}
 *
 * An outcome is what the caller continues with. Everything else is an error, and the caller adds
 * `credential provider `P` failed action `logout`` on top, as it does for built-in providers. These
 * errors have cargo's words:
 *
 *     failed to spawn credential process              / No such file or directory (os error 2)
 *     failed to deserialize hello                     / EOF while parsing a value at line 1 column
 * 0 credential provider supports protocol versions [2, 3], while Cargo supports [1] failed to write
 * to credential provider          / Broken pipe (os error 32) credential process `PROGRAM` failed
 * with status exit status: 5 credential provider produced unexpected response for `logout` request:
 * Login unknown error kind; try updating Cargo? the provider's own message                      /
 * and its causes
 *
 * What is wrong with a malformed line is reported in our own words, with jansson's line and column.
 * No value of such a line is repeated, because it might be a token.
 *
 * Differences from cargo: a line has a limit, what follows the answer is read and thrown away up to
 * a limit, and there is a deadline unless a person is there. An Err answer counts whatever the exit
 * status is. A provider with an entry in the table of provider_client.c reports in an error that
 * nothing is stored: that is PROVIDER_NOT_FOUND.
 *
 * After each call the process has exited and is reaped. A signal that ends us acts inside the call,
 * after that. If we survive it, the call fails with `interrupted by a signal`.
 */
#ifndef CREDENTIAL_PROVIDER_CLIENT_H
#define CREDENTIAL_PROVIDER_CLIENT_H

#include "util/shell.h"

/* One credential provider that is a process: which program, for which registry. */
struct provider_call {
    const struct str *words; /* the program, absolute or for PATH, then its arguments */
    size_t count;
    struct str shown;    /* for messages: the program, and ` …` if it has arguments */
    struct str registry; /* its name; empty for an index without a name */
    struct str index_url;
};

enum provider_outcome {
    PROVIDER_REMOVED, /* only of provider_logout() */
    PROVIDER_GAVE_TOKEN,
    PROVIDER_NOT_FOUND,
    PROVIDER_URL_NOT_SUPPORTED,
    PROVIDER_OPERATION_NOT_SUPPORTED, /* in cargo an error: `requested operation not supported` */
};

/* Asks it to forget the token. It has our standard error and may use the terminal. There is no
 * deadline if shell_person(), else 60 seconds. */
struct err *provider_logout(struct shell *shell, const struct provider_call *call,
                            enum provider_outcome *out) MUST_CHECK;

/* Asks for the token for reading, in the same way. `token` is written with PROVIDER_GAVE_TOKEN. */
struct err *provider_get(struct shell *shell, const struct provider_call *call,
                         enum provider_outcome *out, struct str *token) MUST_CHECK;

/*
 * Asks whether it still has a token: for reading, then for publishing if it answers that it does
 * not support the operation. It runs in a session of its own, so that it has no terminal to ask a
 * person at; its standard error is /dev/null unless the shell is very verbose. Both requests share
 * 20 seconds. With `token` NULL the token is wiped at once.
 */
struct err *provider_verify(struct shell *shell, const struct provider_call *call,
                            enum provider_outcome *out, struct str *token) MUST_CHECK;

/*
 * The lines, without a process, for tests. A failure is complete, with cargo's first layer.
 */
struct provider_answer {
    bool ok; /* an Ok counts only if the process exits well */
    enum provider_outcome outcome;
    struct err *failure; /* instead of an outcome: the provider's own, or an Ok of another kind */
    struct str token;
};

/* Fails unless the hello offers version 1. */
struct err *provider_hello(struct arena *arena, struct str line) MUST_CHECK;

/* `wanted` is the kind of the request, `logout` or `get`. An empty token is none. */
struct err *provider_answer(struct arena *arena, struct str line, const char *wanted,
                            bool keeps_token, struct provider_answer *out) MUST_CHECK;

#endif
