#include "toml/toml.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

static int arena_open(void **state)
{
    *state = calloc(1, sizeof(struct arena));
    return *state ? 0 : -1;
}

static int arena_close(void **state)
{
    arena_free(*state);
    free(*state);
    return 0;
}

static struct toml_node *parse(struct arena *arena, struct str text)
{
    struct toml_doc *doc;
    struct err *err = toml_parse(arena, text, &doc);
    if (err) {
        fail_msg("%s", err->message.data);
    }
    return doc->root;
}

static struct toml_node *at(const struct toml_node *table, const char *key)
{
    struct toml_node *node = toml_get(table, str_of(key));
    assert_non_null(node);
    return node;
}

static void a_decoded_text_may_hold_nul(void **state)
{
    struct str text = {"a = \"x\\u0000y\"", 14};
    struct toml_node *a = at(parse(*state, text), "a");
    assert_int_equal(a->string.len, 3);
    assert_memory_equal(a->string.data, "x\0y", 4);
}

static void the_first_unsupported_value_is_known(void **state)
{
    const struct {
        struct str text;
        const char *value;
    } cases[] = {
        {STR("a = 1\nb = [{ c = 'x', d = 1e999 }]\ne = 07:32\n"), "1e999"},
        {STR("a.x = 1\nb = 1979-05-27\na.y = -nan\n"), "1979-05-27"},
        {STR("a = 1\nb = '1.5'\nc = [true]\n"), NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct toml_doc *doc;
        assert_null(toml_parse(*state, cases[i].text, &doc));
        if (cases[i].value) {
            assert_string_equal(doc->unsupported->string.data, cases[i].value);
        } else {
            assert_null(doc->unsupported);
        }
    }
}

static void a_message_shows_no_value(void **state)
{
    const struct {
        struct str text;
        const char *place;
        const char *line;
    } cases[] = {
        {STR("token = cio123"), "1, column 9", "token = ******"},
        {STR("[registry]\n token = \"cio\xc3\xa9 1\r\n"), "2, column 18", " token = ***** *"},
        {STR("token \"cio123\""), "1, column 7", "***** ********"},
        {STR("token: cio123"), "1, column 8", "****** ******"},
        {STR("cioA1"), "1, column 6", "*****"},
        {STR("cioA1 = x"), "1, column 9", "cioA1 = *"},
        {STR("a . \"b\\u0063\".'d e' = x"), "1, column 23", "a . \"b\\u0063\".'d e' = *"},
        {STR("CARGO_TOKEN=cio # c"), "1, column 13", "CARGO_TOKEN=*** * *"},
        {STR("\"a\x01\" = 1"), "1, column 3", "**** * *"},
        {STR("\xef\xbb\xbf\ta = x"), "1, column 7", "*\ta = *"},
        {STR("[registry] token"), "1, column 12", "[registry] *****"},
        {STR("[[ a . 'b' ]]x"), "1, column 14", "[[ a . 'b' ]]*"},
        {STR("[a b]"), "1, column 3", "** **"},
        {STR("[[a]"), "1, column 5", "****"},
        {STR("[a$]"), "1, column 3", "****"},
        {STR("[cio"), "1, column 5", "****"},
        {STR("r = { token = cio }"), "1, column 15", "r = * ***** * *** *"},
        {STR("r = {\n  token = cio\n}"), "2, column 11", "  ***** * ***"},
        {STR("r = [\n  [cio]\n]"), "2, column 4", "  *****"},
        {STR("t = \"\"\"\na = secret\x01\n\"\"\""), "2, column 11", "* * *******"},
        {STR("t = '''\n[a]\nb = 1"), "3, column 6", "* * *"},
        {STR("t = \"\"\"\na = secret\"\"\" x"), "2, column 15", "* * ********* *"},
        {STR("t = [\"\"\"\na = secret\"\"\", \"\"\"\\q\n\"\"\"]"), "2, column 19",
         "* * ********** *****"},
        {STR("c2VjcmV0=\n"), "1, column 10", "*********"},
        {STR("c2VjcmV0== # c"), "1, column 10", "********** * *"},
        {STR("token =\n"), "1, column 8", "token ="},
        {STR("a==b"), "1, column 3", "a=**"},
        {STR("# \x7f"), "1, column 3", "* *"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct toml_doc *doc;
        struct err *err = toml_parse(*state, cases[i].text, &doc);
        assert_non_null(err);
        struct str head = str_format(*state, "TOML parse error at line %s\n  |\n%c | %s\n  |",
                                     cases[i].place, cases[i].place[0], cases[i].line);
        if (!str_starts(err->message, head)) {
            fail_msg("%s\n%s", err->message.data, head.data);
        }
    }
}

int main(void)
{
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, arena_open, arena_close)
    const struct CMUnitTest tests[] = {
        WITH_ARENA(a_decoded_text_may_hold_nul),
        WITH_ARENA(the_first_unsupported_value_is_known),
        WITH_ARENA(a_message_shows_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
