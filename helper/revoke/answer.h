/*
 * The line that the helper answers: `{"dead":true,"how":"revoked","url":"...","status":204}`.
 *
 * Servers and libraries write what ends up in `detail`, so it is made fit to be shown: one line of
 * limited length, valid UTF-8 without control characters or such as turn the direction of writing,
 * and with the token, should it be in there, replaced. The same is done to `url`.
 */
#ifndef REVOKE_ANSWER_H
#define REVOKE_ANSWER_H

#include "verdict.h"

struct answer {
    enum how how;
    struct str url;    /* that was called last; without user and password */
    long status;       /* of HTTP; 0: there was no answer */
    struct str detail; /* may be empty */
};

/* With its newline. */
struct str answer_line(struct arena *arena, const struct answer *answer, struct str token);

#endif
