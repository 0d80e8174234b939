/* A libgit2 that fails. Reading clones is in tests/revoke. */
#include "util/base.h"

#include "revoke/git.h"

#include <git2.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Instead of the library's: it cannot be started, or fails and gives no reason. */
static int started;

int git_libgit2_init(void)
{
    return started;
}

static int shutdowns;

int git_libgit2_shutdown(void)
{
    shutdowns++;
    return 0;
}

const git_error *git_error_last(void)
{
    return NULL;
}

int git_repository_open_ext(git_repository **out, const char *path, unsigned int flags,
                            const char *ceiling)
{
    (void)path;
    (void)flags;
    (void)ceiling;
    *out = NULL;
    return -1;
}

static void a_library_that_cannot_be_started_is_not_used(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = {0};
    struct str text = STR("as it was");
    started = -1;
    struct err *err = clone_read(&arena, STR("/nonexistent"), "config.json", 100, &text);
    assert_non_null(err);
    assert_string_equal(err->message.data, "libgit2 cannot be started");
    assert_false(git_proxy(&arena, &text));
    assert_string_equal(text.data, "as it was");
    assert_int_equal(shutdowns, 0);
}

static void a_failure_without_a_reason_is_one(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = {0};
    struct str text;
    started = 1;
    struct err *err = clone_read(&arena, STR("/nonexistent"), "config.json", 100, &text);
    assert_non_null(err);
    assert_string_equal(err->message.data, "libgit2 failed");
    assert_int_equal(shutdowns, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_that_cannot_be_started_is_not_used),
        cmocka_unit_test(a_failure_without_a_reason_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
