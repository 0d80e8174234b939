/* Child processes: signals that the program survives, and a pipe that another process keeps open.
 * The rest is in tests/plugin. */
#include "credential/provider_client.h"
#include "util/child.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static volatile sig_atomic_t handled;
static bool no_memory; /* for what is to happen in the child */

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

static struct err *start(struct arena *arena, const char *script, struct child *child)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    return child_start(arena, argv, child);
}

static void nothing_is_left(void)
{
    errno = 0;
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void a_handled_signal_ends_the_wait_and_acts_at_the_end(void **state)
{
    (void)state;
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct arena arena = {0};
        (void)signal(numbers[i], handler);
        handled = 0;
        char script[64];
        (void)snprintf(script, sizeof(script), "kill -%d $PPID; exec cat", numbers[i]);
        struct child child = CHILD_NONE;
        enum child_result result = CHILD_DONE;
        struct str line;
        assert_null(start(&arena, script, &child));
        assert_null(child_read_line(&child, 100, CHILD_NO_LIMIT, &result, &line));
        assert_int_equal(result, CHILD_INTERRUPTED);
        assert_int_equal(handled, 0);
        child_end(&child);
        assert_int_equal(handled, numbers[i]);
        nothing_is_left();
        sigset_t blocked;
        (void)sigprocmask(SIG_BLOCK, NULL, &blocked);
        assert_int_equal(sigismember(&blocked, numbers[i]), 0);
        (void)signal(numbers[i], SIG_DFL);
        arena_free(&arena);
    }
}

static void a_plugin_that_we_survive_is_a_failure(void **state)
{
    (void)state;
    struct arena arena = {0};
    char path[] = "/tmp/test_child.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    static const char script[] = "#!/bin/sh\nkill -TERM $PPID\nexec cat\n";
    assert_int_equal(write(fd, script, sizeof(script) - 1), sizeof(script) - 1);
    assert_int_equal(fchmod(fd, 0700), 0);
    (void)close(fd);
    (void)signal(SIGTERM, handler);
    struct shell shell = {.arena = &arena};
    const struct str words[] = {str_of(path)};
    const struct provider_call call = {words, 1, words[0], STR("x"), STR("y")};
    enum provider_outcome outcome;
    struct err *err = provider_logout(&shell, &call, &outcome);
    (void)signal(SIGTERM, SIG_DFL);
    (void)unlink(path);
    assert_non_null(err);
    assert_string_equal(err->message.data, "failed to read hello from credential provider");
    assert_string_equal(err->cause->message.data, "interrupted by a signal");
    nothing_is_left();
    arena_free(&arena);
}

static void a_nul_in_the_program_is_not_cut(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct shell shell = {.arena = &arena};
    const struct str words[] = {STR("/bin/true\0x")};
    const struct provider_call call = {words, 1, words[0], STR("x"), STR("y")};
    enum provider_outcome outcome;
    struct err *err = provider_logout(&shell, &call, &outcome);
    assert_non_null(err);
    assert_string_equal(err->message.data, "failed to spawn credential process");
    assert_string_equal(err->cause->message.data, "nul byte found in provided data");
    arena_free(&arena);
}

/* The reader has exited, its own child holds the pipe open, and the pipe is full. */
static void nobody_reads_but_somebody_could(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf buf = buf_new(&arena);
    buf_add_times(&buf, 'x', 1 << 20);
    struct child child = CHILD_NONE;
    enum child_result result = CHILD_DONE;
    assert_null(start(&arena, "exec 3<&0; sleep 60 <&3 >/dev/null 2>&1 & echo $!", &child));
    struct err *err = child_write(&child, buf_str(&buf), CHILD_NO_LIMIT, &result);
    assert_non_null(err);
    assert_string_equal(err->message.data, "Broken pipe (os error 32)");
    struct str line = STR("");
    assert_null(child_read_line(&child, 100, CHILD_NO_LIMIT, &result, &line));
    child_end(&child);
    assert_int_equal(kill((pid_t)strtol(line.data, NULL, 10), SIGKILL), 0);
    nothing_is_left();
    arena_free(&arena);
}

