/* The requests to the revoke helper, and how the main program handles the answers. The test runs a
 * copy of itself in a directory in which a script replaces the helper. */
#include "credential/revoke_client.h"
#include "util/child.h"
#include "util/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define HELPER "cargo-logout-revoke"
#define READS  "cat >requests\n"
#define WAITS  "exec sleep 1000\n"
#define ANSWER0                                                                                    \
    "echo '{\"id\":0,\"verdict\":\"revoked-checked\",\"invalid\":true,\"status\":204}'\n"
#define ANSWER1 "echo '{\"id\":1,\"verdict\":\"refused\",\"invalid\":false,\"detail\":\"no\"}'\n"

enum { GRACE_MS = 3000 }; /* the client's, beyond `until` */

static struct arena arena;
static volatile sig_atomic_t handled;
static const struct network network = {.retry = 3};

static void handler(int number)
{
    handled = number;
}

static int begin(void **state)
{
    (void)state;
    handled = 0;
    (void)unlink("requests");
    (void)signal(SIGTERM, handler);
    return 0;
}

/* No process is left. */
static int end(void **state)
{
    (void)state;
    (void)signal(SIGTERM, SIG_DFL);
    arena_free(&arena);
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

static void write_script(const char *body)
{
    (void)unlink(HELPER);
    int fd = open(HELPER, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    assert_true(fd >= 0);
    assert_true(write_all(fd, STR("#!/bin/sh\n")));
    assert_true(write_all(fd, str_of(body)));
    (void)close(fd);
}

static struct server_call call(const char *index_url, const char *token)
{
    return (struct server_call){
        .action = SERVER_REVOKE,
        .index_url = str_of(index_url),
        .registry = STR("x"),
        .token = str_of(token),
        .cargo_home = STR("/c"),
        .network = &network,
    };
}

static void ask(const char *script, const struct server_call *calls, size_t count, int64_t time,
                struct server_answer *answers, const struct err **errors)
{
    struct shell shell = {.arena = &arena};
    write_script(script);
    server_ask(&shell, calls, count, child_clock() + time, answers, errors);
}

static struct str sent(void)
{
    struct str text = STR("");
    assert_null(file_read(&arena, STR("requests"), 100000, &text));
    return text;
}

static void requests_and_answers(void **state)
{
    (void)state;
    const uint64_t timeout = 7;
    const bool check_revoke = false;
    const struct network all = {
        .proxy = STR("http://p"),
        .cainfo = STR("/ca"),
        .user_agent = STR("me"),
        .ssl_min = STR("tlsv1.2"),
        .ssl_max = STR("tlsv1.3"),
        .timeout = &timeout,
        .check_revoke = &check_revoke,
        .retry = 2,
    };
    struct server_call calls[] = {
        call("sparse+https://g/api/v4/projects/1/packages/cargo/", "one"),
        call("sparse+https://h/i/", "two"),
    };
    calls[1].network = &all;
    calls[1].action = SERVER_CHECK;
    calls[1].deadline_ms = 5;
    struct server_answer answers[2];
    const struct err *errors[2];
    ask(READS ANSWER1 ANSWER0, calls, 2, 60000, answers, errors);
    assert_null(errors[0]);
    assert_null(errors[1]);
    assert_int_equal(answers[0].verdict, VERDICT_REVOKED_CHECKED);
    assert_int_equal(answers[0].status, 204);
    assert_int_equal(answers[1].verdict, VERDICT_REFUSED);
    assert_string_equal(answers[1].detail.data, "no");
    const char *text = sent().data;
    assert_ptr_equal(
        strstr(text, "{\"v\":2,\"id\":0,\"group\":0,\"action\":\"revoke\",\"kind\":\"GitLab\","
                     "\"token\":\"one\",\"api\":\"https://g\",\"retry\":3,\"limit_ms\":30000,"
                     "\"run_ms\":"),
        text);
    assert_non_null(
        strstr(text, "{\"v\":2,\"id\":1,\"group\":1,\"action\":\"check\",\"kind\":\"other\","
                     "\"token\":\"two\",\"index\":\"https://h/i/\",\"canonical\":\"sparse+https:"
                     "//h/i\",\"host\":\"h\",\"cargo_home\":\"/c\",\"sparse\":true,\"proxy\":"
                     "\"http://p\",\"cainfo\":\"/ca\",\"user_agent\":\"me\",\"timeout\":7,"
                     "\"check_revoke\":false,\"ssl_version\":{\"min\":\"tlsv1.2\",\"max\":"
                     "\"tlsv1.3\"},\"retry\":2,\"limit_ms\":5,\"run_ms\":"));
}

/* The same token on the same server is one call; on one host, calls are one group. */
static void what_is_the_same(void **state)
{
    (void)state;
    struct server_call calls[] = {
        call("sparse+https://g/api/v4/projects/1/packages/cargo/", "one"),
        call("sparse+https://g/api/v4/projects/2/packages/cargo/", "two"),
        call("sparse+https://g/api/v4/projects/3/packages/cargo/", "one"),
        call("sparse+https://h/api/v4/projects/3/packages/cargo/", "one"),
        call("sparse+https://i/a/", "one"),
        call("sparse+https://i/b/", "one"),
    };
    struct server_answer answers[COUNT(calls)];
    const struct err *errors[COUNT(calls)];
    ask(READS ANSWER0 ANSWER1, calls, COUNT(calls), 60000, answers, errors);
    static const char *const ids[] = {"\"id\":0,\"group\":0", "\"id\":1,\"group\":0",
                                      "\"id\":3,\"group\":3", "\"id\":4,\"group\":4",
                                      "\"id\":5,\"group\":4"};
    const char *text = sent().data;
    for (size_t i = 0; i < COUNT(ids); i++) {
        assert_non_null(strstr(text, ids[i]));
    }
    assert_null(strstr(text, "\"id\":2"));
    for (size_t i = 0; i < COUNT(calls); i++) {
        assert_int_equal(errors[i] == NULL, i < 3);
    }
    assert_int_equal(answers[2].verdict, VERDICT_REVOKED_CHECKED);
    assert_string_equal(errors[3]->cause->message.data, "it gave no answer");
}

static void what_needs_no_request(void **state)
{
    (void)state;
    const struct {
        const char *url;
        struct str token;
        enum server_verdict verdict;
    } cases[] = {
        {"sparse+https://index.crates.io/", STR("0123"), VERDICT_NOT_A_TOKEN},
        {"sparse+https://index.crates.io/", STR("Bearer 0123"), VERDICT_NOT_A_TOKEN},
        {"sparse+https://h/", STR(""), VERDICT_NOT_A_TOKEN},
        {"sparse+https://h/", STR("a\0b"), VERDICT_NOT_A_TOKEN},
        {"sparse+https://h/", STR("a\nb"), VERDICT_NOT_A_TOKEN},
        {"sparse+https://h/", STR("\xff"), VERDICT_NOT_A_TOKEN},
        {"ssh://h/ada/_cargo-index.git", STR("x"), VERDICT_NO_API},
        {"no URL", STR("x"), VERDICT_NO_API},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct server_call one = call(cases[i].url, "");
        one.token = cases[i].token;
        struct server_answer answer;
        const struct err *error;
        ask(READS, &one, 1, 60000, &answer, &error);
        assert_null(error);
        assert_int_equal(answer.verdict, cases[i].verdict);
        assert_true(answer.detail.len > 0);
        assert_int_equal(access("requests", F_OK), -1);
    }
}

static void fails_with(const char *script, int64_t time, const char *why)
{
    struct server_call one = call("sparse+https://h/", "S3CRET");
    struct server_answer answer;
    const struct err *error;
    ask(script, &one, 1, time, &answer, &error);
    assert_non_null(error);
    assert_true(str_starts(error->message, STR("failed to run `")));
    assert_true(str_ends(error->message, STR("/" HELPER "`")));
    assert_string_equal(error->cause->message.data, why);
}

static void what_is_no_answer(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{}",
        "[]",
        "nothing",
        "{\"id\":0}",
        "{\"id\":0,\"verdict\":\"revoked-checked\"}",
        "{\"id\":0,\"invalid\":true}",
        "{\"id\":0,\"verdict\":\"revoked-checked\",\"invalid\":false}",
        "{\"id\":0,\"verdict\":\"refused\",\"invalid\":true}",
        "{\"id\":0,\"verdict\":\"revoked\",\"invalid\":true}",
        "{\"id\":0,\"verdict\":0,\"invalid\":true}",
        "{\"id\":1,\"verdict\":\"revoked-checked\",\"invalid\":true}",
        "{\"id\":-0,\"verdict\":\"revoked-checked\",\"invalid\":\"true\"}",
        "{\"verdict\":\"revoked-checked\",\"invalid\":true}",
        "{\"id\":\"0\",\"verdict\":\"revoked-checked\",\"invalid\":true}",
        "{\"id\":0,\"verdict\":\"revoked-checked\",\"invalid\":true} x",
        "{\"id\":0,\"verdict\":\"revoked-checked\",\"invalid\":true,",
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        fails_with(str_format(&arena, READS "echo '%s'\n", lines[i]).data, 60000,
                   "its answer is malformed");
    }
    fails_with(READS "exit 3", 60000, "it failed with exit status: 3");
    fails_with(READS "kill -9 $$", 60000, "it failed with signal: 9 (SIGKILL)");
    fails_with(READS "exit 1", 60000,
               "it failed with exit status: 1"); /* else the pipe may break */
}

static void an_answer_that_came_counts(void **state)
{
    (void)state;
    struct server_call calls[] = {call("sparse+https://h/", "a"), call("sparse+https://i/", "b")};
    static const char *const scripts[] = {READS ANSWER0 "exit 1", READS ANSWER0 "kill -9 $$",
                                          READS ANSWER0 "kill -TERM $PPID\n" WAITS,
                                          READS ANSWER0 "echo '{}'\n" WAITS, READS ANSWER0 WAITS};
    for (size_t i = 0; i < COUNT(scripts); i++) {
        struct server_answer answers[2];
        const struct err *errors[2];
        ask(scripts[i], calls, 2, i == COUNT(scripts) - 1 ? 500 - GRACE_MS : 60000, answers,
            errors);
        assert_null(errors[0]);
        assert_int_equal(answers[0].verdict, VERDICT_REVOKED_CHECKED);
        assert_non_null(errors[1]);
        assert_int_equal(handled, i >= 2 ? SIGTERM : 0);
    }
}

static void a_helper_that_hangs_is_killed(void **state)
{
    (void)state;
    fails_with(READS WAITS, 300 - GRACE_MS, "it took too long");
    fails_with(READS "echo '{\"id\":0,\"waiting\":\"x\"}'\n" WAITS, 300 - GRACE_MS,
               "it took too long");
}

static void a_signal_ends_the_wait(void **state)
{
    (void)state;
    fails_with(READS "kill -TERM $PPID\n" WAITS, 60000, "interrupted by a signal");
    assert_int_equal(handled, SIGTERM);
}

static void texts_are_clean(void **state)
{
    (void)state;
    struct server_call one = call("sparse+https://h/", "Bearer S3CRET");
    struct server_answer answer;
    const struct err *error;
    ask(READS "echo '{\"id\":0,\"verdict\":\"refused\",\"invalid\":false,\"detail\":\"a\\\\u001bb"
              "\",\"who\":\"S3CRET\",\"scopes\":\"x y\",\"page\":\"https://h/me\",\"expires\":"
              "\"2027-01-01\"}'\n",
        &one, 1, 60000, &answer, &error);
    assert_null(error);
    assert_string_equal(answer.detail.data, "a b");
    assert_string_equal(answer.who.data, "");
    assert_string_equal(answer.scopes.data, "x y");
    assert_string_equal(answer.expires.data, "2027-01-01");
    assert_string_equal(answer.page.data, "https://h/me");
    assert_string_equal(answer.url.data, "");
}

/* A copy of this program in a directory of its own. */
static int run_elsewhere(void)
{
    char dir[] = "/tmp/test_revoke_client.XXXXXX";
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
        TEST(requests_and_answers),       TEST(what_is_the_same),
        TEST(what_needs_no_request),      TEST(what_is_no_answer),
        TEST(an_answer_that_came_counts), TEST(a_helper_that_hangs_is_killed),
        TEST(a_signal_ends_the_wait),     TEST(texts_are_clean),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink("program");
    (void)unlink("requests");
    (void)unlink(HELPER);
    return rmdir(argv[1]) == 0 ? failed : 1;
}
