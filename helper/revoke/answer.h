/*
 * The lines that the helper writes.
 *
 *     {"id":0,"verdict":"revoked-checked","invalid":true,"url":"...","status":204}
 *     {"id":1,"waiting":"..."}                                 a word for a person, no answer
 *
 * The first says twice whether the token is invalid, so that neither can be misread. Servers and
 * libraries write some of the texts. Each becomes one line of limited length in valid UTF-8,
 * without control characters and without characters that change the direction of writing. Secrets
 * in them are replaced, in any mixture of plain and percent-encoded characters.
 */
#ifndef REVOKE_ANSWER_H
#define REVOKE_ANSWER_H

#include "server.h"

enum verdict {
    TOKEN_REVOKED_CHECKED,
    TOKEN_REVOKED_UNCHECKED,
    TOKEN_ALREADY_INVALID,
    TOKEN_UNRECOGNIZED,
    TOKEN_NOT_A_TOKEN,
    TOKEN_VALID,
    TOKEN_NOT_PERMITTED,
    TOKEN_UNSUPPORTED,
    TOKEN_REFUSED,
    TOKEN_NO_ANSWER,
    TOKEN_NO_API,
    TOKEN_UNKNOWN,
};

const char *verdict_name(enum verdict verdict);
bool verdict_is_invalid(enum verdict verdict);

struct answer {
    enum verdict verdict;
    enum call call;    /* the call that decided the verdict */
    struct str url;    /* its URL */
    long status;       /* of HTTP; 0: there was no answer */
    struct str detail; /* may be empty, as all that follow */
    struct token_facts facts;
    struct str page; /* where a person can revoke the token */
};

/* What no line may show. */
struct secrets {
    struct str list[6];
    size_t count;
};

void secrets_add(struct secrets *secrets, struct str text);

/* Adds the user information of a URL, and its password alone if it is long enough to be told from
 * other words. */
void secrets_add_userinfo(struct secrets *secrets, struct str url);

/* With its newline. */
struct str answer_line(struct arena *arena, long id, const struct answer *answer,
                       const struct secrets *secrets);
struct str waiting_line(struct arena *arena, long id, const char *why);

#endif
