/*
 * Finds out whether a person is there, asks that person for a token, and limits the time that a
 * keyring has to answer.
 */
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

/*
 * libsecret and GLib have calls without a time limit (the handshake with a bus that accepts and
 * then sends nothing, a prompt that never completes). When the time is over, a handler of SIGALRM
 * writes `late` to standard output and exits. The status is 0, because cargo ignores the answer of
 * a provider that exits with another status. After deadline_stop() returns, `late` can no longer be
 * written. Each start needs one stop.
 */
void deadline_start(unsigned seconds, struct str late);
void deadline_stop(void);

#endif
