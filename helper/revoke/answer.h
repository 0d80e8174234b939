/*
 * Formats the lines that the helper writes.
 *
 *     {"id":0,"verdict":"revoked-checked","status":204,"url":"..."}
 *     {"id":1,"waiting":"..."}                                 a word for a person, no answer
 *
 * Some of the texts come from servers and libraries. Each becomes one line of limited length in
 * valid UTF-8, which is safe to print. The secret in them is replaced, in any mixture of plain and
 * percent-encoded characters.
 */
#ifndef REVOKE_ANSWER_H
#define REVOKE_ANSWER_H

#include "credential/server_kind.h"

/* Both return a line with its newline. */
struct str answer_line(struct arena *arena, long id, const struct server_answer *answer,
                       struct str secret);
struct str waiting_line(struct arena *arena, long id, const char *why);

#endif
