#include "util/signals.h"

#include <time.h>

/* Leaves ignored signals out, because a signal that is held back would be seen even if it is
 * ignored. */
void signals_set(sigset_t *set)
{
    static const int ends_us[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    (void)sigemptyset(set);
    for (size_t i = 0; i < COUNT(ends_us); i++) {
        struct sigaction action = {0};
        (void)sigaction(ends_us[i], NULL, &action); /* cannot fail for these */
        if (action.sa_handler != SIG_IGN) {
            (void)sigaddset(set, ends_us[i]);
        }
    }
}

void signals_hold(struct signals *signals)
{
    sigset_t set;
    *signals = (struct signals){0};
    signals_set(&set);
    signals->held = sigprocmask(SIG_BLOCK, &set, &signals->mask) == 0;
}

bool signals_came_within(struct signals *signals, int ms)
{
    struct timespec wait = {ms / 1000, (ms % 1000) * 1000000L};
    sigset_t set;
    signals_set(&set);
    int number;
    while ((number = sigtimedwait(&set, NULL, &wait)) > 0) {
        signals->taken = number;
        wait = (struct timespec){0};
    }
    return signals->taken != 0;
}

bool signals_came(struct signals *signals)
{
    return signals_came_within(signals, 0);
}

void signals_release(struct signals *signals)
{
    if (signals->taken != 0) {
        (void)raise(signals->taken);
    }
    if (signals->held) {
        (void)sigprocmask(SIG_SETMASK, &signals->mask, NULL);
    }
    *signals = (struct signals){0};
}
