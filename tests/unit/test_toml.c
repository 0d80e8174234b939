#include "toml/toml.h"

#include <pthread.h>
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

static void refuse(struct arena *arena, struct str text, const char *message)
{
    struct toml_doc *doc;
    struct err *err = toml_parse(arena, text, &doc);
    assert_non_null(err);
    assert_null(err->cause);
    assert_string_equal(err->message.data, message);
}

static void assert_bytes(struct str text, struct toml_span span, const char *expected)
{
    assert_int_equal(span.end - span.start, strlen(expected));
    assert_memory_equal(text.data + span.start, expected, strlen(expected));
}

static void values_are_decoded(void **state)
{
    struct toml_node *root = parse(
        *state,
        STR("s = \"a\\tb\\u00e9\\e\\x41\"\nl = 'a\\tb'\nm = \"\"\"\n one \\\n  two\"\"\"\n"
            "i = -1_000\nh = 0xFF\no = 0o17\nb = 0b101\nf = 1.5\nt = true\nd = 1979-05-27 07:32\n"
            "a = [1, [2],]\n"));
    assert_string_equal(at(root, "s")->string.data, "a\tb\u00e9\x1b\x41");
    assert_string_equal(at(root, "l")->string.data, "a\\tb");
    assert_string_equal(at(root, "m")->string.data, " one two");
    assert_int_equal(at(root, "i")->integer, -1000);
    assert_int_equal(at(root, "h")->integer, 255);
    assert_int_equal(at(root, "o")->integer, 15);
    assert_int_equal(at(root, "b")->integer, 5);
    assert_string_equal(at(root, "f")->string.data, "1.5");
    assert_true(at(root, "t")->boolean);
    assert_string_equal(at(root, "d")->string.data, "1979-05-27 07:32");
    assert_int_equal(at(root, "a")->count, 2);
    assert_int_equal(at(root, "a")->last->first->integer, 2);
}

static void a_decoded_text_may_hold_nul(void **state)
{
    struct str text = {"a = \"x\\u0000y\"", 14};
    struct toml_node *a = at(parse(*state, text), "a");
    assert_int_equal(a->string.len, 3);
    assert_memory_equal(a->string.data, "x\0y", 4);
}

static void nodes_know_their_bytes(void **state)
{
    struct str text = STR("\xef\xbb\xbf\"a b\" . c = { d = 1 } # x\n [ e . 'f' ] \ng = 2");
    struct toml_node *root = parse(*state, text);
    struct toml_node *c = at(at(root, "a b"), "c");
    assert_bytes(text, at(root, "a b")->key_span, "\"a b\"");
    assert_bytes(text, c->key_span, "c");
    assert_bytes(text, c->value, "{ d = 1 }");
    assert_int_equal(c->pair, 3);
    assert_bytes(text, at(c, "d")->value, "1");
    struct toml_node *f = at(at(root, "e"), "f");
    assert_bytes(text, f->key_span, "'f'");
    assert_bytes(text, f->value, "[ e . 'f' ]");
    assert_bytes(text, at(f, "g")->value, "2");
    assert_int_equal(at(root, "e")->value.end, 0);
}

static void tables_know_how_they_came_to_be(void **state)
{
    struct toml_node *root =
        parse(*state, STR("d.x = 1\ni = {}\n[h.k]\n[[h.e]]\n[h.e.s]\n[[h.e]]\n[h]\ny = 1\n"));
    assert_int_equal(root->origin, TOML_ROOT);
    assert_int_equal(at(root, "d")->origin, TOML_DOTTED);
    assert_int_equal(at(root, "i")->origin, TOML_INLINE);
    struct toml_node *h = at(root, "h");
    assert_int_equal(h->origin, TOML_HEADER);
    assert_int_equal(at(h, "k")->origin, TOML_HEADER);
    struct toml_node *e = at(h, "e");
    assert_int_equal(e->type, TOML_ARRAY);
    assert_int_equal(e->origin, TOML_ELEMENT);
    assert_int_equal(e->count, 2);
    assert_int_equal(e->first->count, 1);
    assert_int_equal(e->last->origin, TOML_ELEMENT);
    assert_int_equal(at(parse(*state, STR("[a.b]")), "a")->origin, TOML_IMPLICIT);
}

