/*
 * Holds back the signals that end the program (SIGINT, SIGTERM, SIGHUP and SIGQUIT, unless they are
 * ignored) during work that should be finished:
 *
 *     CLEANUP(signals_release) struct signals signals;
 *     signals_hold(&signals);
 *     ...                                    a wait for a child returns when a signal arrives
 *     if (signals_came(&signals)) ...        begin no new work
 *
 * signals_release() lets the signals act, which usually ends the program. After signals_came() has
 * returned true for a signal, later waits ignore that signal; a second signal interrupts them
 * again.
 */
#ifndef UTIL_SIGNALS_H
#define UTIL_SIGNALS_H

#include "util/base.h"

#include <signal.h>

struct signals {
    bool held; /* `mask` has the signals that were blocked before */
    sigset_t mask;
    int taken; /* a signal that arrived; 0: none */
};

/* Fills the set with these signals. */
void signals_set(sigset_t *set);

void signals_hold(struct signals *signals);

/* Returns true if a signal has arrived since signals_hold(). */
bool signals_came(struct signals *signals);

/* The same, but waits for at most `ms` milliseconds. */
bool signals_came_within(struct signals *signals, int ms);

/* For CLEANUP. */
void signals_release(struct signals *signals);

#endif
