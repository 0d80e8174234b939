/*
 * Formats the lines that the helper writes.
 *
 *     {"id":0,"verdict":"revoked-checked","status":204,"url":"..."}
 *     {"id":1,"waiting":"..."}                                 a word for a person, no answer
 *
 * Some of the texts come from servers and libraries. Each becomes one line of limited length in
 * valid UTF-8, which is safe to print. Secrets in them are replaced, in any mixture of plain and
 * percent-encoded characters.
 */
#ifndef REVOKE_ANSWER_H
#define REVOKE_ANSWER_H

#include "credential/server_kind.h"

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
struct str answer_line(struct arena *arena, long id, const struct server_answer *answer,
                       const struct secrets *secrets);
struct str waiting_line(struct arena *arena, long id, const char *why);

#endif
