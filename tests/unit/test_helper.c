/* Where helpers are searched for. */
#include "util/helper.h"

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

static void one_that_is_not_installed_can_be_had(void **state)
{
    (void)state;
    static const char *const messages[][3] = {
        {"cargo-credential-libsecret", "`cargo-credential-libsecret` is not installed",
         "install the package `cargo-credential-libsecret`, or build with `-Dlibsecret=enabled`"},
        {"cargo-logout-revoke", "`cargo-logout-revoke` is not installed",
         "install the package `cargo-logout-revoke`, or build with `-Drevoke=enabled`"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(messages); i++) {
        struct str path;
        exists = 0;
        struct err *err = helper_path(&arena, str_of(messages[i][0]), &path);
        assert_non_null(err);
        assert_string_equal(err->message.data, messages[i][1]);
        assert_string_equal(err->cause->message.data, messages[i][2]);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_helper_is_beside_us_or_installed),
        cmocka_unit_test(one_that_is_not_installed_can_be_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
