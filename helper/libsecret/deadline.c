#include "deadline.h"

#include "util/fs.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

/* Static, because a signal handler cannot get its data in another way. */
enum { IDLE, RUNNING, LATE };
static atomic_int state;
static int late_fd;
static struct str late_answer;

static void on_alarm(int number)
{
    (void)number;
    int running = RUNNING;
    if (atomic_compare_exchange_strong(&state, &running, LATE)) {
        (void)write_all(late_fd, late_answer);
        _exit(0);
    }
}

void deadline_start(int fd, unsigned seconds, struct str late)
{
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    late_fd = fd;
    late_answer = late;
    atomic_store(&state, RUNNING);
    (void)sigaction(SIGALRM, &action, NULL);
    (void)alarm(seconds);
}

void deadline_stop(void)
{
    (void)alarm(0);
    int running = RUNNING;
    (void)atomic_compare_exchange_strong(&state, &running, IDLE);
    while (running == LATE) {
        (void)pause(); /* the handler runs in another thread, which is about to exit */
    }
}
