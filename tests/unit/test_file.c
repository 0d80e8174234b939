/* A credentials file that is replaced each time before its lock is acquired, and the comparison of
 * a file with a text. tests/fault has the other changes between reading a file and changing it. */
#include "credential/file.h"
#include "util/fs.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#define TOKEN "[registries.x]\ntoken = \"t\"\n"

static char next[] = "/tmp/test_file.XXXXXX";
static char path[] = "/tmp/test_file.XXXXXX";

static void replace(void)
{
    int fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write_all(fd, STR("# new\n" TOKEN)));
    (void)close(fd);
    assert_int_equal(rename(next, path), 0);
}

int flock(int fd, int how)
{
    replace();
    return (int)syscall(SYS_flock, fd, how);
}

static void one_that_is_always_replaced_is_given_up(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct shell shell = {.arena = &arena, .verbosity = VERBOSITY_NORMAL};
    struct toml_doc *doc;
    struct registry registry = {.name = STR("x")};
    struct credential token = {.registry = &registry};
    struct str text = STR("");
    (void)close(mkstemp(next));
    (void)close(mkstemp(path));
    replace();
    assert_null(toml_parse(&arena, STR(TOKEN), &doc));
    const struct config_file file = {
        .path = str_of(path), .shown = STR("shown"), .doc = doc, .credentials = true};
    struct err *err = file_remove(&shell, &file, &token, false);
    assert_non_null(err);
    assert_string_equal(err->message.data, "other programs keep replacing `shown`");
    assert_int_equal(token.result, RESULT_NOT_FOUND);
    assert_null(file_read(&arena, file.path, 4096, &text));
    assert_string_equal(text.data, "# new\n" TOKEN);
    assert_int_equal(unlink(path), 0);
    arena_free(&arena);
}

/* The texts are about as long as the pieces that are read. */
static void the_whole_text_is_compared(void **state)
{
    (void)state;
    struct arena arena = {0};
    char file[] = "/tmp/test_file.XXXXXX";
    int fd = mkstemp(file);
    struct buf buf = buf_new(&arena);
    buf_add_times(&buf, 'x', (size_t)2 * 2048);
    struct str all = buf_str(&buf);
    assert_true(write_all(fd, all));
    for (size_t len = 0; len <= all.len; len += len < 2046 || len > 2050 ? 1023 : 1) {
        const struct str start = {all.data, len};
        assert_true(fd_contains(fd, 0, start));
        assert_true(fd_contains(fd, all.len - len, start));
        assert_int_equal(fd_contains(fd, all.len - len + 1, start), len == 0);
        if (len > 0) {
            char *other = arena_alloc(&arena, len);
            memset(other, 'x', len - 1);
            other[len - 1] = 'y';
            assert_false(fd_contains(fd, 0, (struct str){other, len}));
            assert_int_equal(errno, 0);
        }
    }
    (void)close(fd);
    assert_int_equal(unlink(file), 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_is_always_replaced_is_given_up),
        cmocka_unit_test(the_whole_text_is_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
