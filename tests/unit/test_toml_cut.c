#include "toml/check.h"
#include "toml/cut.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

/* What goes with a pair is shown by many cases in tests/toml; here stands what they cannot say. */

static struct toml_doc *parse(struct arena *arena, struct str text)
{
    struct toml_doc *doc;
    assert_null(toml_parse(arena, text, &doc));
    return doc;
}

static void nothing_to_cut_is_the_text_itself(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct toml_doc *doc = parse(&arena, STR("a = 1 # c\r\n"));
    struct toml_cut cut;
    assert_null(toml_cut(&arena, doc, NULL, 0, &cut));
    assert_int_equal(cut.count, 0);
    assert_true(str_eq(toml_cut_rest(&arena, doc->text, &cut), doc->text));
    arena_free(&arena);
}

static void the_rest_may_be_empty(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct toml_doc *doc = parse(&arena, STR("registry.token = \"t\"\n"));
    const struct toml_node *victim = toml_get(toml_get(doc->root, STR("registry")), STR("token"));
    struct toml_cut cut;
    assert_null(toml_cut(&arena, doc, &victim, 1, &cut));
    assert_int_equal(cut.count, 1);
    assert_int_equal(cut.pieces[0].end, doc->text.len);
    struct str rest = toml_cut_rest(&arena, doc->text, &cut);
    assert_int_equal(rest.len, 0);
    assert_string_equal(rest.data, "");
    arena_free(&arena);
}

static void only_what_has_a_key_can_be_cut(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct toml_doc *doc = parse(&arena, STR("a = [1]\n"));
    const struct toml_node *element = doc->root->first->first;
    const struct toml_node *root = doc->root;
    struct toml_cut cut = {.count = 42};
    assert_non_null(toml_cut(&arena, doc, &element, 1, &cut));
    assert_non_null(toml_cut(&arena, doc, &root, 1, &cut));
    assert_int_equal(cut.count, 42);
    arena_free(&arena);
}

/* The proof has to notice: here the tree is made to lie about where a pair is. */
static void a_cut_that_hits_something_else_is_refused(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct toml_doc *doc = parse(&arena, STR("a = 1\nb = 1\nc = { d = 1, e = 1 }\n"));
    struct toml_node *a = toml_get(doc->root, STR("a"));
    struct toml_node *b = toml_get(doc->root, STR("b"));
    const struct toml_node *victim = a;
    struct toml_cut cut = {.count = 42};
    a->pair = b->pair;
    a->value = b->value;
    assert_non_null(toml_cut(&arena, doc, &victim, 1, &cut));
    struct toml_node *d = toml_get(doc->root, STR("c"))->first;
    d->pair = d->next->pair;
    victim = d;
    assert_non_null(toml_cut(&arena, doc, &victim, 1, &cut));
    assert_int_equal(cut.count, 42);
    arena_free(&arena);
}

static void a_piece_of_no_statement_that_is_cut_from_is_seen(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct toml_doc *doc = parse(&arena, STR("a = 1\nb = 2\n"));
    const struct toml_node *a = toml_get(doc->root, STR("a"));
    const struct toml_node *statements[] = {a};
    const struct span pieces[] = {{0, 6}, {6, 12}};
    struct toml_victims victims = toml_victims(&arena, &a, 1);
    assert_true(toml_proven(doc, &victims, statements, 1, pieces, 1));
    assert_false(toml_proven(doc, &victims, statements, 1, pieces, 2));
    assert_false(toml_proven(doc, &victims, statements, 1, pieces + 1, 1));
    assert_false(toml_proven(doc, &victims, statements, 1, NULL, 0));
    arena_free(&arena);
}

static struct toml_node *node_at(struct toml_doc *doc, const char *path)
{
    struct toml_node *node = doc->root;
    while (node && *path) {
        size_t len = strcspn(path, "/");
        node = toml_get(node, (struct str){path, len});
        path += len + (path[len] == '/');
    }
    assert_non_null(node);
    return node;
}