/* `b` belongs to [a] and [a.b.c]; then no header can name it. */
static void a_dotted_key_extends_an_implicit_table(void **state)
{
    struct toml_node *root = parse(*state, STR("[a.b.c]\nx = 1\n[a]\nb.d = 2\n[a.b.e]\n"));
    struct toml_node *b = at(at(root, "a"), "b");
    assert_int_equal(b->origin, TOML_DOTTED);
    assert_int_equal(b->count, 3);
    assert_int_equal(at(b, "d")->integer, 2);
    refuse(*state, STR("[a.b.c]\n[a]\nb.d = 1\n[a.b]"),
           "TOML parse error at line 4, column 4\n  |\n4 | [a.b]\n  |    ^\nduplicate key");
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

static void integers_fit_64_bits(void **state)
{
    struct toml_node *root = parse(*state, STR("a = 9223372036854775807\nb = -9223372036854775808\n"
                                               "c = 0x7fff_ffff_ffff_ffff\n"));
    assert_true(at(root, "a")->integer == INT64_MAX);
    assert_true(at(root, "b")->integer == INT64_MIN);
    assert_true(at(root, "c")->integer == INT64_MAX);
    refuse(*state, STR("a = 9223372036854775808"),
           "TOML parse error at line 1, column 5\n  |\n1 | a = *******************\n"
           "  |     ^^^^^^^^^^^^^^^^^^^\ninteger out of range");
}

/* That place and reason are cargo's is tested in tests/toml. */
static void the_message_has_place_and_reason(void **state)
{
    refuse(*state, STR("\n\n\n\n\n\n\n\n\na = \"\xc3\xa9\n"),
           "TOML parse error at line 10, column 7\n   |\n10 | a = **\n   |       ^\n"
           "invalid basic string, expected `\"`");
    refuse(*state, STR("a = 1\r\r\n"),
           "TOML parse error at line 1, column 7\n  |\n1 | a = **\n  |       ^\n"
           "carriage return must be followed by newline, expected newline");
    refuse(*state, STR("a = 1_"),
           "TOML parse error at line 1, column 5\n  |\n1 | a = **\n"
           "  |     ^^\ninvalid number or date");
}

/* Within one statement, as in the toml crate, a missing bracket is reported before any value. */
static void the_first_faulty_statement_is_reported(void **state)
{
    refuse(*state, STR("a = x\n[b"),
           "TOML parse error at line 1, column 5\n  |\n1 | a = *\n  |     ^\n"
           "string values must be quoted, expected literal string");
    refuse(*state, STR("[a]\nb = 1\nb = 2\nc = x"),
           "TOML parse error at line 3, column 1\n  |\n3 | b = *\n  | ^\nduplicate key");
    refuse(*state, STR("a = [x, 1\n"),
           "TOML parse error at line 1, column 10\n  |\n1 | a = *** *\n  |          ^\n"
           "unclosed array, expected `]`");
}

static void depth_is_limited(void **state)
{
    struct buf buf = buf_new(*state);
    buf_add(&buf, STR("a="));
    buf_add_times(&buf, '[', 100000);
    struct toml_doc *doc;
    struct err *err = toml_parse(*state, buf_str(&buf), &doc);
    assert_non_null(err);
    assert_non_null(strstr(err->message.data, "cannot recurse further; max recursion depth met"));
    buf = buf_new(*state);
    for (int i = 0; i < 100000; i++) {
        buf_add(&buf, STR("a."));
    }
    buf_add(&buf, STR("a = 1"));
    err = toml_parse(*state, buf_str(&buf), &doc);
    assert_non_null(err);
    assert_non_null(strstr(err->message.data, "recursion limit"));
}

static void *parse_deepest(void *nothing)
{
    struct arena arena = {0};
    struct buf buf = buf_new(&arena);
    buf_add(&buf, STR("a = "));
    for (int i = 0; i < 40; i++) {
        buf_add(&buf, STR("[{a="));
    }
    buf_add(&buf, STR("1"));
    for (int i = 0; i < 40; i++) {
        buf_add(&buf, STR("}]"));
    }
    struct toml_doc *doc;
    bool parsed = !toml_parse(&arena, buf_str(&buf), &doc);
    arena_free(&arena);
    return parsed ? nothing : NULL;
}

static void the_deepest_value_needs_little_stack(void **state)
{
    pthread_attr_t attributes;
    pthread_t thread;
    void *result = NULL;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, (size_t)256 * 1024), 0);
    assert_int_equal(pthread_create(&thread, &attributes, parse_deepest, *state), 0);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, *state);
    (void)pthread_attr_destroy(&attributes);
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

