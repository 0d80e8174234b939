/* What is printed: messages, colors, and text from outside. */
#include "util/shell.h"
#include "util/text.h"

#include <fcntl.h>
#include <setjmp.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;
static struct shell shell;
static int saved_stderr = -1;
static int reading_end = -1;

/* Standard error becomes a pipe in packet mode: one read gives what one write wrote. */
static int capture(void **state)
{
    (void)state;
    static const char *const names[] = {"NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "CI"};
    for (size_t i = 0; i < COUNT(names); i++)
        unsetenv(names[i]);
    int ends[2];
    assert_int_equal(pipe2(ends, O_DIRECT | O_NONBLOCK), 0);
    reading_end = ends[0];
    saved_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    shell_init(&shell, &arena);
    return 0;
}

static int release(void **state)
{
    (void)state;
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    close(reading_end);
    arena_free(&arena);
    return 0;
}

/* Returns what the next write wrote, or an empty text if there was none. */
static const char *written(void)
{
    static char text[4096];
    ssize_t len = read(reading_end, text, sizeof(text) - 1);
    text[len > 0 ? len : 0] = '\0';
    return text;
}

/* tests/cli compares all other messages with cargo's. */
static void causes_are_indented_as_in_cargo(void **state)
{
    (void)state;
    struct err *root = err_new(&arena, "first\n\n  third\r\n");
    shell_error(&shell, err_wrap(&arena, err_wrap(&arena, root, "because"), "broken\nbadly"));
    assert_string_equal(written(), "error: broken\nbadly\n\nCaused by:\n  because\n\nCaused by:\n"
                                   "  first\n\n    third\n");
    assert_string_equal(written(), "");
}

/* Only line ends, tabs and the sequences of our own marks are printed as they are. */
static void no_control_character_is_printed(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"a\033[31mx\033]0;t\007", "a\\u{1b}[31mx\\u{1b}]0;t\\u{7}", NULL},
        {"a\tb\nc\r\n", "a\tb\nc\\r\n", NULL},
        // NOLINTNEXTLINE(misc-misleading-bidirectional): it is about such characters
        {"\x7f\xC2\x9B\xE2\x80\xAE", "\\u{7f}\\u{9b}\\u{202e}", NULL},
        {"\u00E9 \u65E5\n\n", "\u00E9 \u65E5\n\n", NULL},
        {"\xFF x", "\uFFFD x", NULL},
        {COLOR_HEADER "h" COLOR_RESET, "h", "\033[1m\033[92mh\033[0m"},
        {COLOR_ERROR COLOR_WARN COLOR_CONTEXT, "", "\033[1m\033[91m\033[1m\033[33m\033[1m\033[94m"},
        {COLOR_LITERAL COLOR_PLACEHOLDER COLOR_BOLD "x", "x", "\033[1m\033[96m\033[36m\033[1mx"},
        {"x\001zy\001", "xy", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        shell_set_color(&shell, COLOR_NEVER);
        shell_print_err(&shell, str_of(cases[i][0]));
        assert_string_equal(written(), cases[i][1]);
        shell_set_color(&shell, COLOR_ALWAYS);
        shell_print_err(&shell, str_of(cases[i][0]));
        assert_string_equal(written(), cases[i][2] ? cases[i][2] : cases[i][1]);
    }
    shell_print_err(&shell, STR("a\0b\n"));
    assert_string_equal(written(), "a\\u{0}b\n");
}

static void text_is_shown_on_one_line(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"a\\n b", "a\\n b"},
        {"a\nb\r\t", "a\\nb\\r\\t"},
        {"\x1b[2J\x7f", "\\u{1b}[2J\\u{7f}"},
        // NOLINTNEXTLINE(misc-misleading-bidirectional): it is about such characters
        {"\xC2\x85\u061C\u200B\u200F\u2028\u202E\u2066\u2069\uFEFF",
         "\\u{85}\\u{61c}\\u{200b}\\u{200f}\\u{2028}\\u{202e}\\u{2066}\\u{2069}\\u{feff}"},
        {"\u00A0\u061B\u2010\u202F\u206A\u00E9", "\u00A0\u061B\u2010\u202F\u206A\u00E9"},
        {"\xFF|\xE2\x82", "\uFFFD|\uFFFD"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str text = str_of(cases[i][0]);
        struct str shown = text_shown(&arena, text);
        assert_string_equal(shown.data, cases[i][1]);
        assert_int_equal(str_eq(shown, text), shown.data == text.data);
        assert_ptr_equal(text_shown(&arena, shown).data, shown.data);
    }
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
        buf_addf(&words, "%s.%s.", one, in_word);
        buf_addf(&line, "%s %s ", text_quoted(&arena, str_of(one)).data,
                 text_quoted(&arena, str_of(in_word)).data);
    }
    buf_addf(&words, ".");
    buf_add(&line, text_quoted(&arena, STR("")));
    FILE *reader = popen(line.data, "re"); // NOLINT(cert-env33-c): it is about a shell
    assert_non_null(reader);
    char read[4096];
    size_t len = fread(read, 1, sizeof(read), reader);
    assert_int_equal(pclose(reader), 0);
    assert_int_equal(len, words.len);
    assert_memory_equal(read, words.data, len);
    assert_string_equal(text_quoted(&arena, STR("a-B_1/.:=@%+,")).data, "a-B_1/.:=@%+,");
    assert_string_equal(text_quoted(&arena, STR("~")).data, "'~'");
}

#define CAPTURED(test) cmocka_unit_test_setup_teardown(test, capture, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CAPTURED(causes_are_indented_as_in_cargo),
        CAPTURED(no_control_character_is_printed),
        CAPTURED(text_is_shown_on_one_line),
        CAPTURED(a_shell_reads_the_word_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