/* What a cut that went wrong could leave. Of `marked` goes what stands between `<` and `>`. */
static void each_other_rest_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *marked;
        const char *statement;
        const char *victim;
        bool proven;
    } cases[] = {
        {"a = { x = 1, <y = 2, >t = 3 }\n", "a", "a/y", true},
        {"a = { x = 1, <y = 2, >t = 3 }\n", "a", "a/t", false}, /* not that one */
        {"a = { x = 1<, y = 2, t = 3> }\n", "a", "a/t", false}, /* more */
        {"a = { x<y> = 1, t = 3 }\n", "a", "a/t", false},       /* another key */
        {"a = 1<2>\nt = 1\n", "a", "t", false},                 /* another value */
        {"a = <1>\nt = 1\n", "a", "t", false},                  /* no TOML any more */
        {"<a = 1\n>t = 1\n", "a", "t", false},                  /* nothing any more */
        {"<a = 1\n>t = 1\n", "t", "t", false},                  /* that is before it */
        {"t <= >1\n", "t", "t", false},                         /* not all of it, and no TOML */
        {"t = 1<2>\n", "t", "t", false},                        /* not all of it */
        {"<a.>b = 1\nt = 1\n", "a/b", "t", false},              /* another path */
        {"[a<b>]\n[t]\n", "ab", "t", false},                    /* another table */
        {"[<a.>b]\n[t]\n", "a/b", "t", false},                  /* the same */
        {"<[\">x = 1 #<\"]>\n[t]\n", "x = 1 #", "t", false},    /* a pair in its place */
        {"<\">[x]#<\" = 1>\nt = 1\n", "[x]#", "t", false},      /* a header in its place */
        {"<[>x<] #> = {}\n[t]\n", "x", "t", false},             /* a pair of the same name */
        {"<x = \">[x]<\">\nt = 1\n", "x", "t", false},          /* a header of the same name */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena = {0};
        struct buf text = buf_new(&arena);
        struct span pieces[3];
        size_t count = 0;
        for (const char *at = cases[i].marked; *at; at++) {
            if (*at == '<') {
                pieces[count].start = text.len;
            } else if (*at == '>') {
                pieces[count++].end = text.len;
            } else {
                buf_add_char(&text, *at);
            }
        }
        struct toml_doc *doc = parse(&arena, buf_str(&text));
        const struct toml_node *victim = node_at(doc, cases[i].victim);
        const struct toml_node *statements[] = {node_at(doc, cases[i].statement)};
        struct toml_victims victims = toml_victims(&arena, &victim, 1);
        assert_int_equal(toml_proven(doc, &victims, statements, 1, pieces, count), cases[i].proven);
        arena_free(&arena);
    }
}

/* The statement has to be what stands at its lines: here it is one of another text. */
static void another_texts_statement_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *other;
        const char *statement;
    } cases[] = {
        {"a.t = 1\n", "t =   1\n", "t"},      {"t =   1\n", "a.t = 1\n", "a/t"},
        {"t = 1\n", "t = 2\n", "t"},          {"t 1\n", "t=1\n", "t"},
        {"t=1\nb=23\n", "t='''\n'''\n", "t"}, {"t = [1]\n", "t = [ ]\n", "t"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena = {0};
        struct toml_doc *other = parse(&arena, str_of(cases[i].other));
        const struct toml_node *statements[] = {node_at(other, cases[i].statement)};
        struct toml_victims victims = toml_victims(&arena, statements, 1);
        struct toml_doc doc = {.text = str_of(cases[i].text)};
        struct span piece = {0, doc.text.len};
        assert_false(toml_proven(&doc, &victims, statements, 1, &piece, 1));
        doc.text = other->text;
        piece.end = doc.text.len;
        assert_true(toml_proven(&doc, &victims, statements, 1, &piece, 1));
        arena_free(&arena);
    }
}

/* `b` is extended by a pair under [a]: its path is b.d, and not d. */
static void a_pair_of_an_extended_table_is_cut(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct toml_doc *doc = parse(&arena, STR("[a.b.c]\nx = 1\n[a]\nb.d = 2\nz = 3\n"));
    const struct toml_node *d = node_at(doc, "a/b/d");
    struct toml_cut cut;
    assert_null(toml_cut(&arena, doc, &d, 1, &cut));
    assert_string_equal(toml_cut_rest(&arena, doc->text, &cut).data,
                        "[a.b.c]\nx = 1\n[a]\nz = 3\n");
    const struct toml_node *b = node_at(doc, "a/b");
    assert_null(toml_cut(&arena, doc, &b, 1, &cut));
    assert_string_equal(toml_cut_rest(&arena, doc->text, &cut).data, "[a]\nz = 3\n");
    struct toml_victims none = {0};
    const struct span piece = {18, 20}; /* leaves d = 2 */
    assert_false(toml_proven(doc, &none, &d, 1, &piece, 1));
    arena_free(&arena);
}

static void many_victims_are_cut_at_once(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf buf = buf_new(&arena);
    struct buf left = buf_new(&arena);
    for (int i = 0; i < 20000; i++) {
        buf_addf(&buf, "[registries.r%d]\ntoken = %d # t\nindex = { a = 1, token = 2 }\n", i, i);
        buf_addf(&left, "[registries.r%d]\nindex = { a = 1 }\n", i);
    }
    struct toml_doc *doc = parse(&arena, buf_str(&buf));
    const struct toml_node **victims = arena_new_array(&arena, const struct toml_node *, 40000);
    size_t count = 0;
    for (const struct toml_node *table = doc->root->first->first; table; table = table->next) {
        victims[count++] = toml_get(toml_get(table, STR("index")), STR("token"));
        victims[count++] = toml_get(table, STR("token"));
    }
    struct toml_cut cut;
    assert_null(toml_cut(&arena, doc, victims, count, &cut));
    assert_true(str_eq(toml_cut_rest(&arena, doc->text, &cut), buf_str(&left)));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_to_cut_is_the_text_itself),
        cmocka_unit_test(the_rest_may_be_empty),
        cmocka_unit_test(only_what_has_a_key_can_be_cut),
        cmocka_unit_test(a_cut_that_hits_something_else_is_refused),
        cmocka_unit_test(a_piece_of_no_statement_that_is_cut_from_is_seen),
        cmocka_unit_test(each_other_rest_is_refused),
        cmocka_unit_test(another_texts_statement_is_refused),
        cmocka_unit_test(a_pair_of_an_extended_table_is_cut),
        cmocka_unit_test(many_victims_are_cut_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
