/*
 * The person at the terminal, if there is one.
 */
#ifndef LIBSECRET_PERSON_H
#define LIBSECRET_PERSON_H

#include "util/base.h"

/* There is a controlling terminal, standard error is one, and CI is not set. */
bool person_at_terminal(void);

/* The person at the terminal, or somebody at a display, can answer a dialog of the keyring. */
bool person_can_answer(void);

/*
 * Prints `question` on the terminal and reads one line without showing it. White space around it is
 * removed. If there is no terminal, that is an error. A signal restores the terminal before it
 * acts.
 */
struct err *person_ask_secret(struct arena *arena, struct str question, struct str *out) MUST_CHECK;

#endif