static void lines_come_one_by_one(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct child child = CHILD_NONE;
    enum child_result result = CHILD_TIMED_OUT;
    struct str line;
    int status;
    assert_null(start(&arena, "printf 'a\\n\\0b\\n\\nlast'; exit 3", &child));
    const struct str expected[] = {STR("a\n"),  STR("\0b\n"), STR("\n"),
                                   STR("last"), STR(""),      STR("")};
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_null(child_read_line(&child, 100, CHILD_NO_LIMIT, &result, &line));
        assert_int_equal(result, CHILD_DONE);
        assert_true(str_eq(line, expected[i]));
        assert_int_equal(line.data[line.len], '\0');
    }
    assert_null(child_wait(&child, 100, CHILD_NO_LIMIT, &result, &status));
    assert_int_equal(status, 3 << 8);
    child_end(&child);
    child_end(&child); /* legal on nothing */
    arena_free(&arena);
}

static void a_line_may_be_as_long_as_the_limit(void **state)
{
    (void)state;
    for (size_t limit = 4; limit <= 5; limit++) {
        struct arena arena = {0};
        struct child child = CHILD_NONE;
        enum child_result result;
        struct str line = STR("");
        assert_null(start(&arena, "printf '1234\\n'", &child));
        struct err *err = child_read_line(&child, limit, CHILD_NO_LIMIT, &result, &line);
        if (limit == 5) {
            assert_null(err);
            assert_string_equal(line.data, "1234\n");
        } else {
            assert_non_null(err);
            assert_string_equal(err->message.data, "a line is longer than 4 bytes");
        }
        child_end(&child);
        arena_free(&arena);
    }
}

static void a_wait_that_timed_out_is_taken_up_again(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct child child = CHILD_NONE;
    enum child_result result = CHILD_DONE;
    struct str line = STR("untouched");
    assert_null(start(&arena, "printf half; read -r a; read -r b; echo \" and $b\"", &child));
    do {
        assert_null(child_read_line(&child, 100, child_clock() + 10, &result, &line));
        assert_int_equal(result, CHILD_TIMED_OUT);
        assert_string_equal(line.data, "untouched");
    } while (child.len < 4);
    assert_null(child_write(&child, STR("go\n"), CHILD_NO_LIMIT, &result));
    assert_null(child_write(&child, STR("half\n"), CHILD_NO_LIMIT, &result));
    assert_null(child_read_line(&child, 100, CHILD_NO_LIMIT, &result, &line));
    assert_int_equal(result, CHILD_DONE);
    assert_string_equal(line.data, "half and half\n");
    child_end(&child);
    arena_free(&arena);
}

/* Its own child keeps the output open, so that the exit is all that there is to see. */
static void one_that_has_exited_is_not_late(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct child child = CHILD_NONE;
    enum child_result result = CHILD_TIMED_OUT;
    struct str line = STR("");
    siginfo_t info;
    int status = 0;
    assert_null(start(&arena, "sleep 60 2>/dev/null & echo $!; read -r go; exit 3", &child));
    assert_null(child_read_line(&child, 100, CHILD_NO_LIMIT, &result, &line));
    assert_null(child_write(&child, STR("go\n"), CHILD_NO_LIMIT, &result));
    assert_int_equal(waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT), 0);
    assert_null(child_wait(&child, 100, child_clock() - 1, &result, &status));
    assert_int_equal(result, CHILD_DONE);
    assert_int_equal(status, 3 << 8);
    child_end(&child);
    assert_int_equal(kill((pid_t)strtol(line.data, NULL, 10), SIGKILL), 0);
    arena_free(&arena);
}

/* Both are there when we look. */
static void a_line_that_is_there_comes_before_the_signal(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        enum child_result result;
    } cases[] = {
        {"echo line; kill -TERM $PPID; exec sleep 60", CHILD_DONE},
        {"printf 'no line'; kill -TERM $PPID; exec sleep 60", CHILD_INTERRUPTED},
    };
    (void)signal(SIGTERM, handler);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena = {0};
        struct child child = CHILD_NONE;
        enum child_result result = CHILD_TIMED_OUT;
        struct str line = STR("");
        handled = 0;
        assert_null(start(&arena, cases[i].script, &child));
        struct pollfd come = {.fd = child.signals, .events = POLLIN};
        assert_int_equal(poll(&come, 1, -1), 1);
        assert_null(child_read_line(&child, 100, CHILD_NO_LIMIT, &result, &line));
        assert_int_equal(result, cases[i].result);
        assert_string_equal(line.data, result == CHILD_DONE ? "line\n" : "");
        child_end(&child);
        assert_int_equal(handled, SIGTERM);
        nothing_is_left();
        arena_free(&arena);
    }
    (void)signal(SIGTERM, SIG_DFL);
}

struct lines {
    size_t count;
};

