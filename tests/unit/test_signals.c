/* Signals that are held. */
#include "util/child.h"
#include "util/signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static volatile sig_atomic_t came;

static void handler(int number)
{
    came = number;
}

static void a_held_signal_acts_at_the_end(void **state)
{
    (void)state;
    (void)signal(SIGTERM, handler);
    (void)signal(SIGHUP, SIG_IGN);
    struct signals signals;
    signals_hold(&signals);
    assert_false(signals_came(&signals));
    (void)raise(SIGHUP); /* ignored it stays */
    assert_false(signals_came(&signals));
    (void)raise(SIGTERM);
    assert_true(signals_came(&signals));
    assert_true(signals_came(&signals));
    assert_int_equal(came, 0);
    signals_release(&signals);
    assert_int_equal(came, SIGTERM);
    came = 0;
    signals_release(&signals); /* nothing is held any more */
    assert_int_equal(came, 0);
    (void)signal(SIGTERM, SIG_DFL);
    (void)signal(SIGHUP, SIG_DFL);
}

/* What came before and was taken does not disturb a child that is started then. */
static void a_taken_signal_disturbs_no_child(void **state)
{
    (void)state;
    struct arena arena = {0};
    const char *const argv[] = {"cat", NULL};
    (void)signal(SIGTERM, handler);
    struct signals signals;
    signals_hold(&signals);
    (void)raise(SIGTERM);
    assert_true(signals_came(&signals));
    struct child child = CHILD_NONE;
    enum child_result result = CHILD_DONE;
    struct str line = STR("");
    assert_null(child_start(&arena, argv, &child));
    assert_null(child_write(&child, STR("a\nb\n"), CHILD_NO_LIMIT, &result));
    assert_null(child_read_line(&child, 100, CHILD_NO_LIMIT, &result, &line));
    assert_int_equal(result, CHILD_DONE);
    (void)raise(SIGTERM);
    assert_null(child_read_line(&child, 100, CHILD_NO_LIMIT, &result, &line));
    assert_int_equal(result, CHILD_DONE); /* it has come with the first */
    assert_string_equal(line.data, "b\n");
    assert_null(child_read_line(&child, 100, CHILD_NO_LIMIT, &result, &line));
    assert_int_equal(result, CHILD_INTERRUPTED);
    child_end(&child);
    assert_int_equal(came, 0);
    signals_release(&signals);
    assert_int_equal(came, SIGTERM);
    (void)signal(SIGTERM, SIG_DFL);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_held_signal_acts_at_the_end),
        cmocka_unit_test(a_taken_signal_disturbs_no_child),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
