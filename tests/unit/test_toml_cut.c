#include "toml/cut.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

/* tests/toml tests which bytes a cut removes. */

static struct toml_doc *parse(struct arena *arena, struct str text)
{
    struct toml_doc *doc;
    assert_null(toml_parse(arena, text, &doc));
    return doc;
}

static struct toml_node *node_at(struct toml_doc *doc, const char *path)
{
    struct toml_node *node = doc->root;
    while (node && *path) {
        size_t len = strcspn(path, "/");
        node = toml_get(node, (struct str){path, len});
        path += len + (path[len] == '/');
    }
    if (!node)
        abort();
    return node;
}

/* The position of the victim in the tree is changed to that between `<` and `>`. The check must
 * find that the cut then removes something else. */
static void a_wrong_cut_is_rejected(void **state)
{
    (void)state;
    static const struct {
        const char *marked;
        const char *victim;
        bool right;
    } cases[] = {
        {"<t = 1>\nb = 1\n", "t", true},
        {"t = 1\n<b = 1>\n", "t", false},                      /* another pair */
        {"<t = 1\nb = 1>\n", "t", false},                      /* two pairs */
        {"<t = [>\n1 ]\nb = 1\n", "t", false},                 /* half a pair: not TOML */
        {"t = 1\n<[b]>\nc = 1\n", "t", false},                 /* a header */
        {"t = 1\n<[b]\nc = 1>\n", "t", false},                 /* a header and its pair */
        {"a = { x = 1, y = 2, <t = 3> }\n", "a/t", true},      /* */
        {"a = { x = 1, <y = 2>, t = 3 }\n", "a/t", false},     /* another pair */
        {"a = { x = 1, <y = 2, t = 3> }\n", "a/t", false},     /* two pairs */
        {"a = { <x = 1>, y = 2, t = 3 }\n", "a/t", false},     /* */
        {"a = [{ x = 1 }, <{ x = 2 }>]\nt = 3\n", "t", false}, /* an element, with its line */
        {"a.<b = 1>\nt = 1\n", "t", false},                    /* */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena = {0};
        struct str marked = str_of(cases[i].marked);
        size_t start = (size_t)str_find(marked, '<');
        size_t end = (size_t)str_find(marked, '>') - 1;
        struct buf text = buf_new(&arena);
        buf_add_bytes(&text, marked.data, start);
        buf_add_bytes(&text, marked.data + start + 1, end - start);
        buf_add_bytes(&text, marked.data + end + 2, marked.len - end - 2);
        struct toml_doc *doc = parse(&arena, buf_str(&text));
        struct toml_node *victim = node_at(doc, cases[i].victim);
        victim->pair = (uint32_t)start;
        victim->value.end = (uint32_t)end;
        struct toml_cut cut = {.count = 42};
        struct err *err = toml_cut(&arena, doc, &victim, 1, &cut);
        assert_true(cases[i].right ? !err : err && cut.count == 42);
        assert_false(victim->cut);
        arena_free(&arena);
    }
}

static void equal_means_same_values(void **state)
{
    (void)state;
    static const char *const others[] = {"x = [1, {a = \"c\"}]\ny.z = nan\n",
                                         "x = [{a = \"b\"}, 1]\ny.z = nan\n",
                                         "x = [1, {a = \"b\"}]\n",
                                         "x = [1, {a = \"b\"}]\ny.z = nan\ny.w = 1\n",
                                         "x = [1, {a = \"b\"}]\ny.z = 1.5\n",
                                         "x = [1, {a = \"b\"}]\ny.z = \"nan\"\n",
                                         "x = [1, {a = \"b\"}]\ny.w = nan\n",
                                         "x = [1]\ny.z = nan\n",
                                         "x = [1, {a = \"b\"}, 2]\ny.z = nan\n"};
    struct arena arena = {0};
    struct toml_node *a = parse(&arena, STR("x = [1, {a = \"b\"}]\ny.z = nan\n"))->root;
    assert_true(toml_is_without(
        a, parse(&arena, STR("y = { z = nan }\n'x' = [0x1, {\"a\" = 'b'},]\n"))->root));
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(toml_is_without(a, parse(&arena, str_of(others[i]))->root));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_cut_is_rejected),
        cmocka_unit_test(equal_means_same_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