/* Answers each number with the next one; the third is the last. */
static struct err *next_number(void *context, struct str line, struct str *reply, bool *done)
{
    struct lines *lines = context;
    static const char *const expected[] = {"1\n", "3\n", "5\n"};
    assert_string_equal(line.data, expected[lines->count]);
    *reply = lines->count == 0 ? STR("2\n") : STR("4\n");
    *done = ++lines->count == COUNT(expected);
    return NULL;
}

static void an_exchange_goes_on_until_it_is_done(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct lines lines = {0};
    enum child_step step = CHILD_START;
    int status = 0;
    const char *const argv[] = {
        "sh", "-c",
        "read -r a; echo $((a + 1)); read -r a; echo $((a + 1)); read -r a; "
        "echo $((a + 1)); cat; exit 3",
        NULL};
    const struct child_exchange exchange = {
        .argv = argv,
        .until = CHILD_NO_LIMIT,
        .limit = 100,
        .request = STR("0\n"),
        .line = next_number,
        .context = &lines,
    };
    assert_null(child_exchange(&arena, &exchange, &step, &status));
    assert_int_equal(step, CHILD_EXIT);
    assert_int_equal(status, 3 << 8);
    assert_int_equal(lines.count, 3);
    nothing_is_left();
    arena_free(&arena);
}

static struct err *refuse(void *context, struct str line, struct str *reply, bool *done)
{
    (void)reply;
    *done = false;
    return err_new(context, "not this: %zu bytes", line.len);
}

static void each_step_of_an_exchange_can_fail(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf large = buf_new(&arena);
    buf_add_times(&large, 'x', 1 << 20);
    const struct {
        const char *program;
        const char *script;
        struct str request;
        enum child_step step;
        const char *message;
    } cases[] = {
        {"/nonexistent", "", STR(""), CHILD_START, "No such file or directory (os error 2)"},
        {"sh", "exec <&-; exec sleep 60", buf_str(&large), CHILD_WRITE,
         "Broken pipe (os error 32)"},
        {"sh", "exec sleep 60", buf_str(&large), CHILD_WRITE, "it took longer than 7 seconds"},
        {"sh", "exec sleep 60", STR(""), CHILD_READ, "it took longer than 7 seconds"},
        {"sh", "printf %0101d", STR(""), CHILD_READ, "a line is longer than 100 bytes"},
        {"sh", "echo x; exec sleep 60", STR(""), CHILD_LINE, "not this: 2 bytes"},
        {"sh", "exit 0", STR(""), CHILD_LINE, "not this: 0 bytes"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *const argv[] = {cases[i].program, "-c", cases[i].script, NULL};
        const struct child_exchange exchange = {
            .argv = argv,
            .until = child_clock() + (cases[i].message[0] == 'i' ? 50 : 60000),
            .seconds = 7,
            .limit = 100,
            .request = cases[i].request,
            .line = refuse,
            .context = &arena,
        };
        enum child_step step;
        int status = 42;
        struct err *err = child_exchange(&arena, &exchange, &step, &status);
        assert_non_null(err);
        assert_string_equal(err->message.data, cases[i].message);
        assert_int_equal(step, cases[i].step);
        assert_int_equal(status, 42);
        nothing_is_left();
    }
    arena_free(&arena);
}

static void without_memory_no_child_is_started(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct child child = CHILD_NONE;
    no_memory = true;
    struct err *err = start(&arena, "exit 0", &child);
    no_memory = false;
    assert_non_null(err);
    assert_string_equal(err->message.data, "Cannot allocate memory (os error 12)");
    assert_int_equal(child.pid, 0);
    nothing_is_left();
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handled_signal_ends_the_wait_and_acts_at_the_end),
        cmocka_unit_test(a_plugin_that_we_survive_is_a_failure),
        cmocka_unit_test(a_nul_in_the_program_is_not_cut),
        cmocka_unit_test(nobody_reads_but_somebody_could),
        cmocka_unit_test(lines_come_one_by_one),
        cmocka_unit_test(a_line_may_be_as_long_as_the_limit),
        cmocka_unit_test(a_wait_that_timed_out_is_taken_up_again),
        cmocka_unit_test(one_that_has_exited_is_not_late),
        cmocka_unit_test(a_line_that_is_there_comes_before_the_signal),
        cmocka_unit_test(an_exchange_goes_on_until_it_is_done),
        cmocka_unit_test(each_step_of_an_exchange_can_fail),
        cmocka_unit_test(without_memory_no_child_is_started),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
