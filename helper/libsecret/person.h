/* Finds out whether a person is there, and asks that person for a token. */
#ifndef LIBSECRET_PERSON_H
#define LIBSECRET_PERSON_H

#include "util/base.h"

/* Returns true if there is a controlling terminal, standard error is a terminal, and CI is not set.
 */
bool person_at_terminal(void);

/* Returns true if a person at the terminal or at a display can answer a dialog of the keyring. */
bool person_can_answer(void);

/*
 * Prints `question` on the terminal and reads one line without showing it. Removes white space
 * around it. Fails if there is no terminal. If a signal arrives, the terminal is restored before
 * the signal acts.
 */
struct err *person_ask_secret(struct arena *arena, struct str question,
                              const char **out) MUST_CHECK;

#endif
