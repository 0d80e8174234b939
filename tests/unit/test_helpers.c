/* What the programs beside us are and may say: where they are looked for, and the list of the
 * keyring. The test runs as a copy of itself in a directory where scripts stand for them. */
#include "credential/keyring.h"
#include "util/fs.h"
#include "util/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define HELPER      "cargo-credential-libsecret"
#define WAITS       "exec sleep 1000\n"
#define SAYS(state) "echo '{\"state\":\"" state "\"}'\n"

static time_t step; /* seconds that pass with each look at the clock */
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
    return setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere", 1);
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

static struct keyring_view look(enum keyring_search how, const char *script)
{
    struct shell shell = {.arena = &arena, .verbosity = VERBOSITY_QUIET};
    struct keyring_view view;
    write_script(HELPER, script);
    keyring_look(&shell, how, &view);
    return view;
}

static void items_are_read_up_to_the_state(void **state)
{
    (void)state;
    struct keyring_view view =
        look(KEYRING_SEARCH_UNLOCKED,
             "[ \"$*\" = --list ] || exit\n"
             "echo '{\"url\":\"u\",\"label\":\"cargo-registry:a\",\"locked\":false}'\n"
             "echo '{\"url\":\"v\",\"label\":\"by hand\",\"locked\":true}'\n" SAYS("locked") WAITS);
    static const struct {
        const char *url;
        const char *name;
        bool locked;
    } expected[] = {{"u", "a", false}, {"v", "", true}};
    const struct keyring_item *item = view.items;
    assert_int_equal(view.state, KEYRING_LOCKED);
    for (size_t i = 0; i < COUNT(expected); i++, item = item->next) {
        assert_non_null(item);
        assert_string_equal(item->index_url.data, expected[i].url);
        assert_string_equal(item->name.data, expected[i].name);
        assert_int_equal(item->locked, expected[i].locked);
    }
    assert_null(item);
}

static void a_state_is_one_of_five(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        enum keyring_state state;
        const char *reason;
    } cases[] = {
        {SAYS("none"), KEYRING_NONE, NULL},
        {SAYS("present"), KEYRING_PRESENT, NULL},
        {SAYS("listed"), KEYRING_LISTED, NULL},
        {"echo '{\"state\":\"unknown\",\"error\":[\"a\",\"b\"]}'\n", KEYRING_UNKNOWN, "a"},
        {SAYS("unknown"), KEYRING_UNKNOWN, "`" HELPER "` printed no state of the keyring"},
        {SAYS("other"), KEYRING_UNKNOWN, "`" HELPER "` printed no state of the keyring"},
        {"echo '{\"url\":\"u\"}'; exit 1\n", KEYRING_UNKNOWN,
         "`" HELPER "` printed no state of the keyring"},
        {"echo no JSON\n", KEYRING_UNKNOWN, "`" HELPER "` printed no state of the keyring"},
        {"kill -9 $$\n", KEYRING_UNKNOWN, "`" HELPER "` printed no state of the keyring"},
        {"printf '%0100000d'\n", KEYRING_UNKNOWN, "a line is longer than 65536 bytes"},
        {"printf '{\"url\":\"u\"}\\n%.0s' $(seq 10001)\n", KEYRING_UNKNOWN,
         "more than 10000 of cargo's items are in the keyring"},
        {"kill -TERM $PPID\n" WAITS, KEYRING_UNKNOWN, "interrupted by a signal"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct keyring_view view = look(KEYRING_SEARCH_UNLOCKED, cases[i].script);
        assert_int_equal(view.state, cases[i].state);
        assert_null(view.items);
        assert_string_equal(view.reason ? view.reason->message.data : "",
                            cases[i].reason ? cases[i].reason : "");
    }
    assert_int_equal(handled, SIGTERM);
}

