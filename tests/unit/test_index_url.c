#include "registry/index_url.h"
#include "util/base.h"

#include <setjmp.h>

#include <cmocka.h>

/* tests/cli/test_index_url.py compares URLs with cargo. These are cases that it cannot reach. */

static void control_characters_are_refused(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct index_url url;
    assert_non_null(index_url_parse(&arena, STR("https://h/a\0b"), &url));
    assert_non_null(index_url_parse(&arena, STR("https://h\x7f/"), &url));
    assert_non_null(index_url_parse(&arena, STR("https://trusted\\@other/"), &url));
    arena_free(&arena);
}

static void what_is_shown_has_no_password(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"https://h/a@b", "https://h/a@b"},
        {"https://git@h/", "https://git@h/"},
        {"ssh://u@h/", "ssh://\u2026@h/"},
        {"sparse+https://u:p@h/?q@", "sparse+https://\u2026@h/?q@"},
        {"https://u:p@q@h/", "https://\u2026@h/"},
        {"https:\\\\u:p@h/", "https:\\\\\u2026@h/"},
        {"https:/u:p@h/", "https:/\u2026@h/"},
        {"https:u:p@h/", "https:\u2026@h/"},
        {"https:/\t/u:p@h/", "https:/\\t/\u2026@h/"},
        {"//u:p@h/", "//\u2026@h/"},
        {"file:///a@b", "file:///a@b"},
        {"git@h:a", "git@h:a"},
        {"https://u:p", "https://u:p"},
        {"https://\n@h", "https://\\n@h"},
        {"u:p\033[m", "u:p\\u{1b}[m"},
        {"", ""},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(index_url_shown(&arena, str_of(cases[i][0])).data, cases[i][1]);
    assert_string_equal(index_url_shown(&arena, STR("https://u:\0p@h/\0")).data,
                        "https://\u2026@h/\\u{0}");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_characters_are_refused),
        cmocka_unit_test(what_is_shown_has_no_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
