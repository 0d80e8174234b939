/* Where helpers are searched for. The test runs a copy of itself in a directory in which it can
 * create helpers. */
#include "util/fs.h"
#include "util/helper.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static bool unpacked;  /* what no file stands for is in ../libexec */
static bool installed; /* it is where the build was configured to install it */

int stat(const char *path, struct stat *out)
{
    if (strstr(path, "/../libexec/") ? unpacked : installed && strstr(path, "libexec")) {
        return 0;
    }
    return fstatat(AT_FDCWD, path, out, 0);
}

static void a_helper_is_beside_us_or_installed(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str path;
    int fd = open("beside", O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    assert_true(fd >= 0);
    (void)close(fd);
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
    arena_free(&arena);
}

static void one_that_is_not_installed_can_be_had(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const char *const names[][2] = {
        {"cargo-credential-libsecret", "libsecret"},
        {"cargo-logout-revoke", "revoke"},
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        struct str name = str_of(names[i][0]);
        struct str path = STR("untouched");
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
    arena_free(&arena);
}

/* A copy of this program beside which scripts can be put, in a directory of its own. */
static int run_elsewhere(void)
{
    char dir[] = "/tmp/test_helper.XXXXXX";
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

int main(int argc, char **argv)
{
    if (argc < 2) {
        return run_elsewhere();
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_helper_is_beside_us_or_installed),
        cmocka_unit_test(one_that_is_not_installed_can_be_had),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink("program");
    (void)unlink("beside");
    return rmdir(argv[1]) == 0 ? failed : 1;
}
