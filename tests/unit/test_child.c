/* Waits: the steps of an exchange with a child, signals that the program survives, and a lock. The
 * rest is in tests/plugin and tests/fault. */
#include "util/child.h"
#include "util/lock.h"
#include "util/signals.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;
static volatile sig_atomic_t handled;
static bool no_memory;        /* posix_spawn_file_actions_adddup2() fails */
static bool waits_for_signal; /* next_number() waits for SIGTERM after the first line */

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int newfd)
{
    int (*real)(posix_spawn_file_actions_t *, int, int);
    void *symbol = dlsym(RTLD_NEXT, "posix_spawn_file_actions_adddup2");
    memcpy(&real, &symbol, sizeof(real));
    return no_memory ? ENOMEM : real(actions, fd, newfd);
}

static void handler(int number)
{
    handled = number;
}

static int begin(void **state)
{
    (void)state;
    handled = 0;
    no_memory = waits_for_signal = false;
    return 0;
}

/* Fails if the test has left a child process. */
static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

/* Answers each number with the next one, until it is 5. Other lines are an error. */
static struct err *next_number(void *context, struct str line, struct str *reply, bool *done)
{
    int *lines = context;
    long number = strtol(line.data, NULL, 10);
    if (number == 0) {
        return err_new(&arena, "not this: %zu bytes", line.len);
    }
    for (sigset_t pending; waits_for_signal && number == 1;) {
        (void)sigpending(&pending);
        waits_for_signal = !sigismember(&pending, SIGTERM);
    }
    ++*lines;
    *reply = str_format(&arena, "%ld\n", number + 1);
    *done = number == 5;
    return NULL;
}

struct result {
    struct err *err;
    enum child_step step;
    int status;
    int lines;
};

static struct result exchange(const char *program, const char *script, struct str request, int ms)
{
    struct result result = {.status = 42};
    const char *const argv[] = {program, "-c", script, NULL};
    const struct child_exchange exchange = {
        .argv = argv,
        .until = child_clock() + ms,
        .late = "it took too long",
        .limit = 100,
        .request = request,
        .line = next_number,
        .context = &result.lines,
    };
    result.err = child_exchange(&arena, &exchange, &result.step, &result.status);
    return result;
}

static void an_exchange_goes_on_until_it_is_done(void **state)
{
    (void)state;
    struct result result =
        exchange("sh", "for i in 1 2 3; do read -r a; echo $((a + 1)); done; cat; exit 3",
                 STR("0\n"), 60000);
    assert_null(result.err);
    assert_int_equal(result.step, CHILD_EXIT);
    assert_int_equal(result.status, 3 << 8);
    assert_int_equal(result.lines, 3);
}

static void each_step_of_an_exchange_can_fail(void **state)
{
    (void)state;
    struct buf large = buf_new(&arena);
    buf_add_times(&large, 'x', 1 << 20);
    const struct {
        const char *program;
        const char *script;
        struct str request;
        int ms;
        enum child_step step;
        const char *message;
    } cases[] = {
        {"/nonexistent", "", STR(""), 60000, CHILD_START, "No such file or directory (os error 2)"},
        {"sh", "exec <&-; exec sleep 60", buf_str(&large), 60000, CHILD_WRITE,
         "Broken pipe (os error 32)"},
        /* the child has exited, its own child keeps the pipe open, and the pipe is full */
        {"sh", "exec 3<&0; sleep 20 <&3 >/dev/null 2>&1 &", buf_str(&large), 60000, CHILD_WRITE,
         "Broken pipe (os error 32)"},
        {"sh", "exec sleep 60", buf_str(&large), 50, CHILD_WRITE, "it took too long"},
        {"sh", "exec sleep 60", STR(""), 50, CHILD_READ, "it took too long"},
        {"sh", "printf %0101d", STR(""), 60000, CHILD_READ, "a line is longer than 100 bytes"},
        {"sh", "printf '%099d\\n'; exec sleep 60", STR(""), 60000, CHILD_LINE,
         "not this: 100 bytes"},
        {"sh", "printf last", STR(""), 60000, CHILD_LINE, "not this: 4 bytes"},
        {"sh", "exit 0", STR(""), 60000, CHILD_LINE, "not this: 0 bytes"},
        {"sh", "echo 5; exec sleep 60", STR(""), 1000, CHILD_EXIT, "it took too long"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t start = child_clock();
        struct result result =
            exchange(cases[i].program, cases[i].script, cases[i].request, cases[i].ms);
        assert_true(child_clock() - start < 10000);
        assert_non_null(result.err);
        assert_string_equal(result.err->message.data, cases[i].message);
        assert_int_equal(result.step, cases[i].step);
        assert_int_equal(result.status, 42);
    }
}

static void a_handled_signal_ends_the_wait_and_acts_at_the_end(void **state)
{
    (void)state;
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        sigset_t blocked;
        (void)signal(numbers[i], handler);
        handled = 0;
        struct str script = str_format(&arena, "kill -%d $PPID; exec cat", numbers[i]);
        struct result result = exchange("sh", script.data, STR(""), 60000);
        assert_string_equal(result.err->message.data, "interrupted by a signal");
        assert_int_equal(result.step, CHILD_READ);
        assert_int_equal(handled, numbers[i]);
        (void)sigprocmask(SIG_BLOCK, NULL, &blocked);
        assert_int_equal(sigismember(&blocked, numbers[i]), 0);
        (void)signal(numbers[i], SIG_DFL);
    }
}

