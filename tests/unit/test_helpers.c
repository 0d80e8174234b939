/* What the program beside us may say, or not say: the one who asks a server to end a token. The
 * test runs as a copy of itself in a directory where scripts stand for them. */
#include "credential/revoker.h"
#include "util/child.h"
#include "util/fs.h"
#include "util/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define ANSWER "echo '{\"dead\":true,\"how\":\"revoked\",\"status\":204}'\n"
#define WAITS  "exec sleep 1000\n"

/* Seconds that pass with each look at the clock; while `late` is there an hour. */
static time_t step;
static bool installed; /* what no script stands for is where the installation puts it */
static struct arena arena;
static volatile sig_atomic_t handled;

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static time_t ahead;
    long result = syscall(SYS_clock_gettime, clock, now);
    ahead += access("late", F_OK) == 0 ? 3600 : step;
    now->tv_sec += ahead;
    return (int)result;
}

int stat(const char *path, struct stat *out)
{
    if (installed && strstr(path, "libexec")) {
        return 0;
    }
    return fstatat(AT_FDCWD, path, out, 0);
}

static void handler(int number)
{
    handled = number;
}

static int begin(void **state)
{
    (void)state;
    step = 0;
    handled = 0;
    (void)unlink("late");
    (void)signal(SIGTERM, handler);
    return 0;
}

