/* Signals that come while the program waits for a child, and how long it waits for a lock.
 * tests/plugin has the exchange with a child. */
#include "util/child.h"
#include "util/lock.h"
#include "util/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;
static volatile sig_atomic_t handled;
static bool waits_for_signal; /* next_number() waits for SIGTERM after the first line */

static void handler(int number)
{
    handled = number;
}

static bool is_late; /* the clock shows another hour whenever it is read */

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static time_t hours;
    long result = syscall(SYS_clock_gettime, clock, now);
    now->tv_sec += is_late ? 3600 * ++hours : 0;
    return (int)result;
}

static int begin(void **state)
{
    (void)state;
    handled = 0;
    waits_for_signal = false;
    return 0;
}

/* Fails if the test has left a child process. */
static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

/* Answers each number with the next one, until it is 5. */
static struct err *next_number(void *context, struct str line, struct str *reply, bool *done)
{
    int *lines = context;
    long number = strtol(line.data, NULL, 10);
    for (sigset_t pending; waits_for_signal && number == 1;) {
        (void)sigpending(&pending);
        waits_for_signal = !sigismember(&pending, SIGTERM);
    }
    ++*lines;
    *reply = str_format(&arena, "%ld\n", number + 1);
    *done = number == 5;
    return NULL;
}

// NOLINTNEXTLINE(readability-non-const-parameter): the callback counts lines there
static struct err *exchange(const char *script, int *lines)
{
    enum child_step step;
    int status;
    const char *const argv[] = {"sh", "-c", script, NULL};
    const struct child_exchange exchange = {
        .argv = argv,
        .until = child_clock() + 60000,
        .late = "it took too long",
        .limit = 100,
        .line = next_number,
        .context = lines,
    };
    return child_exchange(&arena, &exchange, &step, &status);
}

static void a_line_that_is_there_comes_before_the_signal(void **state)
{
    (void)state;
    (void)signal(SIGTERM, handler);
    waits_for_signal = true;
    int lines = 0;
    const struct err *err = exchange("echo 1; echo 2; kill -TERM $PPID; exec sleep 60", &lines);
    assert_string_equal(err->message.data, "interrupted by a signal");
    assert_int_equal(lines, 2);
    assert_int_equal(handled, SIGTERM);
    (void)signal(SIGTERM, SIG_DFL);
}

static void a_held_signal_acts_at_the_end(void **state)
{
    (void)state;
    (void)signal(SIGTERM, handler);
    (void)signal(SIGHUP, SIG_IGN);
    struct signals signals;
    assert_true(signals_hold(&signals));
    (void)raise(SIGHUP); /* it is still ignored */
    assert_false(signals_came(&signals));
    (void)raise(SIGTERM);
    assert_true(signals_came(&signals));
    assert_true(signals_came(&signals));
    /* it does not interrupt a child that is started later; a second signal does */
    int lines = 0;
    assert_null(exchange("echo 5", &lines));
    assert_non_null(exchange("kill -TERM $PPID; exec cat", &lines));
    assert_int_equal(handled, 0);
    signals_release(&signals);
    assert_int_equal(handled, SIGTERM);
    handled = 0;
    signals_release(&signals); /* a second call does nothing */
    assert_int_equal(handled, 0);
    (void)signal(SIGTERM, SIG_DFL);
    (void)signal(SIGHUP, SIG_DFL);
}

static void a_configuration_file_is_not_waited_for_forever(void **state)
{
    (void)state;
    struct shell shell = {.arena = &arena, .verbosity = VERBOSITY_QUIET};
    char path[] = "/tmp/test-child.XXXXXX";
    int ours = mkstemp(path);
    int theirs = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(ours >= 0 && flock(theirs, LOCK_EX) == 0);
    is_late = true;
    struct err *err = lock_acquire(&shell, ours, STR("/f"), LOCK_SH, false);
    is_late = false;
    assert_non_null(err);
    assert_string_equal(err->message.data, "failed to lock file: /f");
    assert_string_equal(err->cause->message.data,
                        "another program has held the lock for 20 seconds");
    (void)close(theirs);
    assert_null(lock_acquire(&shell, ours, STR("/f"), LOCK_SH, false));
    (void)close(ours);
    (void)unlink(path);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_that_is_there_comes_before_the_signal),
        TEST(a_held_signal_acts_at_the_end),
        TEST(a_configuration_file_is_not_waited_for_forever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
