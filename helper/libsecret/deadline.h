/*
 * Nothing waits for ever. libsecret and GLib have calls without any time limit (the handshake with
 * a bus that accepts and then says nothing, a prompt that never completes), and a limit on each
 * call would still add up. So one thread watches the clock: when the time of the present step is
 * over it writes the answer that was prepared for this case and ends the process, whatever the main
 * thread is in the middle of.
 *
 *     CLEANUP(deadline_stop) struct deadline deadline;
 *     deadline_start(&deadline, answers_fd);
 *     deadline_set(&deadline, &wait);      a new step, the clock starts anew
 *     deadline_clear(&deadline);           before the ordinary answer is written
 *
 * The answer is written by one of the two only: deadline_clear() returns when the other can no
 * longer write. The process ends with status 0 then, as cargo takes no answer from a provider that
 * ends otherwise.
 */
#ifndef LIBSECRET_DEADLINE_H
#define LIBSECRET_DEADLINE_H

#include "util/base.h"

#include <pthread.h>
#include <time.h>

struct wait {
    unsigned seconds;
    struct str answer; /* the line for when they are over */
};

struct deadline {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_t thread;
    const struct wait *wait; /* NULL: no clock runs */
    struct timespec end;
    int fd;
    bool running; /* the thread */
    bool stop;
};

struct err *deadline_start(struct arena *arena, struct deadline *deadline, int fd) MUST_CHECK;
void deadline_set(struct deadline *deadline, const struct wait *wait);
void deadline_clear(struct deadline *deadline);

/* Legal on a zeroed deadline that was never started. */
void deadline_stop(struct deadline *deadline);

#endif
