/* UTF-8, strings and memory in boundary cases. */
#include "util/base.h"
#include "util/fs.h"
#include "util/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* RFC 3629 read by its words: how many bytes of `s` are one character; 0 for none. */
static size_t character_len(const unsigned char *s, size_t len)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t want = s[0] < 0x80       ? 1
                  : s[0] >> 5 == 6  ? 2
                  : s[0] >> 4 == 14 ? 3
                  : s[0] >> 3 == 30 ? 4
                                    : 0;
    if (want < 2 || want > len) {
        return want == 1;
    }
    uint32_t value = s[0] & (0x7FU >> want);
    for (size_t i = 1; i < want; i++) {
        if (s[i] >> 6 != 2) {
            return 0;
        }
        value = value << 6 | (s[i] & 0x3FU);
    }
    bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    return value < least[want] || surrogate || value > 0x10FFFF ? 0 : want;
}

/* Every first byte with those behind it that stand at an edge, and every length. */
static void characters_are_told_from_other_bytes(void **state)
{
    (void)state;
    static const unsigned char edges[] = {0x00, 0x7F, 0x80, 0x8F, 0x90,
                                          0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
    for (unsigned first = 0; first < 256; first++) {
        for (size_t i = 0; i < COUNT(edges) * COUNT(edges); i++) {
            unsigned char bytes[] = {(unsigned char)first, edges[i % COUNT(edges)],
                                     edges[i / COUNT(edges)], 0x80, 0};
            for (size_t len = 1; len < sizeof(bytes); len++) {
                uint32_t character = 0;
                bool valid = false;
                struct str s = {(const char *)bytes, len};
                size_t taken = utf8_decode(s, 0, &character, &valid);
                size_t right = character_len(bytes, len);
                assert_int_equal(valid, right > 0);
                assert_true(valid ? taken == right : character == UTF8_REPLACEMENT);
                assert_true(taken >= 1 && taken <= len);
            }
        }
    }
}

static void what_is_no_character_is_shown_as_one_sign(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const char *const cases[][2] = {
        {"", ""},
        {"plain", "plain"},
        {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
        {"a\xFF"
         "b",
         "a\xEF\xBF\xBD"
         "b"},
        {"\xE2\x82", "\xEF\xBF\xBD"}, /* the beginning of one: one sign */
        {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}, /* a surrogate: none begins so */
        {"\xF0\x9F\x98x", "\xEF\xBF\xBDx"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(utf8_lossy(&arena, str_of(cases[i][0])).data, cases[i][1]);
    }
    arena_free(&arena);
}

static void strings_compare_by_bytes(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_true(str_cmp(STR("a"), STR("b")) < 0);
    assert_true(str_cmp(STR("b"), STR("a")) > 0);
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_true(str_cmp(STR("ab"), STR("a")) > 0);
    assert_int_equal(str_cmp(STR("ab"), STR("ab")), 0);
    assert_true(str_cmp(STR("\xC3"), STR("z")) > 0);
    assert_string_equal(str_upper(&arena, STR("a-z@[`{\xC3\xA9")).data, "A-Z@[`{\xC3\xA9");
    assert_string_equal(str_lower(&arena, STR("A-Z@[`{\xC3\xA9")).data, "a-z@[`{\xC3\xA9");
    assert_int_equal(str_of(NULL).len, 0);
    assert_int_equal(str_find(STR("abcb"), 'b'), 1);
    assert_int_equal(str_rfind(STR("abcb"), 'b'), 3);
    assert_int_equal(str_rfind(STR("abcb"), 'x'), -1);
    assert_false(str_starts(STR("a"), STR("ab")));
    assert_false(str_ends(STR("b"), STR("ab")));
    arena_free(&arena);
}

static void memory_of_every_size(void **state)
{
    (void)state;
    struct arena arena = {0};
    char *nothing = arena_alloc(&arena, 0);
    assert_non_null(nothing);
    assert_ptr_equal(arena_grow(&arena, nothing, 0, 0), nothing);
    assert_non_null(arena_grow(&arena, NULL, 0, 8));
    char *large = arena_alloc(&arena, (size_t)20 << 20); /* beyond the largest chunk */
    large[((size_t)20 << 20) - 1] = 'x';
    char *smaller = arena_grow(&arena, large, (size_t)20 << 20, 10);
    assert_ptr_equal(smaller, large);
    char *p = arena_alloc(&arena, 10);
    memcpy(p, "123456789", 10);
    (void)arena_alloc(&arena, 10);
    assert_string_equal((char *)arena_grow(&arena, p, 10, 40), "123456789");
    arena_free(&arena);
}

static void run_out(int which)
{
    struct arena arena = {0};
    switch (which) {
    case 0:
        (void)arena_alloc(&arena, SIZE_MAX);
        break;
    case 1:
        (void)arena_alloc(&arena, SIZE_MAX / 2);
        break;
    case 2:
        (void)arena_alloc(&arena, SIZE_MAX - 64);
        break;
    default:
        (void)arena_alloc_array(&arena, SIZE_MAX / 2, 3);
    }
}

/* Ends the process with a word and the status of an error, before anything is written. */
static void out_of_memory_is_an_end(void **state)
{
    (void)state;
    for (int which = 0; which < 4; which++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t pid = fork();
        if (pid == 0) {
            (void)dup2(ends[1], STDERR_FILENO);
            run_out(which);
            _exit(0);
        }
        (void)close(ends[1]);
        char text[1000] = "";
        int status;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
        (void)close(ends[0]);
        /* the sanitizer ends such a call by itself */
        assert_true(strstr(text, "out of memory") || strstr(text, "AddressSanitizer"));
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
    }
}

static void files_are_what_they_are(void **state)
{
    (void)state;
    struct arena arena = {0};
    char name[] = "/tmp/test-bytes-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "text", 4), 4);
    struct str path = str_of(name);
    struct str text;
    assert_null(file_read(&arena, path, 4, &text));
    assert_string_equal(text.data, "text");
    assert_non_null(file_read(&arena, path, 3, &text));
    assert_true(fd_holds(fd, STR("text")));
    assert_false(fd_holds(fd, STR("texts")));
    assert_false(fd_holds(fd, STR("tex!")));
    assert_false(fd_holds(-1, STR("text")));
    assert_int_equal(fd_identity(fd, path), FILE_SAME);
    assert_int_equal(fd_identity(fd, STR("/")), FILE_OTHER);
    assert_true(path_same(path, path));
    assert_false(path_same(path, STR("/")));
    assert_false(path_same(path, STR("/nowhere")));
    assert_false(path_same(STR("/nowhere"), path));
    assert_int_equal(unlink(name), 0);
    assert_int_equal(fd_identity(fd, path), FILE_ABSENT);
    assert_non_null(fd_read(&arena, -1, 10, &text));
    assert_false(path_canonical(&arena, path, &text));
    assert_true(path_canonical(&arena, STR("/usr/../usr/."), &text));
    assert_string_equal(text.data, "/usr");
    fd_close(&fd);
    assert_int_equal(fd, -1);
    fd_close(&fd);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct err *err = fd_read(&arena, ends[0], 10, &text);
    assert_string_equal(err->message.data, "not a regular file");
    assert_false(fd_holds(ends[0], STR("")));
    (void)close(ends[0]);
    (void)close(ends[1]);
    arena_free(&arena);
}

static void a_working_directory_that_is_gone_is_an_error(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str path;
    char name[] = "/tmp/test-bytes-XXXXXX";
    assert_non_null(mkdtemp(name));
    assert_int_equal(chdir(name), 0);
    assert_null(path_cwd(&arena, &path));
    assert_int_equal(rmdir(name), 0);
    struct err *err = path_cwd(&arena, &path);
    assert_string_equal(err->message.data, "No such file or directory (os error 2)");
    assert_int_equal(chdir("/"), 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_are_told_from_other_bytes),
        cmocka_unit_test(what_is_no_character_is_shown_as_one_sign),
        cmocka_unit_test(strings_compare_by_bytes),
        cmocka_unit_test(memory_of_every_size),
        cmocka_unit_test(out_of_memory_is_an_end),
        cmocka_unit_test(files_are_what_they_are),
        cmocka_unit_test(a_working_directory_that_is_gone_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
