#include "util/base.h"
#include "util/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static sigjmp_buf before_end;
static int end_status;

/* The end of the process is not that of the test. */
_Noreturn void _exit(int status)
{
    end_status = status;
    siglongjmp(before_end, 1);
}

static void want_all(struct arena *arena)
{
    (void)arena_alloc(arena, SIZE_MAX);
}

static void want_more_than_half(struct arena *arena)
{
    (void)arena_alloc(arena, SIZE_MAX / 2 + 100);
}

static void want_more_than_the_kernel_has(struct arena *arena)
{
    (void)arena_alloc(arena, sizeof(size_t) > 4 ? SIZE_MAX / 4 : SIZE_MAX);
}

static void want_too_many(struct arena *arena)
{
    (void)arena_alloc_array(arena, SIZE_MAX / 4, 8);
}

static void out_of_memory_is_said_and_ends_all(void **state)
{
    (void)state;
    static void (*const wants[])(struct arena *) = {want_all, want_more_than_half,
                                                    want_more_than_the_kernel_has, want_too_many};
    struct arena arena = {0};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    for (size_t i = 0; i < COUNT(wants); i++) {
        char text[100] = "";
        int saved = dup(STDERR_FILENO);
        (void)dup2(ends[1], STDERR_FILENO);
        end_status = -1;
        if (sigsetjmp(before_end, 0) == 0) {
            wants[i](&arena);
        }
        (void)dup2(saved, STDERR_FILENO);
        (void)close(saved);
        assert_int_equal(end_status, 101);
        assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
        assert_string_equal(text, "error: out of memory\n");
    }
    (void)close(ends[0]);
    (void)close(ends[1]);
    arena_free(&arena);
}

static void errors_have_rust_s_words(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_string_equal(err_os(&arena, ENOENT)->message.data,
                        "No such file or directory (os error 2)");
    assert_string_equal(err_os(&arena, 9999)->message.data, "Unknown error 9999 (os error 9999)");
    arena_free(&arena);
}

static void arena_memory_is_zeroed_and_grows_in_place(void **state)
{
    (void)state;
    struct arena arena = {0};
    char *p = arena_alloc(&arena, 10);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(p[i], 0);
    }
    memset(p, 'x', 10);
    char *q = arena_grow(&arena, p, 10, 1000);
    assert_ptr_equal(p, q);
    assert_int_equal(q[9], 'x');
    assert_int_equal(q[999], 0);
    (void)arena_alloc(&arena, 1);
    char *moved = arena_grow(&arena, q, 1000, 1 << 20);
    assert_ptr_not_equal(moved, q);
    assert_int_equal(moved[9], 'x');
    arena_free(&arena);
    assert_null(arena.newest);
}

static void an_arena_that_is_cleared_forgets_and_goes_on(void **state)
{
    (void)state;
    struct arena arena = {0};
    char *first = arena_alloc(&arena, 100);
    memset(first, 'x', 100);
    arena_clear(&arena);
    char *again = arena_alloc(&arena, 100);
    assert_ptr_equal(again, first);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(again[i], 0);
    }
    memset(arena_alloc(&arena, 10 << 20), 'x', 10 << 20); /* of huge pages */
    arena_clear(&arena);
    const char *large = arena_alloc(&arena, 10 << 20);
    assert_int_equal(large[(10 << 20) - 1], 0);
    arena_clear(&arena);
    arena_free(&arena);
    arena_clear(&arena);
    assert_null(arena.newest);
}

static void buf_builds_and_terminates(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf buf = buf_new(&arena);
    assert_int_equal(buf_str(&buf).len, 0);
    for (int i = 0; i < 1000; i++) {
        buf_addf(&buf, "%d,", i);
    }
    buf_add_char(&buf, '!');
    struct str s = buf_str(&buf);
    assert_int_equal(s.data[s.len], '\0');
    assert_true(str_starts(s, STR("0,1,2,")));
    assert_true(str_ends(s, STR("999,!")));
    arena_free(&arena);
}

