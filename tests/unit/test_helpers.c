/* What the program beside us may say, or not say: --list of the Secret Service's provider. The test
 * runs as a copy of itself in a directory where a script takes its place. */
#include "credential/keyring.h"
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

#define WAITS "exec sleep 1000\n"

/* Seconds that pass with each look at the clock. */
static time_t step;
static bool unpacked;  /* what no script stands for is in ../libexec */
static bool installed; /* it is where the build was configured to install it */
static struct arena arena;
static volatile sig_atomic_t handled;

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static time_t ahead;
    long result = syscall(SYS_clock_gettime, clock, now);
    ahead += step;
    now->tv_sec += ahead;
    return (int)result;
}

int stat(const char *path, struct stat *out)
{
    if (strstr(path, "/../libexec/") ? unpacked : installed && strstr(path, "libexec")) {
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

static struct err *list(const char *script, struct keyring_item **items)
{
    write_script("cargo-credential-libsecret", script);
    return keyring_items(&arena, items);
}

static void items_are_read_up_to_the_dot(void **state)
{
    (void)state;
    struct keyring_item *items = NULL;
    assert_null(list("printf 'u\\tcargo-registry:a\\nv\\tby hand\\nw\\t\\n.\\n'\n" WAITS, &items));
    static const char *const expected[][2] = {{"w", ""}, {"v", ""}, {"u", "a"}};
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_non_null(items);
        assert_string_equal(items->index_url.data, expected[i][0]);
        assert_string_equal(items->registry.data, expected[i][1]);
        items = items->next;
    }
    assert_null(items);
}

static void a_list_that_is_not_whole_is_none(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "exit 0",
        "printf 'u\\tcargo-registry:a\\n'",
        "printf 'u\\tcargo-regi'",
        "printf 'u\\tl\\n.'",
        "printf 'no tab\\n.\\n'",
        "echo 'error: there is no D-Bus session bus'; exit 1",
        "kill -9 $$",
    };
    struct keyring_item *items = NULL;
    for (size_t i = 0; i < COUNT(scripts); i++) {
        struct err *err = list(scripts[i], &items);
        assert_non_null(err);
        assert_string_equal(err->message.data, "the Secret Service gave no list of its items");
        assert_null(items);
    }
}

static void a_list_has_limits(void **state)
{
    (void)state;
    struct keyring_item *items = NULL;
    assert_null(list("printf 'u\\tl\\n%.0s' $(seq 9999); echo .", &items));
    struct err *err = list("printf 'u\\tl\\n%.0s' $(seq 10000); echo .", &items);
    assert_non_null(err);
    assert_string_equal(err->message.data, "more than 10000 items in the Secret Service");
    err = list("printf '%0100000d'", &items);
    assert_non_null(err);
    assert_string_equal(err->message.data, "a line is longer than 65536 bytes");
}

static void who_lists_nothing_is_not_waited_for(void **state)
{
    (void)state;
    struct keyring_item *items = NULL;
    step = 60;
    struct err *err = list(WAITS, &items);
    assert_non_null(err);
    assert_string_equal(err->message.data, "the Secret Service gave no list of its items");
}

static void a_signal_ends_the_wait_for_the_list(void **state)
{
    (void)state;
    struct keyring_item *items = NULL;
    struct err *err = list("kill -TERM $PPID\n" WAITS, &items);
    assert_non_null(err);
    assert_string_equal(err->message.data, "the Secret Service gave no list of its items");
    assert_int_equal(handled, SIGTERM);
}

static void a_list_without_a_program_is_an_error(void **state)
{
    (void)state;
    struct keyring_item *items = NULL;
    (void)unlink("cargo-credential-libsecret");
    struct err *err = keyring_items(&arena, &items);
    assert_non_null(err);
    assert_string_equal(err->message.data, "`cargo-credential-libsecret` is not installed");
}

static void a_helper_is_beside_us_or_installed(void **state)
{
    (void)state;
    struct str path;
    write_script("beside", "");
    unpacked = true;
    installed = true;
    assert_null(helper_path(&arena, STR("beside"), &path));
    assert_int_equal(access(path.data, X_OK), 0);
    assert_null(helper_path(&arena, STR("away"), &path));
    assert_true(str_ends(path, STR("/../libexec/cargo-logout/away")));
    unpacked = false;
    assert_null(helper_path(&arena, STR("away"), &path));
    assert_true(str_ends(path, STR("/libexec/cargo-logout/away")));
    assert_null(strstr(path.data, "../"));
    installed = false;
}

static void one_that_is_not_installed_can_be_had(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"cargo-credential-libsecret", "libsecret"},
        {"cargo-logout-revoke", "revoke"},
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        struct str name = str_of(names[i][0]);
        struct str path = STR("untouched");
        (void)unlink(name.data);
        struct err *err = helper_path(&arena, name, &path);
        assert_non_null(err);
        assert_string_equal(err->message.data,
                            str_format(&arena, "`%s` is not installed", name.data).data);
        assert_string_equal(err->cause->message.data,
                            str_format(&arena,
                                       "install the package `%s`, or build with `-D%s=enabled`",
                                       name.data, names[i][1])
                                .data);
        assert_string_equal(path.data, "untouched");
    }
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
        TEST(items_are_read_up_to_the_dot),
        TEST(a_list_that_is_not_whole_is_none),
        TEST(a_list_has_limits),
        TEST(who_lists_nothing_is_not_waited_for),
        TEST(a_signal_ends_the_wait_for_the_list),
        TEST(a_list_without_a_program_is_an_error),
        TEST(a_helper_is_beside_us_or_installed),
        TEST(one_that_is_not_installed_can_be_had),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    static const char *const names[] = {"program", "beside", "cargo-credential-libsecret"};
    for (size_t i = 0; i < COUNT(names); i++) {
        (void)unlink(names[i]);
    }
    return rmdir(argv[1]) == 0 ? failed : 1;
}
