/* Memory, strings and UTF-8 in boundary cases. */
#include "util/base.h"

#include <setjmp.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;
static sigjmp_buf before_end;
static int end_status;

/* Replaces the system's, so that the test continues. */
_Noreturn void _exit(int status)
{
    end_status = status;
    siglongjmp(before_end, 1);
}

static int clean(void **state)
{
    (void)state;
    arena_free(&arena);
    return arena.newest ? -1 : 0;
}

/* tests/fault has the cases in which the kernel has no memory. */
static void a_size_that_nothing_has_ends_the_process(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {
        {1, SIZE_MAX}, {1, SIZE_MAX / 2 + 100}, {1, SIZE_MAX / 4}, {SIZE_MAX / 4, 8}};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char text[100] = "";
        int saved = dup(STDERR_FILENO);
        (void)dup2(ends[1], STDERR_FILENO);
        end_status = -1;
        if (sigsetjmp(before_end, 0) == 0)
            (void)arena_alloc_array(&arena, sizes[i][0], sizes[i][1]);
        (void)dup2(saved, STDERR_FILENO);
        (void)close(saved);
        assert_int_equal(end_status, 101);
        assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
        assert_string_equal(text, "error: out of memory\n");
    }
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void memory_is_zeroed_and_grows(void **state)
{
    (void)state;
    char *nothing = arena_alloc(&arena, 0);
    assert_ptr_equal(arena_grow(&arena, nothing, 0, 0), nothing);
    assert_non_null(arena_grow(&arena, NULL, 0, 8));
    char *p = arena_alloc(&arena, 10);
    assert_int_equal(p[9], 0);
    memset(p, 'x', 10);
    char *q = arena_grow(&arena, p, 10, 1000);
    assert_ptr_equal(p, q);
    assert_int_equal(q[9], 'x');
    assert_int_equal(q[999], 0);
    (void)arena_alloc(&arena, 1);
    char *moved = arena_grow(&arena, q, 1000, 1 << 20);
    assert_ptr_not_equal(moved, q);
    assert_int_equal(moved[9], 'x');
    assert_ptr_not_equal(arena_grow(&arena, moved, 1 << 20, 1 << 26), moved);
}

static void an_arena_that_is_cleared_forgets_and_goes_on(void **state)
{
    (void)state;
    static const size_t sizes[] = {100, (size_t)10 << 20, (size_t)20 << 20};
    arena_clear(&arena);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char *first = arena_alloc(&arena, sizes[i]);
        memset(first, 'x', sizes[i]);
        arena_clear(&arena);
        const char *again = arena_alloc(&arena, sizes[i]);
        assert_ptr_equal(again, first);
        assert_int_equal(again[0] | again[sizes[i] - 1], 0);
    }
}

static void other_bytes_are_replaced(void **state)
{
    (void)state;
    assert_string_equal(
        utf8_lossy(&arena, STR("\u00E9\xE2\x82|\xFF\xF0\x9F\x98x\xED\xA0\x80")).data,
        "\u00E9\uFFFD|\uFFFD\uFFFDx\uFFFD\uFFFD\uFFFD");
}

static uintptr_t left_at;

/* Leaves a secret on the stack, below as many pages that are not used. */
static void __attribute__((noinline)) leave_secret(size_t pages)
{
    char room[4096];
    __asm__ volatile("" : : "r"(room) : "memory");
    if (pages > 0) {
        leave_secret(pages - 1);
        return;
    }
    memset(room, 'S', sizeof(room));
    left_at = (uintptr_t)room;
    /* NOLINTNEXTLINE(clang-analyzer-core.StackAddressEscape): count_left() reads what is there */
    __asm__ volatile("" : : "r"(room) : "memory");
}

static size_t __attribute__((noinline)) count_left(void)
{
    size_t count = 0;
    for (size_t i = 0; i < 4096; i++) {
        /* NOLINTNEXTLINE(performance-no-int-to-ptr): no object is there any more */
        count += *(volatile const char *)(left_at + i) == 'S';
    }
    return count;
}

static void the_stack_is_wiped_as_deep_as_it_was_used(void **state)
{
    (void)state;
    for (size_t pages = 0; pages < 12; pages++) {
        leave_secret(pages);
        size_t before = count_left();
        stack_wipe((size_t)64 * 1024);
        assert_in_range(count_left(), 0, 63); /* the frames of stack_wipe() itself have gaps */
        assert_true(pages == 0 || before > 4000);
    }
}

#define TEST(test) cmocka_unit_test_teardown(test, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_size_that_nothing_has_ends_the_process),     TEST(memory_is_zeroed_and_grows),
        TEST(an_arena_that_is_cleared_forgets_and_goes_on), TEST(other_bytes_are_replaced),
        TEST(the_stack_is_wiped_as_deep_as_it_was_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