static void paths_join_and_split_as_rust_does(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_string_equal(path_join(&arena, STR("/a"), STR("b")).data, "/a/b");
    assert_string_equal(path_join(&arena, STR("/a/"), STR("b")).data, "/a/b");
    assert_string_equal(path_join(&arena, STR("/a"), STR("/b")).data, "/b");
    assert_string_equal(path_join(&arena, STR(""), STR("b")).data, "b");
    static const char *const cases[][2] = {
        {"/a/b", "/a"}, {"/a", "/"}, {"a", ""}, {"/a//b/", "/a"}, {"a/b", "a"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str parent;
        assert_true(path_parent(&arena, str_of(cases[i][0]), &parent));
        assert_string_equal(parent.data, cases[i][1]);
    }
    static const char *const normal[][2] = {
        {"/", "/"},     {"/a//b/./c/", "/a/b/c"},   {"/a/../b", "/b"},
        {"/..", "/"},   {"/a/b/../../..", "/"},     {"//a", "/a"},
        {"/a/.", "/a"}, {"/a/..b/.c", "/a/..b/.c"},
    };
    for (size_t i = 0; i < COUNT(normal); i++) {
        assert_string_equal(path_normal(&arena, str_of(normal[i][0])).data, normal[i][1]);
    }
    struct str none;
    assert_false(path_parent(&arena, STR("/"), &none));
    assert_false(path_parent(&arena, STR("//"), &none));
    assert_false(path_parent(&arena, STR(""), &none));
    arena_free(&arena);
}

static void what_is_not_there_and_what_cannot_be_seen(void **state)
{
    (void)state;
    static const int absent[] = {ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG, ENXIO};
    static const int unseen[] = {EMFILE, ENFILE, ENOMEM, EIO, EINTR, ESTALE, 0};
    for (size_t i = 0; i < COUNT(absent); i++) {
        assert_true(file_absent(absent[i]));
    }
    for (size_t i = 0; i < COUNT(unseen); i++) {
        assert_false(file_absent(unseen[i]));
    }
    assert_true(path_same(STR("/dev"), STR("/dev/.")));
    assert_false(path_same(STR("/proc"), STR("/"))); /* on another device */
    assert_false(path_same(STR("/dev/null"), STR("/dev/zero")));
    assert_false(path_same(STR("/dev/null"), STR("/nothing")));
}

static void a_terminal_is_read_to_its_end(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str text = STR("");
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    const char *name = ptsname(terminal);
    int held = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC); /* else what is typed is lost */
    assert_true(write_all(terminal, STR("typed\n\004")));
    assert_null(file_read(&arena, str_of(name), 100, &text));
    assert_string_equal(text.data, "typed\n");
    struct err *err = file_read(&arena, str_of(name), 100, &text);
    assert_non_null(err); /* nobody is waited for */
    assert_string_equal(err->message.data, "Resource temporarily unavailable (os error 11)");
    (void)close(held);
    (void)close(terminal);
    arena_free(&arena);
}

static void a_file_is_compared_without_being_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    char path[] = "/tmp/test_base.XXXXXX";
    struct buf buf = buf_new(&arena);
    buf_add_times(&buf, 'x', 40000); /* more than a block */
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write_all(fd, buf_str(&buf)));
    assert_true(fd_holds(fd, buf_str(&buf)));
    assert_int_equal(fd_identity(fd, str_of(path)), FILE_SAME);
    assert_int_equal(fd_identity(fd, STR("/")), FILE_OTHER);
    buf.data[39999] = 'y';
    assert_false(fd_holds(fd, buf_str(&buf)));
    buf_add_char(&buf, 'x');
    assert_false(fd_holds(fd, buf_str(&buf)));
    (void)unlink(path);
    assert_int_equal(fd_identity(fd, str_of(path)), FILE_ABSENT);
    (void)close(fd);
    arena_free(&arena);
}

static void a_fifo_is_refused_and_a_limit_holds(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str text;
    char path[] = "/tmp/test_base.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write_all(fd, STR("12345")));
    (void)close(fd);
    assert_null(file_read(&arena, str_of(path), 5, &text));
    assert_string_equal(text.data, "12345");
    struct err *large = file_read(&arena, str_of(path), 4, &text);
    assert_non_null(large);
    assert_string_equal(large->message.data, "the file is larger than 4 bytes");
    (void)unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    struct err *fifo = file_read(&arena, str_of(path), 4, &text);
    assert_non_null(fifo);
    assert_string_equal(fifo->message.data, "not a regular file");
    (void)unlink(path);
    struct err *err = file_read(&arena, STR("/dev/zero"), 100000, &text);
    assert_non_null(err);
    assert_string_equal(err->message.data, "the file is larger than 100000 bytes");
    err = file_read(&arena, STR("/"), 100, &text);
    assert_non_null(err);
    assert_string_equal(err->message.data, "Is a directory (os error 21)");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_of_memory_is_said_and_ends_all),
        cmocka_unit_test(errors_have_rust_s_words),
        cmocka_unit_test(what_is_not_there_and_what_cannot_be_seen),
        cmocka_unit_test(a_terminal_is_read_to_its_end),
        cmocka_unit_test(a_file_is_compared_without_being_read),
        cmocka_unit_test(arena_memory_is_zeroed_and_grows_in_place),
        cmocka_unit_test(an_arena_that_is_cleared_forgets_and_goes_on),
        cmocka_unit_test(buf_builds_and_terminates),
        cmocka_unit_test(paths_join_and_split_as_rust_does),
        cmocka_unit_test(a_fifo_is_refused_and_a_limit_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
