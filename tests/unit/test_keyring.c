/* How keyring_look() handles the lines of the libsecret helper. Scripts replace the helper. */
#include "credential/keyring.h"
#include "util/child.h"
#include "util/fs.h"
#include "util/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define WAITS "exec sleep 1000\n"

static struct arena arena;
static struct shell shell;
static char script[] = "/tmp/test_keyring.XXXXXX";
static time_t step; /* seconds that pass with each look at the clock */
static volatile sig_atomic_t handled;

struct err *helper_path(struct arena *of, struct str name, struct str *out)
{
    (void)of;
    (void)name;
    *out = str_of(script);
    return NULL;
}

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
    (void)setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/unused", 1);
    (void)unsetenv("XDG_RUNTIME_DIR");
    (void)unsetenv("SECRET_BACKEND");
    shell = (struct shell){.arena = &arena, .verbosity = VERBOSITY_NORMAL};
    return 0;
}

/* And no process is left. */
static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

static struct keyring_view look(enum keyring_search how, const char *body)
{
    struct keyring_view view;
    int fd = open(script, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0700);
    assert_true(fd >= 0);
    assert_true(write_all(fd, STR("#!/bin/sh\n")) && write_all(fd, str_of(body)));
    (void)close(fd);
    keyring_look(&shell, how, &view);
    return view;
}

static void items_come_before_the_state(void **state)
{
    (void)state;
    struct keyring_view view =
        look(KEYRING_SEARCH_UNLOCKED,
             "test \"$1\" = --list || exit 1\n"
             "echo '{\"url\":\"u\",\"label\":\"cargo-registry:a\",\"locked\":false}'\n"
             "echo '{\"url\":\"v\",\"label\":\"by hand\",\"locked\":true}'\n"
             "echo '{\"state\":\"locked\"}'\n" WAITS);
    assert_int_equal(view.state, KEYRING_LOCKED);
    assert_null(view.reason);
    const struct keyring_item *item = view.items;
    assert_string_equal(item->index_url.data, "u");
    assert_string_equal(item->name.data, "a");
    assert_false(item->locked);
    item = item->next;
    assert_string_equal(item->index_url.data, "v");
    assert_string_equal(item->name.data, "");
    assert_true(item->locked);
    assert_null(item->next);
}

static void each_state_has_its_value(void **state)
{
    (void)state;
    assert_int_equal(look(KEYRING_PEEK, "echo '{\"state\":\"none\"}'").state, KEYRING_NONE);
    assert_int_equal(look(KEYRING_PEEK, "test $1 = --peek && echo '{\"state\":\"present\"}'").state,
                     KEYRING_PRESENT);
    assert_int_equal(look(KEYRING_SEARCH_UNLOCKED, "echo '{\"state\":\"listed\"}'").state,
                     KEYRING_LISTED);
}

static void what_is_unknown_has_a_reason_and_no_items(void **state)
{
    (void)state;
    struct keyring_view view = look(
        KEYRING_SEARCH_UNLOCKED,
        "echo '{\"url\":\"u\",\"label\":\"l\",\"locked\":false}'\n"
        "echo '{\"state\":\"unknown\",\"error\":[\"the 100% reason\",\"its cause\"]}'; exit 1");
    assert_int_equal(view.state, KEYRING_UNKNOWN);
    assert_null(view.items);
    assert_string_equal(view.reason->message.data, "the 100% reason");
    assert_string_equal(view.reason->cause->message.data, "its cause");
    assert_null(view.reason->cause->cause);
}

static void a_list_that_is_not_whole_is_unknown(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "exit 0",
        "echo '{\"url\":\"u\",\"label\":\"l\",\"locked\":false}'",
        "printf '{\"url\":\"u\",\"la'",
        "echo '{\"state\":\"odd\"}'",
        "echo '{\"state\":\"unknown\"}'",
        "echo '{\"state\":3}'",
        "echo .",
        "kill -9 $$",
        "printf '%0100000d'",
        "yes '{\"url\":\"u\"}' | head -n 10001",
    };
    for (size_t i = 0; i < COUNT(scripts); i++) {
        struct keyring_view view = look(KEYRING_SEARCH_UNLOCKED, scripts[i]);
        assert_int_equal(view.state, KEYRING_UNKNOWN);
        assert_non_null(view.reason);
        assert_null(view.items);
    }
}

static void who_lists_nothing_is_not_waited_for(void **state)
{
    (void)state;
    static const struct {
        enum keyring_search how;
        const char *within;
    } cases[] = {{KEYRING_PEEK, "within 2 seconds"},
                 {KEYRING_SEARCH_UNLOCKED, "within 20 seconds"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        step = 3;
        struct keyring_view view = look(cases[i].how, WAITS);
        step = 0;
        assert_int_equal(view.state, KEYRING_UNKNOWN);
        assert_non_null(strstr(view.reason->message.data, cases[i].within));
    }
}

static void a_signal_ends_the_wait(void **state)
{
    (void)state;
    (void)signal(SIGTERM, handler);
    struct keyring_view view = look(KEYRING_SEARCH_UNLOCKED, "kill -TERM $PPID\n" WAITS);
    (void)signal(SIGTERM, SIG_DFL);
    assert_int_equal(view.state, KEYRING_UNKNOWN);
    assert_string_equal(view.reason->message.data, "interrupted by a signal");
    assert_int_equal(handled, SIGTERM);
}

static void without_a_bus_there_is_no_keyring_and_with_one_the_helper_is_needed(void **state)
{
    (void)state;
    struct keyring_view view;
    (void)unlink(script);
    keyring_look(&shell, KEYRING_PEEK, &view);
    assert_int_equal(view.state, KEYRING_UNKNOWN);
    assert_non_null(strstr(view.reason->message.data, "failed to start `"));

    (void)setenv("DBUS_SESSION_BUS_ADDRESS", "", 1);
    keyring_look(&shell, KEYRING_PEEK, &view);
    assert_int_equal(view.state, KEYRING_NONE);
    assert_null(view.reason);

    (void)setenv("SECRET_BACKEND", "file", 1);
    keyring_look(&shell, KEYRING_PEEK, &view);
    assert_int_equal(view.state, KEYRING_UNKNOWN);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(items_come_before_the_state),
        TEST(each_state_has_its_value),
        TEST(what_is_unknown_has_a_reason_and_no_items),
        TEST(a_list_that_is_not_whole_is_unknown),
        TEST(who_lists_nothing_is_not_waited_for),
        TEST(a_signal_ends_the_wait),
        TEST(without_a_bus_there_is_no_keyring_and_with_one_the_helper_is_needed),
    };
    (void)close(mkstemp(script));
    (void)chmod(script, 0700);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(script);
    return failed;
}
