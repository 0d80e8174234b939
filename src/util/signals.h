/*
 * The signals by which a person or the system ends us: SIGINT, SIGTERM, SIGHUP and SIGQUIT, those
 * of them that are not ignored. They are held back over a piece of work that is better finished
 * than cut in two:
 *
 *     CLEANUP(signals_release) struct signals signals;
 *     signals_hold(&signals);
 *     ...                                    whoever waits for a child sees one that has come
 *     if (signals_came(&signals)) ...        no more than what has been begun
 *
 * signals_release() lets them act, as a rule by ending us. Until then one that has come and was
 * taken by signals_came() disturbs nobody any more; a second one does again.
 */
#ifndef UTIL_SIGNALS_H
#define UTIL_SIGNALS_H

#include "util/base.h"

#include <signal.h>

struct signals {
    bool held; /* `mask` is what was blocked before */
    sigset_t mask;
    int taken; /* one that came; 0: none */
};

/* The set of them. */
void signals_set(sigset_t *set);

void signals_hold(struct signals *signals);

/* Has one come since they were held? */
bool signals_came(struct signals *signals);

/* The same, after waiting for one for at most `ms` milliseconds. */
bool signals_came_within(struct signals *signals, int ms);

/* For CLEANUP. */
void signals_release(struct signals *signals);

#endif
