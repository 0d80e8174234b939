/*
 * Formats the lines that the helper writes.
 *
 *     {"id":0,"verdict":"revoked-checked","invalid":true,"url":"...","status":204}
 *     {"id":1,"waiting":"..."}                                 a word for a person, no answer
 *
 * The first line states twice whether the token is invalid, as `verdict` and as `invalid`, so that
 * a reader can compare them. Some of the texts come from servers and libraries. Each becomes one
 * line of limited length in valid UTF-8, without control characters and without characters that
 * change the direction of writing. Secrets in them are replaced, in any mixture of plain and
 * percent-encoded characters.
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
    struct str url;    /* the URL of that call */
    long status;       /* HTTP status; 0: there was no answer */
    struct str detail; /* this and the following can be empty */
    struct token_facts facts;
    struct str page; /* where a person can revoke the token */
};

/* The texts that no line may contain. */
struct secrets {
    struct str list[6];
    size_t count;
};

void secrets_add(struct secrets *secrets, struct str text);

/* Adds the user information of a URL. Also adds its password alone, if that is too long to be an
 * ordinary word. */
void secrets_add_userinfo(struct secrets *secrets, struct str url);

/* Both return a line with its newline. */
struct str answer_line(struct arena *arena, long id, const struct answer *answer,
                       const struct secrets *secrets);
struct str waiting_line(struct arena *arena, long id, const char *why);

#endif
