#include "util/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

bool signals_hold(struct signals *signals)
{
    static const int ends_us[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGCHLD);
    for (size_t i = 0; i < COUNT(ends_us); i++) {
        struct sigaction action = {0};
        (void)sigaction(ends_us[i], NULL, &action); /* cannot fail for these */
        if (action.sa_handler != SIG_IGN)           /* a blocked signal arrives even if ignored */
            (void)sigaddset(&set, ends_us[i]);
    }
    *signals = (struct signals){.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
    signals->held = signals->fd >= 0 && sigprocmask(SIG_BLOCK, &set, &signals->mask) == 0;
    return signals->held;
}

bool signals_came(struct signals *signals)
{
    struct signalfd_siginfo info;
    while (signals->held && read(signals->fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
        if (info.ssi_signo != SIGCHLD)
            signals->taken = (int)info.ssi_signo;
    return signals->taken != 0;
}

void signals_release(struct signals *signals)
{
    if (!signals->held)
        return;
    if (signals_came(signals))
        (void)raise(signals->taken);
    (void)close(signals->fd);
    (void)sigprocmask(SIG_SETMASK, &signals->mask, NULL);
    *signals = (struct signals){0};
}