static void large_tables_are_looked_up_by_index(void **state)
{
    struct buf buf = buf_new(*state);
    for (int i = 0; i < 20000; i++) {
        buf_addf(&buf, "[registries.r%d]\ntoken = %d\n", i, i);
    }
    struct toml_node *registries = at(parse(*state, buf_str(&buf)), "registries");
    assert_int_equal(registries->count, 20000);
    for (int i = 0; i < 20000; i++) {
        struct toml_node *node = at(registries, str_format(*state, "r%d", i).data);
        assert_int_equal(at(node, "token")->integer, i);
    }
    assert_null(toml_get(registries, STR("r20000")));
    assert_null(toml_get(at(at(registries, "r1"), "token"), STR("r20000")));
}

static void lines_are_counted_from_one(void **state)
{
    struct toml_doc *doc;
    assert_null(toml_parse(*state, STR("a = 1\n\nb = '''\n\r\n'''\n[[c]] # e\nd = 2\n"), &doc));
    assert_int_equal(at(doc->root, "a")->line, 1);
    assert_int_equal(at(doc->root, "b")->line, 3);
    assert_int_equal(at(doc->root, "c")->line, 6);
    assert_int_equal(at(at(doc->root, "c")->last, "d")->line, 7);
}

static void utf8_is_checked_byte_by_byte(void **state)
{
    (void)state;
    assert_true(utf8_valid(STR("")));
    assert_true(utf8_valid(STR("plain text of more than eight bytes")));
    assert_true(utf8_valid(STR("12345678\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf")));
    const struct str broken[] = {
        STR("\x80"),
        STR("\xc0\x80"),
        STR("\xc1\xbf"),
        STR("\xe0\x9f\xbf"),
        STR("\xed\xa0\x80"),
        STR("\xf0\x8f\xbf\xbf"),
        STR("\xf4\x90\x80\x80"),
        STR("\xf5\x80\x80\x80"),
        STR("1234567\xe2\x82"),
        STR("\xe2\x82 12345"),
        STR("\xff"),
        STR("12345678\xc3"),
    };
    for (size_t i = 0; i < COUNT(broken); i++) {
        assert_false(utf8_valid(broken[i]));
    }
}

int main(void)
{
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, arena_open, arena_close)
    const struct CMUnitTest tests[] = {
        WITH_ARENA(values_are_decoded),
        WITH_ARENA(a_decoded_text_may_hold_nul),
        WITH_ARENA(nodes_know_their_bytes),
        WITH_ARENA(tables_know_how_they_came_to_be),
        WITH_ARENA(a_dotted_key_extends_an_implicit_table),
        WITH_ARENA(the_first_unsupported_value_is_known),
        WITH_ARENA(integers_fit_64_bits),
        WITH_ARENA(the_message_has_place_and_reason),
        WITH_ARENA(the_first_faulty_statement_is_reported),
        WITH_ARENA(depth_is_limited),
        WITH_ARENA(the_deepest_value_needs_little_stack),
        WITH_ARENA(a_message_shows_no_value),
        WITH_ARENA(large_tables_are_looked_up_by_index),
        WITH_ARENA(lines_are_counted_from_one),
        cmocka_unit_test(utf8_is_checked_byte_by_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
