/*
 * Holds back the signals that end the program (SIGINT, SIGTERM, SIGHUP and SIGQUIT, unless they are
 * ignored) during work that should be finished:
 *
 *     CLEANUP(signals_release) struct signals signals;
 *     (void)signals_hold(&signals);
 *     if (signals_came(&signals)) ...        begin no new work
 *
 * The descriptor is readable if such a signal has arrived, or if a child has exited.
 */
#ifndef UTIL_SIGNALS_H
#define UTIL_SIGNALS_H

#include "util/base.h"

#include <signal.h>

struct signals {
    bool held; /* `fd` is open, and `mask` has the signals that were blocked before */
    int fd;
    int taken; /* the last signal that arrived; 0: none */
    sigset_t mask;
};

/* Returns false with errno if no descriptor is left. Signals then act at once. */
bool signals_hold(struct signals *signals);

/* Returns true if a signal has arrived since signals_hold(). */
bool signals_came(struct signals *signals);

/* For CLEANUP. The last signal that arrived acts now, unless an outer signals_hold() has it. */
void signals_release(struct signals *signals);

#endif
