#include "util/shell.h"

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
    for (size_t i = 0; i < COUNT(names); i++) {
        unsetenv(names[i]);
    }
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

/* What the next write wrote; empty where there was none. */
static const char *written(void)
{
    static char text[4096];
    ssize_t len = read(reading_end, text, sizeof(text) - 1);
    text[len > 0 ? len : 0] = '\0';
    return text;
}

static void messages_look_as_in_cargo(void **state)
{
    (void)state;
    shell_status(&shell, "Logout", "token for `%s`", "x");
    assert_string_equal(written(), "      Logout token for `x`\n");
    shell_warn(&shell, "a");
    assert_string_equal(written(), "warning: a\n");
    shell_note(&shell, "b");
    assert_string_equal(written(), "note: b\n");
    shell_warn_help(&shell, STR("t"), STR("h"));
    assert_string_equal(written(), "warning: t\n  |\n  = help: h\n");
}

static void colors_are_cargo_s(void **state)
{
    (void)state;
    shell_set_color(&shell, COLOR_ALWAYS);
    shell_status(&shell, "Blocking", "x");
    assert_string_equal(written(), "\033[1m\033[92m    Blocking\033[0m x\n");
    shell_warn(&shell, "a");
    assert_string_equal(written(), "\033[1m\033[33mwarning\033[0m: a\n");
    shell_note(&shell, "b");
    assert_string_equal(written(), "\033[1m\033[92mnote\033[0m: b\n");
    shell_error(&shell, err_new(&arena, "e"));
    assert_string_equal(written(), "\033[1m\033[91merror\033[0m: e\n");
    shell_warn_help(&shell, STR("t"), STR("h"));
    assert_string_equal(written(), "\033[1m\033[33mwarning\033[0m: t\n  \033[1m\033[94m|\033[0m\n"
                                   "  \033[1m\033[94m= \033[0m\033[1mhelp\033[0m: h\n");
}

static void errors_are_one_write_with_their_causes(void **state)
{
    (void)state;
    struct err *root = err_new(&arena, "first\n\n  third\r\n");
    struct err *middle = err_wrap(&arena, root, "because");
    shell_error(&shell, err_wrap(&arena, middle, "broken\nbadly"));
    assert_string_equal(written(), "error: broken\nbadly\n\nCaused by:\n  because\n\nCaused by:\n"
                                   "  first\n\n    third\n");
    assert_string_equal(written(), "");
}

static void quiet_silences_all_but_errors(void **state)
{
    (void)state;
    shell.verbosity = VERBOSITY_QUIET;
    shell_status(&shell, "Logout", "x");
    shell_warn(&shell, "x");
    shell_note(&shell, "x");
    shell_warn_help(&shell, STR("x"), STR("x"));
    assert_string_equal(written(), "");
    shell_error(&shell, err_new(&arena, "x"));
    assert_string_equal(written(), "error: x\n");
    shell_alert(&shell, STR("x"), STR(""));
    assert_string_equal(written(), "warning: x\n");
}

/* No byte below a space but line ends, tabs and the sequences of our own marks, whatever comes. */
static void no_control_character_is_printed(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"a\033[31mx\033]0;t\007", "a\\u{1b}[31mx\\u{1b}]0;t\\u{7}", NULL},
        {"a\tb\nc\r\n", "a\tb\nc\\r\n", NULL},
        {"\x7f\xC2\x9B\xE2\x80\xAE", "\\u{7f}\\u{9b}\\u{202e}", NULL},
        {"caf\xC3\xA9 \xE6\x97\xA5\n\n", "caf\xC3\xA9 \xE6\x97\xA5\n\n", NULL},
        {"\xFF\xE6\x97 x", "\xEF\xBF\xBD\xEF\xBF\xBD x", NULL},
        {COLOR_HEADER "h" COLOR_RESET, "h", "\033[1m\033[92mh\033[0m"},
        {COLOR_ERROR COLOR_WARN COLOR_CONTEXT, "", "\033[1m\033[91m\033[1m\033[33m\033[1m\033[94m"},
        {COLOR_LITERAL COLOR_PLACEHOLDER COLOR_BOLD "x", "x", "\033[1m\033[96m\033[36m\033[1mx"},
        {"x\001", "x", "x\033[0m"},
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

static void variables_decide_automatic_colors(void **state)
{
    (void)state;
    setenv("TERM", "xterm", 1);
    shell_set_color(&shell, COLOR_AUTO);
    assert_false(shell.color_err); /* no terminal */
    setenv("CLICOLOR_FORCE", "0", 1);
    shell_set_color(&shell, COLOR_AUTO);
    assert_true(shell.color_err);
    setenv("NO_COLOR", "1", 1);
    shell_set_color(&shell, COLOR_AUTO);
    assert_false(shell.color_err);
    shell_set_color(&shell, COLOR_ALWAYS);
    assert_true(shell.color_err);
}

static void a_terminal_has_colors_if_it_says_so(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *value;
        bool color;
    } cases[] = {
        {"TERM", "dumb", false}, {"TERM", "", true},     {"TERM", "xterm", true},
        {"CI", "", true},        {"CLICOLOR", "", true}, {"CLICOLOR", "0", false},
    };
    shell.terminal_err = true;
    for (size_t i = 0; i < COUNT(cases); i++) {
        setenv(cases[i].name, cases[i].value, 1);
        shell_set_color(&shell, COLOR_AUTO);
        assert_int_equal(shell.color_err, cases[i].color);
        unsetenv(cases[i].name);
    }
    shell_set_color(&shell, COLOR_AUTO);
    assert_false(shell.color_err);
}

static void color_names_are_in_lower_case(void **state)
{
    (void)state;
    enum color_choice choice = COLOR_AUTO;
    assert_null(shell_color_parse(&arena, STR("never"), &choice));
    assert_int_equal(choice, COLOR_NEVER);
    struct err *err = shell_color_parse(&arena, STR("ALWAYS"), &choice);
    assert_non_null(err);
    assert_string_equal(err->message.data,
                        "argument for --color must be auto, always, or never, but found `ALWAYS`");
    assert_int_equal(choice, COLOR_NEVER);
}

static void a_reader_that_is_gone_does_no_harm(void **state)
{
    (void)state;
    close(reading_end);
    shell_warn(&shell, "nobody reads this");
    reading_end = open("/dev/null", O_RDONLY);
}

static void closed_descriptors_are_taken(void **state)
{
    (void)state;
    int saved = dup(STDIN_FILENO);
    close(STDIN_FILENO);
    struct shell other;
    shell_init(&other, &arena);
    int next = open("/dev/null", O_RDONLY);
    assert_true(next > STDERR_FILENO);
    close(next);
    dup2(saved, STDIN_FILENO);
    close(saved);
}

#define CAPTURED(test) cmocka_unit_test_setup_teardown(test, capture, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CAPTURED(messages_look_as_in_cargo),
        CAPTURED(colors_are_cargo_s),
        CAPTURED(errors_are_one_write_with_their_causes),
        CAPTURED(quiet_silences_all_but_errors),
        CAPTURED(no_control_character_is_printed),
        CAPTURED(variables_decide_automatic_colors),
        CAPTURED(a_terminal_has_colors_if_it_says_so),
        CAPTURED(color_names_are_in_lower_case),
        CAPTURED(a_reader_that_is_gone_does_no_harm),
        CAPTURED(closed_descriptors_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
