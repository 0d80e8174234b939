#include "deadline.h"

#include "util/fs.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static void *watch(void *argument)
{
    struct deadline *deadline = argument;
    pthread_mutex_lock(&deadline->mutex);
    while (!deadline->stop) {
        if (!deadline->wait) {
            pthread_cond_wait(&deadline->changed, &deadline->mutex);
            continue;
        }
        struct timespec end = deadline->end;
        int rc =
            pthread_cond_clockwait(&deadline->changed, &deadline->mutex, CLOCK_MONOTONIC, &end);
        /* the end may have been moved between the time-out and the lock */
        if (rc == ETIMEDOUT && deadline->wait && deadline->end.tv_sec == end.tv_sec &&
            deadline->end.tv_nsec == end.tv_nsec) {
            (void)write_all(deadline->fd, deadline->wait->answer);
            _exit(0);
        }
    }
    pthread_mutex_unlock(&deadline->mutex);
    return NULL;
}

struct err *deadline_start(struct arena *arena, struct deadline *deadline, int fd)
{
    *deadline = (struct deadline){.fd = fd};
    pthread_mutex_init(&deadline->mutex, NULL);
    pthread_cond_init(&deadline->changed, NULL);
    /* signals are for the main thread: it may have a terminal to put right first */
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&deadline->thread, NULL, watch, deadline);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc) {
        return err_wrap(arena, err_os(arena, rc), "failed to start a thread");
    }
    deadline->running = true;
    return NULL;
}

void deadline_set(struct deadline *deadline, const struct wait *wait)
{
    pthread_mutex_lock(&deadline->mutex);
    deadline->wait = wait;
    if (wait) {
        clock_gettime(CLOCK_MONOTONIC, &deadline->end);
        deadline->end.tv_sec += (time_t)wait->seconds;
    }
    pthread_cond_signal(&deadline->changed);
    pthread_mutex_unlock(&deadline->mutex);
}

void deadline_clear(struct deadline *deadline)
{
    deadline_set(deadline, NULL);
}

void deadline_stop(struct deadline *deadline)
{
    if (!deadline->running) {
        return;
    }
    pthread_mutex_lock(&deadline->mutex);
    deadline->stop = true;
    pthread_cond_signal(&deadline->changed);
    pthread_mutex_unlock(&deadline->mutex);
    pthread_join(deadline->thread, NULL);
    deadline->running = false;
}