/* And no process is left. */
static int end(void **state)
{
    (void)state;
    (void)signal(SIGTERM, SIG_DFL);
    arena_free(&arena);
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

static void write_script(const char *name, const char *body)
{
    (void)unlink(name);
    int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    assert_true(fd >= 0);
    assert_true(write_all(fd, STR("#!/bin/sh\n")));
    assert_true(write_all(fd, str_of(body)));
    (void)close(fd);
}

static void a_helper_is_beside_us_or_installed(void **state)
{
    (void)state;
    struct str path;
    write_script("beside", "");
    installed = true;
    assert_null(helper_path(&arena, STR("beside"), &path));
    assert_int_equal(access(path.data, X_OK), 0);
    assert_null(helper_path(&arena, STR("away"), &path));
    assert_true(str_ends(path, STR("/libexec/cargo-logout/away")));
    installed = false;
    assert_null(helper_path(&arena, STR("away"), &path));
    assert_true(str_ends(path, STR("/away")));
    assert_null(strstr(path.data, "libexec"));
}

static int notices;

/* From now on time stands still, and who waits for us to have noticed goes on. */
static void notice(void *context)
{
    notices++;
    step = 0;
    int fd = open(context, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    (void)close(fd);
}

static struct err *ask(const char *script, struct str token, bool noticed, struct revocation *out)
{
    const struct revoker_server server = {.api = STR("https://example.com")};
    const struct network network = {.retry = 3};
    const struct revoker_call call = {
        .server = &server, .kind = REVOKER_REGISTRY, .token = token, .network = &network};
    char fifo[] = "fifo";
    const struct revoker_wait wait = {.notice = noticed ? notice : NULL, .context = fifo};
    write_script("cargo-logout-revoke", script);
    return revoker_run(&arena, &call, &wait, out);
}

static void assert_fails(struct err *err, const char *why)
{
    assert_non_null(err);
    assert_true(str_starts(err->message, STR("failed to run `")));
    assert_true(str_ends(err->message, STR("/cargo-logout-revoke`")));
    assert_string_equal(err->cause->message.data, why);
}

static void an_answer_counts_if_its_program_ends_well(void **state)
{
    (void)state;
    struct revocation out = {0};
    assert_null(ask("read -r line\n" ANSWER, STR("t"), false, &out));
    assert_true(out.dead);
    assert_int_equal(out.status, 204);
    assert_fails(ask("read -r line\n" ANSWER "exit 3", STR("t"), false, &out),
                 "it failed with exit status: 3");
    assert_fails(ask("read -r line\n" ANSWER "kill -9 $$", STR("t"), false, &out),
                 "it failed with signal: 9 (SIGKILL)");
    assert_fails(ask("read -r line", STR("t"), false, &out),
                 "it gave no answer that can be understood");
}

static void who_waits_is_told_once(void **state)
{
    (void)state;
    struct revocation out = {0};
    assert_int_equal(mkfifo("fifo", 0600), 0);
    notices = 0;
    step = 3;
    assert_null(ask("read -r line; read -r go <fifo\n" ANSWER, STR("t"), true, &out));
    assert_int_equal(notices, 1);
    assert_true(out.dead);
    assert_null(ask("read -r line\n" ANSWER, STR("t"), true, &out));
    assert_int_equal(notices, 1);
}

/* A request that no pipe takes whole. */
static struct str long_token(void)
{
    struct buf buf = buf_new(&arena);
    buf_add_times(&buf, 'x', 1 << 20);
    return buf_str(&buf);
}

static void one_that_does_not_end_is_too_slow(void **state)
{
    (void)state;
    struct revocation out = {0};
    static const char too_slow[] = "it took longer than 40 seconds";
    step = 60;
    assert_fails(ask(WAITS, long_token(), false, &out), too_slow);
    assert_fails(ask("read -r line\n" WAITS, STR("t"), false, &out), too_slow);
    step = 0;
    /* its input ends when we wait for no more than its own end */
    assert_fails(ask("read -r line\n" ANSWER "cat; : >late; echo; " WAITS, STR("t"), false, &out),
                 too_slow);
}

static void a_signal_ends_the_wait_for_an_answer(void **state)
{
    (void)state;
    struct revocation out = {0};
    static const char *const scripts[] = {"kill -TERM $PPID\n" WAITS,
                                          "read -r line\nkill -TERM $PPID\n" WAITS};
    for (size_t i = 0; i < COUNT(scripts); i++) {
        handled = 0;
        assert_fails(ask(scripts[i], i == 0 ? long_token() : STR("t"), false, &out),
                     "interrupted by a signal");
        assert_int_equal(handled, SIGTERM);
    }
}

static void an_answer_that_came_before_a_signal_counts(void **state)
{
    (void)state;
    struct revocation out = {0};
    assert_null(ask("read -r line\n" ANSWER "kill -TERM $PPID\n" WAITS, STR("t"), false, &out));
    assert_true(out.dead);
    assert_int_equal(handled, SIGTERM);
}

/* A copy of this program beside which scripts can be put, in a directory of its own. */
static int run_elsewhere(void)
{
    char dir[] = "/tmp/test_helpers.XXXXXX";
    struct stat status;
    int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (!mkdtemp(dir) || chdir(dir) < 0 || from < 0 || fstat(from, &status) < 0) {
        return 1;
    }
    int to = open("program", O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    off_t at = 0;
    while (at < status.st_size) {
        if (sendfile(to, from, &at, (size_t)(status.st_size - at)) <= 0) {
            return 1;
        }
    }
    (void)close(to);
    char path[] = "./program";
    char *argv[] = {path, dir, NULL};
    (void)execv(path, argv);
    return 1;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(int argc, char **argv)
{
    if (argc < 2) {
        return run_elsewhere();
    }
    const struct CMUnitTest tests[] = {
        TEST(a_helper_is_beside_us_or_installed),
        TEST(an_answer_counts_if_its_program_ends_well),
        TEST(who_waits_is_told_once),
        TEST(one_that_does_not_end_is_too_slow),
        TEST(a_signal_ends_the_wait_for_an_answer),
        TEST(an_answer_that_came_before_a_signal_counts),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    static const char *const names[] = {"program", "beside", "fifo", "late", "cargo-logout-revoke"};
    for (size_t i = 0; i < COUNT(names); i++) {
        (void)unlink(names[i]);
    }
    return rmdir(argv[1]) == 0 ? failed : 1;
}
