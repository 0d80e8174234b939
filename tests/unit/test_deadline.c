/* The clock that ends the provider, and what it reads. Functions of the library are the test's own
 * here: time is over at once, or just when the main thread has moved it, and the end of the process
 * ends the thread alone. */
#undef _FORTIFY_SOURCE /* which makes read() an inline function */

#include "libsecret/console.h"
#include "libsecret/deadline.h"

#include <errno.h>
#include <setjmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;
static struct deadline deadline;
static int exits;               /* with which status */
static int read_fails;          /* with this errno, once */
static int timed_waits;         /* how many there were */
static void (*meanwhile)(void); /* what the main thread does between the time-out and the lock */

_Noreturn void _exit(int status)
{
    exits = status;
    pthread_exit(NULL);
}

ssize_t read(int fd, void *data, size_t size)
{
    if (read_fails) {
        errno = read_fails;
        read_fails = 0;
        return -1;
    }
    return syscall(SYS_read, fd, data, size);
}

/* Time is over in the first wait; after that there is no end to it. */
int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
                           const struct timespec *until)
{
    (void)clock;
    (void)until;
    timed_waits++;
    if (timed_waits > 1) {
        return pthread_cond_wait(condition, mutex);
    }
    (void)pthread_mutex_unlock(mutex);
    if (meanwhile) {
        meanwhile();
    }
    (void)pthread_mutex_lock(mutex);
    return ETIMEDOUT;
}

static const struct wait patience = {.seconds = 5, .answer = {"late\n", 5}};
static const struct wait more = {.seconds = 7, .answer = {"later\n", 6}};
static int reading_end;

static void begin(void (*between)(void))
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    reading_end = ends[0];
    exits = -1;
    timed_waits = 0;
    meanwhile = between;
    assert_null(deadline_start(&arena, &deadline, ends[1]));
    deadline_set(&deadline, &patience);
}

/* All that was written. */
static void assert_written(const char *expected)
{
    char text[100];
    (void)close(deadline.fd);
    ssize_t len = read(reading_end, text, sizeof(text) - 1);
    assert_true(len >= 0);
    text[len] = '\0';
    assert_string_equal(text, expected);
    (void)close(reading_end);
}

static void when_time_is_over_the_answer_is_written_and_all_ends_well(void **state)
{
    (void)state;
    begin(NULL);
    assert_int_equal(pthread_join(deadline.thread, NULL), 0);
    assert_int_equal(exits, 0);
    assert_written("late\n");
}

static void clear(void)
{
    deadline_clear(&deadline);
}

static void another_second(void)
{
    deadline_set(&deadline, &more);
}

static void another_nanosecond(void)
{
    deadline.end.tv_nsec ^= 1;
}

/* Who has cleared it writes the answer, and nobody else does. */
static void an_end_that_was_moved_at_the_last_moment_is_not_met(void **state)
{
    (void)state;
    static void (*const moves[])(void) = {clear, another_second, another_nanosecond};
    for (size_t i = 0; i < COUNT(moves); i++) {
        begin(moves[i]);
        /* its time is over, and where there is another end it waits again */
        while (__atomic_load_n(&timed_waits, __ATOMIC_SEQ_CST) < (i == 0 ? 1 : 2)) {
            (void)sched_yield();
        }
        deadline_stop(&deadline);
        assert_int_equal(exits, -1);
        assert_written("");
    }
}

static void what_was_never_started_can_be_stopped(void **state)
{
    (void)state;
    struct deadline none = {0};
    deadline_stop(&none);
    assert_false(none.running);
}

static void a_read_is_made_again_or_told(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "a\nb", 3), 3);
    (void)close(ends[1]);
    struct streams streams = {.in = ends[0]};
    streams.pending = buf_new(&streams.arena);
    struct str line;
    bool got;
    read_fails = EINTR;
    assert_null(streams_line(&arena, &streams, &line, &got));
    assert_true(got);
    assert_string_equal(line.data, "a");
    read_fails = EIO;
    struct err *err = streams_line(&arena, &streams, &line, &got);
    assert_non_null(err);
    assert_string_equal(err->message.data, "failed to read the request");
    assert_string_equal(err->cause->message.data, "Input/output error (os error 5)");
    streams_free(&streams);
    (void)close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(when_time_is_over_the_answer_is_written_and_all_ends_well),
        cmocka_unit_test(an_end_that_was_moved_at_the_last_moment_is_not_met),
        cmocka_unit_test(what_was_never_started_can_be_stopped),
        cmocka_unit_test(a_read_is_made_again_or_told),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
