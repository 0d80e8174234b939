/* Where the programs beside us are looked for. The test runs as a copy of itself in a directory
 * where scripts stand for them. */
#include "util/fs.h"
#include "util/helper.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define HELPER "cargo-credential-libsecret"
static struct arena arena;
static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
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

#define TEST(test) cmocka_unit_test_teardown(test, end)

int main(int argc, char **argv)
{
    if (argc < 2) {
        return run_elsewhere();
    }
    const struct CMUnitTest tests[] = {
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