static void a_line_that_is_there_comes_before_the_signal(void **state)
{
    (void)state;
    (void)signal(SIGTERM, handler);
    waits_for_signal = true;
    struct result result =
        exchange("sh", "echo 1; echo 2; kill -TERM $PPID; exec sleep 60", STR(""), 60000);
    assert_string_equal(result.err->message.data, "interrupted by a signal");
    assert_int_equal(result.lines, 2);
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
    assert_null(exchange("sh", "echo 5", STR(""), 60000).err);
    assert_non_null(exchange("sh", "kill -TERM $PPID; exec cat", STR(""), 60000).err);
    assert_int_equal(handled, 0);
    signals_release(&signals);
    assert_int_equal(handled, SIGTERM);
    handled = 0;
    signals_release(&signals); /* a second call does nothing */
    assert_int_equal(handled, 0);
    (void)signal(SIGTERM, SIG_DFL);
    (void)signal(SIGHUP, SIG_DFL);
}

static void without_memory_no_child_is_started(void **state)
{
    (void)state;
    no_memory = true;
    struct result result = exchange("sh", "exit 0", STR(""), 60000);
    assert_string_equal(result.err->message.data, "Cannot allocate memory (os error 12)");
    assert_int_equal(result.step, CHILD_START);
}

static void a_configuration_file_is_not_waited_for_forever(void **state)
{
    (void)state;
    const struct lock_wait wait = {"file", 50};
    struct shell shell = {.arena = &arena, .verbosity = VERBOSITY_QUIET};
    char path[] = "/tmp/test-child.XXXXXX";
    int ours = mkstemp(path);
    int theirs = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(ours >= 0 && flock(theirs, LOCK_EX) == 0);
    struct err *err = lock_acquire(&shell, ours, STR("/f"), LOCK_SHARED, &wait);
    assert_non_null(err);
    assert_string_equal(err->message.data, "failed to lock file: /f");
    assert_string_equal(err->cause->message.data,
                        "another program has held the lock for 0 seconds");
    assert_int_equal(lock_of_config.deadline_ms, 20000);
    assert_int_equal(lock_of_credentials.deadline_ms, 0); /* cargo waits for ever */
    (void)close(theirs);
    assert_null(lock_acquire(&shell, ours, STR("/f"), LOCK_SHARED, &wait));
    (void)close(ours);
    (void)unlink(path);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_exchange_goes_on_until_it_is_done),
        TEST(each_step_of_an_exchange_can_fail),
        TEST(a_handled_signal_ends_the_wait_and_acts_at_the_end),
        TEST(a_line_that_is_there_comes_before_the_signal),
        TEST(a_held_signal_acts_at_the_end),
        TEST(without_memory_no_child_is_started),
        TEST(a_configuration_file_is_not_waited_for_forever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