static void a_service_that_hangs_is_not_waited_for(void **state)
{
    (void)state;
    static const char *const seconds[] = {
        [KEYRING_PEEK] = " within 2 seconds;", [KEYRING_SEARCH_UNLOCKED] = " within 20 seconds;"};
    step = 30;
    for (int how = KEYRING_PEEK; how <= KEYRING_SEARCH_UNLOCKED; how++) {
        struct keyring_view view = look((enum keyring_search)how, WAITS);
        assert_int_equal(view.state, KEYRING_UNKNOWN);
        assert_non_null(strstr(view.reason->message.data, seconds[how]));
    }
}

static void without_a_bus_no_program_is_started(void **state)
{
    (void)state;
    (void)unsetenv("DBUS_SESSION_BUS_ADDRESS");
    (void)unsetenv("XDG_RUNTIME_DIR");
    (void)unsetenv("SECRET_BACKEND");
    assert_int_equal(look(KEYRING_PEEK, SAYS("listed")).state, KEYRING_NONE);
    (void)setenv("XDG_RUNTIME_DIR", ".", 1);
    assert_int_equal(look(KEYRING_PEEK, SAYS("listed")).state, KEYRING_NONE);
    (void)setenv("SECRET_BACKEND", "file", 1);
    assert_int_equal(look(KEYRING_PEEK, SAYS("listed")).state, KEYRING_LISTED);
    (void)unsetenv("SECRET_BACKEND");
}

static void one_that_is_not_installed_can_be_had(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {HELPER, ", or build with `-Dlibsecret=enabled`"},
        {"cargo-logout-revoke", ", or build with `-Drevoke=enabled`"},
        {"other", ""}};
    struct str path = STR("untouched");
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *name = names[i][0];
        (void)unlink(name);
        struct err *err = helper_path(&arena, str_of(name), &path);
        assert_non_null(err);
        assert_string_equal(err->message.data,
                            str_format(&arena, "`%s` is not installed", name).data);
        assert_string_equal(
            err->cause->message.data,
            str_format(&arena, "install the package `%s`%s", name, names[i][1]).data);
    }
    assert_string_equal(path.data, "untouched");
    struct shell shell = {.arena = &arena};
    struct keyring_view view;
    keyring_look(&shell, KEYRING_PEEK, &view);
    assert_int_equal(view.state, KEYRING_UNKNOWN);
    assert_string_equal(view.reason->message.data, "`" HELPER "` is not installed");
}

static void a_helper_is_beside_us_or_unpacked_near_us(void **state)
{
    (void)state;
    struct str path;
    write_script("beside", "");
    assert_null(helper_path(&arena, STR("beside"), &path));
    assert_int_equal(access(path.data, X_OK), 0);
    assert_true(mkdir("../libexec", 0700) == 0 && mkdir("../libexec/cargo-logout", 0700) == 0);
    write_script("../libexec/cargo-logout/away", "");
    assert_null(helper_path(&arena, STR("away"), &path));
    assert_true(str_ends(path, STR("/../libexec/cargo-logout/away")));
    (void)unlink("../libexec/cargo-logout/away");
    (void)rmdir("../libexec/cargo-logout");
    (void)rmdir("../libexec");
}

/* A copy of this program beside which scripts can be put, in a directory of its own. */
static int run_elsewhere(void)
{
    char dir[] = "/tmp/test_helpers.XXXXXX";
    struct stat status;
    int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (!mkdtemp(dir) || chdir(dir) < 0 || mkdir("bin", 0700) < 0 || chdir("bin") < 0 || from < 0 ||
        fstat(from, &status) < 0) {
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
        TEST(items_are_read_up_to_the_state),
        TEST(a_state_is_one_of_five),
        TEST(a_service_that_hangs_is_not_waited_for),
        TEST(without_a_bus_no_program_is_started),
        TEST(one_that_is_not_installed_can_be_had),
        TEST(a_helper_is_beside_us_or_unpacked_near_us),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    static const char *const names[] = {"program", "beside", HELPER};
    for (size_t i = 0; i < COUNT(names); i++) {
        (void)unlink(names[i]);
    }
    return chdir(argv[1]) == 0 && rmdir("bin") == 0 && rmdir(argv[1]) == 0 ? failed : 1;
}
