/* Text from outside, as it is printed and as a shell reads it. */
#include "util/text.h"
#include "util/utf8.h"

#include <setjmp.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;

static int clean(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void what_controls_a_terminal_is_escaped(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"a\\n b", "a\\n b"},
        {"a\nb\r\t", "a\\nb\\r\\t"},
        {"\x1b[2J\x7f", "\\u{1b}[2J\\u{7f}"},
        {"\xC2\x85\u061C\u200B\u200F\u2028\u202E\u2066\u2069\uFEFF",
         "\\u{85}\\u{61c}\\u{200b}\\u{200f}\\u{2028}\\u{202e}\\u{2066}\\u{2069}\\u{feff}"},
        {"\u00A0\u061B\u2010\u202F\u206A\u00E9", "\u00A0\u061B\u2010\u202F\u206A\u00E9"},
        {"\xFF"
         "a\xE2\x82",
         "\uFFFD"
         "a\uFFFD"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str text = str_of(cases[i][0]);
        struct str shown = text_shown(&arena, text);
        assert_string_equal(shown.data, cases[i][1]);
        assert_int_equal(text_is_plain(text), shown.data == text.data);
        assert_true(text_is_plain(shown));
    }
    assert_string_equal(text_shown(&arena, STR("a\0b")).data, "a\\u{0}b");
}

/* Each character, alone and in a word, comes back from a real shell. */
static void a_shell_reads_the_word_back(void **state)
{
    (void)state;
    struct buf words = buf_new(&arena);
    struct buf line = buf_new(&arena);
    buf_add(&line, STR("printf '%s.' "));
    for (int c = 1; c < 256; c++) {
        char one[] = {(char)c, 0};
        char in_word[] = {'a', (char)c, '\'', 'b', ' ', 0};
        const char *both[] = {one, in_word};
        for (size_t i = 0; i < COUNT(both); i++) {
            buf_addf(&words, "%s.", both[i]);
            buf_addf(&line, "%s ", text_quoted(&arena, str_of(both[i])).data);
        }
    }
    buf_addf(&words, ".");
    buf_add(&line, text_quoted(&arena, STR("")));
    FILE *shell = popen(line.data, "re"); // NOLINT(cert-env33-c): it is about a shell
    assert_non_null(shell);
    char read[4096];
    size_t len = fread(read, 1, sizeof(read), shell);
    assert_int_equal(pclose(shell), 0);
    assert_int_equal(len, words.len);
    assert_memory_equal(read, words.data, len);
    assert_string_equal(text_quoted(&arena, STR("a-B_1/.:=@%+,")).data, "a-B_1/.:=@%+,");
    assert_string_equal(text_quoted(&arena, STR("~")).data, "'~'");
}

static void text_is_as_wide_as_on_a_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns;
        size_t width;
        const char *fit;
    } cases[] = {
        {"abc", 3, 3, "abc"},
        {"abcdef", 5, 6,
         "a\u2026"
         "def"},
        {"abcdef", 2, 6, "abcdef"},
        {"\u65E5\u672C\u8A9E", 6, 6, "\u65E5\u672C\u8A9E"},
        {"\u65E5\u672C\u8A9E", 5, 6, "\u2026\u672C\u8A9E"},
        {"\u65E5\u672C\u8A9E", 4, 6, "\u2026\u8A9E"},
        {"e\u0301e\u0301e\u0301e\u0301", 4, 4, "e\u0301e\u0301e\u0301e\u0301"},
        {"e\u0301e\u0301e\u0301e\u0301", 3, 4, "\u2026e\u0301e\u0301"},
        {"", 0, 0, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str text = str_of(cases[i].text);
        struct str fit = text_fit(&arena, text, cases[i].columns);
        assert_int_equal(text_width(&arena, text), cases[i].width);
        assert_string_equal(fit.data, cases[i].fit);
        assert_true(cases[i].columns < 3 || text_width(&arena, fit) <= cases[i].columns);
    }
}

#define TEST(test) cmocka_unit_test_teardown(test, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_controls_a_terminal_is_escaped),
        TEST(a_shell_reads_the_word_back),
        TEST(text_is_as_wide_as_on_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
