#include "base/base.h"
#include "base/fs.h"

#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

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
    struct str none;
    assert_false(path_parent(&arena, STR("/"), &none));
    arena_free(&arena);
}

static void a_fifo_is_refused_and_a_limit_holds(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str text;
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
        cmocka_unit_test(arena_memory_is_zeroed_and_grows_in_place),
        cmocka_unit_test(an_arena_that_is_cleared_forgets_and_goes_on),
        cmocka_unit_test(buf_builds_and_terminates),
        cmocka_unit_test(paths_join_and_split_as_rust_does),
        cmocka_unit_test(a_fifo_is_refused_and_a_limit_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
