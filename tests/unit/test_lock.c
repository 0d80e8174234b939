/* A lock that another process holds. Here, another open file description of the same file holds it.
 */
#include "util/fs.h"
#include "util/lock.h"
#include "util/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;
static struct shell shell;
static char path[] = "/tmp/test-lock.XXXXXX";
static int ours;
static int theirs;
static int attempts;
static int release_at; /* the other lets go before this attempt */
static int signal_at;  /* a signal comes before this one */
static int fails_with; /* errno of the next attempts */

int flock(int fd, int how)
{
    attempts++;
    if (attempts == release_at) {
        (void)syscall(SYS_flock, theirs, LOCK_UN);
    }
    if (attempts == signal_at) {
        (void)raise(SIGTERM);
    }
    if (fails_with) {
        errno = fails_with;
        fails_with = fails_with == EINTR ? 0 : fails_with;
        return -1;
    }
    return (int)syscall(SYS_flock, fd, how);
}

static void survive(int number)
{
    (void)number;
}

static int begin(void **state)
{
    (void)state;
    attempts = release_at = signal_at = fails_with = 0;
    ours = open(path, O_RDWR | O_CLOEXEC);
    theirs = open(path, O_RDWR | O_CLOEXEC);
    shell = (struct shell){.arena = &arena, .verbosity = VERBOSITY_QUIET};
    return ours >= 0 && theirs >= 0 ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    fd_close(&ours);
    fd_close(&theirs);
    arena_free(&arena);
    return 0;
}

static struct err *acquire(enum lock_kind kind, int64_t deadline_ms)
{
    const struct lock_wait wait = {"file", deadline_ms};
    return lock_acquire(&shell, ours, STR("/f"), kind, &wait);
}

static void assert_held(int how)
{
    assert_int_equal(syscall(SYS_flock, theirs, how | LOCK_NB), 0);
}

static void assert_fails(const struct err *err, const char *why)
{
    assert_non_null(err);
    assert_string_equal(err->message.data, "failed to lock file: /f");
    assert_string_equal(err->cause->message.data, why);
}

static void shared_ones_go_together(void **state)
{
    (void)state;
    assert_held(LOCK_SH);
    assert_null(acquire(LOCK_SHARED, 1));
    assert_int_equal(attempts, 1);
}

static void one_that_is_let_go_is_taken(void **state)
{
    (void)state;
    int input = dup(STDIN_FILENO);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void)dup2(null, STDIN_FILENO); /* isatty() sets errno */
    shell.terminal_err = true;
    assert_held(LOCK_EX);
    release_at = 4;
    assert_null(acquire(LOCK_EXCLUSIVE, 60000));
    assert_int_equal(attempts, 4);
    (void)dup2(input, STDIN_FILENO);
    fd_close(&input);
    fd_close(&null);
}

static void without_a_person_there_is_an_end(void **state)
{
    (void)state;
    assert_held(LOCK_EX);
    assert_fails(acquire(LOCK_EXCLUSIVE, 50), "another program has held the lock for 0 seconds");
    assert_true(attempts > 1);
    assert_int_equal(lock_of_config.deadline_ms, 20000);
    assert_int_equal(lock_of_credentials.deadline_ms, 0); /* cargo waits for ever */
}

static void a_signal_ends_the_wait(void **state)
{
    (void)state;
    CLEANUP(signals_release) struct signals signals = {0};
    signals_hold(&signals);
    assert_held(LOCK_EX);
    signal_at = 3;
    assert_fails(acquire(LOCK_EXCLUSIVE, 0), "interrupted by a signal");
    assert_int_equal(attempts, 3);
}

static void a_system_without_locks_is_no_error(void **state)
{
    (void)state;
    static const int numbers[] = {ENOSYS, ENOTSUP, EINTR};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        fails_with = numbers[i];
        assert_null(acquire(LOCK_EXCLUSIVE, 1));
    }
    fails_with = EBADF;
    assert_fails(acquire(LOCK_EXCLUSIVE, 1), "Bad file descriptor (os error 9)");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shared_ones_go_together),
        TEST(one_that_is_let_go_is_taken),
        TEST(without_a_person_there_is_an_end),
        TEST(a_signal_ends_the_wait),
        TEST(a_system_without_locks_is_no_error),
    };
    (void)signal(SIGTERM, survive);
    int fd = mkstemp(path);
    if (fd < 0) {
        return 1;
    }
    fd_close(&fd);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(path);
    return failed;
}
