/* Where helpers are searched for. */
#include "util/child.h"

#include <errno.h>
#include <setjmp.h>
#include <sys/stat.h>

#include <cmocka.h>

static int exists; /* of the paths that are looked at, the one that exists: 1, 2, ...; 0: none */

int stat(const char *path, struct stat *out)
{
    (void)path;
    (void)out;
    errno = ENOENT;
    return --exists == 0 ? 0 : -1;
}

static void a_helper_is_beside_us_or_installed(void **state)
{
    (void)state;
    static const char *const places[] = {"/tests/unit/cargo-logout-revoke",
                                         "/tests/unit/../libexec/cargo-logout/cargo-logout-revoke",
                                         "/libexec/cargo-logout/cargo-logout-revoke"};
    struct arena arena = {0};
    for (int i = 0; i < 3; i++) {
        struct str path;
        exists = i + 1;
        assert_null(helper_path(&arena, STR("cargo-logout-revoke"), &path));
        assert_true(str_ends(path, str_of(places[i])));
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_helper_is_beside_us_or_installed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
