/*
 * Every state that a crash can leave is made and read: after each step, and inside each step with
 * any part of its pages written. The cut is put across a page border at each of its bytes.
 */
#include "edit_document.h"
#include "toml/cut.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

static char long_value[12003]; /* filled by main: three to four pages */

static const struct form lines[] = {
    {"[registries.me]\n", "token = ", "\"" SECRET "\"", "\n", ""},
    {"[registries.me]\n", "token = ", "'" SECRET "'", "\n", "index = 'i'\n"},
    {"[registries.me]\r\n", "  token= ", "\"" SECRET "\"", "  # mine\r\n", "index = 'i'\r\n"},
    {"[registries.me]\n", "token=", "\"" SECRET "\"", "# \xd1\x82\xd1\x83\n", "[a]\n"},
    {"[registries]\nme.index = 'i'\n", "me . \"token\" = ", "'" SECRET "'", " \n", ""},
    {"", "registries.\"me\".token = ", "\"" SECRET "\"", "\n", "registries.me.index = 'i'\n"},
    {"[registries]\nme = {\n", "  token = ", "\"" SECRET "\"", ", # mine\n", "  index = 'i',\n}\n"},
    {"[registries.me]\n", "token = ", "''", "\n", ""},
    {"[registries.me]\n", "token = ", long_value, " # a web token\n", ""},
};

static const struct form others[] = {
    {"[registries]\nme = {", "token = ", "\"" SECRET "\"", ", ", "index = 'i'}\n"},
    {"[registries]\nme = {index = 'i'", ", token = ", "'" SECRET "'", "", "}\n"},
    {"[registries.me]\n", "token = ", "\"\"\"\n" SECRET "\n\"\"\"", "\n", ""},
    {"[registries.me]\n", "token = ", "\"\"\"" SECRET "\"\"\"", "\n", ""},
    {"[registries.me]\n", "token = ", "\"" SECRET "\\\\\"", "\n", ""},
    {"[registries.me]\n", "token = ", "[\n1,\n2\n]", "\n", ""},
    {"[registries.me]\n", "token = ", "7", " # mine\n", ""},
    {"[registries.me]\n", "token = ", "1234567890", "\n", ""},
    {"[registries]\nme = {index = 'i',", " token = ", "\"" SECRET "\"", ",\n", "}\n"},
};

static struct toml_node *parsed(struct arena *arena, struct str text)
{
    struct toml_doc *doc;
    struct err *err = toml_parse(arena, text, &doc);
    if (err) {
        print_error("%s\n", err->message.data);
    }
    assert_null(err);
    return doc->root;
}

static struct toml_node *token_of(struct toml_node *root)
{
    struct toml_node *table = toml_get(root, STR("registries"));
    table = table ? toml_get(table, STR("me")) : NULL;
    return table ? toml_get(table, STR("token")) : NULL;
}

/* What the states of one document are compared with. */
struct wanted {
    struct toml_node *before;
    struct toml_node *after;
    size_t with;    /* states seen that still have the pair */
    size_t without; /* and that have not */
};

/*
 * Everything else is there; the pair is there with its own or a spoilt value, or it is not, and
 * then nothing of the secret is anywhere.
 */
static void state_check(struct arena *arena, struct wanted *wanted, struct str text)
{
    struct toml_node *root = parsed(arena, text);
    struct toml_node *token = token_of(root);
    const struct toml_node *own = token_of(wanted->before);
    if (token && own && token->type == TOML_STRING) {
        token->string = own->string;
    }
    assert_true(toml_is_without(token ? wanted->before : wanted->after, root));
    if (token) {
        wanted->with++;
        return;
    }
    wanted->without++;
    assert_null(memmem(text.data, text.len, "CRET", 4));
}

/* The same bytes, to be written on. */
static char *scratch(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    memcpy(copy, text.data, text.len);
    return copy;
}

static void step_do(char *text, const struct edit_step *step, size_t from, size_t to)
{
    size_t end = step->at + step->bytes.len;
    from = from > step->at ? from : step->at;
    to = to < end ? to : end;
    if (from < to) {
        memcpy(text + from, step->bytes.data + (from - step->at), to - from);
    }
}

/* All subsets of the pages of a step; of its bytes too, those before and those behind each one,
 * where `bytes` asks for it. */
static void step_states(struct arena *arena, struct wanted *wanted, struct str text,
                        const struct edit_step *step, bool bytes)
{
    size_t first = step->at / EDIT_PAGE;
    size_t pages = (step->at + step->bytes.len - 1) / EDIT_PAGE - first + 1;
    assert_true(pages <= 5);
    assert_true(pages == 1 || !step->whole);
    for (size_t set = 0; set < (size_t)1 << pages; set++) {
        char *state = scratch(arena, text);
        for (size_t i = 0; i < pages; i++) {
            if (set & (size_t)1 << i) {
                size_t page = (first + i) * EDIT_PAGE;
                step_do(state, step, page, page + EDIT_PAGE);
            }
        }
        state_check(arena, wanted, (struct str){state, text.len});
    }
    for (size_t i = step->at; bytes && !step->whole && i < step->at + step->bytes.len; i++) {
        char *low = scratch(arena, text);
        step_do(low, step, 0, i);
        state_check(arena, wanted, (struct str){low, text.len});
        char *high = scratch(arena, text);
        step_do(high, step, i, SIZE_MAX);
        state_check(arena, wanted, (struct str){high, text.len});
    }
}

static struct str plan_run(struct arena *arena, struct wanted *wanted, struct str text,
                           const struct edit *edit, bool bytes)
{
    char *now = scratch(arena, text);
    for (size_t i = 0; i < edit->count; i++) {
        if (wanted) {
            step_states(arena, wanted, (struct str){now, text.len}, &edit->steps[i], bytes);
        }
        step_do(now, &edit->steps[i], 0, SIZE_MAX);
    }
    return (struct str){now, text.len};
}

static bool crosses(struct span span)
{
    return span.start / EDIT_PAGE != (span.end - 1) / EDIT_PAGE;
}

/* A run that was stopped after any step is made good by a second one. */
static void assert_rerun(struct arena *arena, const struct document *doc, const struct edit *edit,
                         struct str done)
{
    char *bytes = scratch(arena, doc->text);
    struct str now = {bytes, doc->text.len};
    for (size_t i = 0; i < edit->count; i++) {
        if (token_of(parsed(arena, now))) {
            struct edit *again = edit_plan(arena, now, &doc->cut, 1);
            assert_true(str_eq(plan_run(arena, NULL, now, again, false), done));
        }
        step_do(bytes, &edit->steps[i], 0, SIZE_MAX);
    }
}

static void document_check(const struct form *form, size_t at, size_t registries, bool bytes)
{
    struct arena arena = {0};
    struct document doc = document_make(&arena, form, at, registries);
    struct wanted wanted = {.before = parsed(&arena, doc.text), .after = parsed(&arena, doc.after)};
    assert_non_null(token_of(wanted.before));
    assert_null(token_of(wanted.after));
    const struct edit *edit = edit_plan(&arena, doc.text, &doc.cut, 1);
    struct str done = plan_run(&arena, &wanted, doc.text, edit, bytes);
    assert_true(wanted.with > 0 && wanted.without > 0);
    if (edit->length == doc.text.len) {
        assert_int_equal(edit->count, crosses(doc.cut.bytes) ? 4 : 1);
        assert_blanked(&doc, done);
        assert_rerun(&arena, &doc, edit, done);
    } else {
        assert_int_equal(edit->count, 1);
        assert_int_equal(edit->length, doc.after.len);
        assert_memory_equal(done.data, doc.after.data, doc.after.len);
        for (size_t i = doc.after.len; i < done.len; i++) {
            assert_int_equal(done.data[i], '\n');
        }
    }
    arena_free(&arena);
}

static size_t form_len(const struct form *form)
{
    return strlen(form->key) + strlen(form->value) + strlen(form->end);
}

/* Is byte `at` of the cut not the first one of a character? Only ends have such. */
static bool inside_character(const struct form *form, size_t at)
{
    size_t end = strlen(form->key) + strlen(form->value);
    return at >= end && ((unsigned char)form->end[at - end] & 0xC0) == 0x80;
}

static void a_line_may_lie_anywhere_on_a_border(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT(lines); f++) {
        size_t len = form_len(&lines[f]);
        size_t by = len < 100 ? 1 : 173;
        for (size_t back = 0; back <= len; back += by) {
            if (!inside_character(&lines[f], back)) {
                document_check(&lines[f], (size_t)5 * EDIT_PAGE - back, 50, false);
            }
        }
    }
}

static void the_writes_of_a_line_may_be_torn_at_any_byte(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT(lines); f++) {
        if (form_len(&lines[f]) < 100) {
            document_check(&lines[f], (size_t)2 * EDIT_PAGE - form_len(&lines[f]) / 2, 10, true);
        }
    }
}

static void in_one_page_any_pair_is_safe(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT(others); f++) {
        document_check(&others[f], (size_t)5 * EDIT_PAGE, 50, false); /* blanked */
        document_check(&others[f], (size_t)2 * EDIT_PAGE - form_len(&others[f]), 50, false);
        document_check(&others[f], 300, 0, false); /* moved */
    }
}

static void thousands_of_registries(void **state)
{
    (void)state;
    for (size_t back = 0; back < 30; back += 7) {
        document_check(&lines[0], (size_t)100 * EDIT_PAGE - back, 5000, false);
    }
}

/* The limit that edit.h names: valid before and after, nothing better in between. */
static void a_pair_in_a_line_across_a_border_is_one_write(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT(others); f++) {
        struct arena arena = {0};
        struct document doc = document_make(&arena, &others[f], (size_t)2 * EDIT_PAGE - 9, 50);
        const struct edit *edit = edit_plan(&arena, doc.text, &doc.cut, 1);
        assert_true(crosses(doc.cut.bytes));
        assert_int_equal(edit->count, 1);
        assert_true(edit->steps[0].whole);
        struct str done = plan_run(&arena, NULL, doc.text, edit, false);
        assert_blanked(&doc, done);
        assert_true(toml_is_without(parsed(&arena, doc.after), parsed(&arena, done)));
        arena_free(&arena);
    }
}

static size_t steps_of(const struct form *form, size_t at)
{
    struct arena arena = {0};
    struct document doc = document_make(&arena, form, at, 50);
    assert_true(crosses(doc.cut.bytes));
    const struct edit *edit = edit_plan(&arena, doc.text, &doc.cut, 1);
    size_t count = edit->count;
    assert_true(edit->steps[0].whole == (count == 1));
    arena_free(&arena);
    return count;
}

static void a_character_across_a_border_is_not_torn_by_four_writes(void **state)
{
    (void)state;
    const struct form own = {"[registries.me]\n", "token = ", long_value, " # \xd1\x82\n", ""};
    for (size_t border = 4; border <= 6; border++) {
        size_t second = border * EDIT_PAGE - form_len(&own) + 2; /* of the character's bytes */
        assert_int_equal(steps_of(&own, second), 1);
        assert_int_equal(steps_of(&own, second - 1), 4);
        assert_int_equal(steps_of(&own, second + 1), 4);
    }
    size_t short_one = (size_t)2 * EDIT_PAGE - form_len(&lines[3]) + 2;
    assert_int_equal(steps_of(&lines[3], short_one), 1);
    /* that of another line, at the border of the page in which the pair begins, is not touched */
    const struct form above = {"# \xd1\x82\n[registries.me]\n", "token = ", long_value, "\n", ""};
    assert_int_equal(steps_of(&above, (size_t)4 * EDIT_PAGE + strlen(above.before) - 3), 4);
}

/* Several pairs of one registry, as toml_cut takes them out. `|` is where the filler goes. */
static const char *const several[] = {
    "|[registries.me]\ntoken = 't'\nsecret-key = 'k'\nindex = 'i'\nsecret-key-subject = 's'\n",
    "|[registries.me]\nsecret-key-subject = 's' # one\r\n  token = 't'\r\nindex = 'i'",
    "registries.me.token = 't'\n|registries.me.index = 'i'\nregistries.me.secret-key = 'k'\n",
    "|[registries]\nme = {\n  index = 'i',\n  token = 't', # one\n  secret-key = 'k'\n}\n",
    "|[registries]\nme = {\n  index = 'i' # one\n  , token = 't'\n  , secret-key = 'k'\n}\n",
    "|[registries]\nme = {token = 't', index = 'i', secret-key = 'k'}\n",
    "|[registries]\nme = {index = 'i', token = 't', secret-key = 'k'}\n",
};

static struct str several_text(struct arena *arena, const char *form, size_t filler)
{
    struct buf text = buf_new(arena);
    for (; *form; form++) {
        if (*form == '|') {
            buf_add_char(&text, '#');
            buf_add_times(&text, '=', filler);
            buf_add_char(&text, '\n');
        } else {
            buf_add_char(&text, *form);
        }
    }
    buf_add_char(&text, '\n');
    tables_add(&text, 150);
    return buf_str(&text);
}

static size_t pairs_of(struct toml_node *root, struct toml_node **pairs)
{
    static const char *const keys[] = {"token", "secret-key", "secret-key-subject"};
    struct toml_node *me = toml_get(toml_get(root, STR("registries")), STR("me"));
    assert_non_null(me);
    assert_non_null(toml_get(me, STR("index")));
    size_t count = 0;
    for (size_t i = 0; i < COUNT(keys); i++) {
        pairs[count] = toml_get(me, str_of(keys[i]));
        count += pairs[count] != NULL;
    }
    return count;
}

/* Returns how many of the pairs are left in a state that has all else. */
static size_t several_left(struct arena *arena, struct str text)
{
    struct toml_node *root = parsed(arena, text);
    struct toml_node *pairs[3];
    size_t left = pairs_of(root, pairs);
    assert_int_equal(toml_get(root, STR("registries"))->count, 151);
    return left;
}

static void pairs_go_in_an_order_that_is_safe(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(several) * 140; i++) {
        struct arena arena = {0};
        struct str text = several_text(&arena, several[i / 140], (size_t)2 * EDIT_PAGE - i % 140);
        struct toml_doc *doc;
        assert_null(toml_parse(&arena, text, &doc));
        struct toml_node *pairs[3];
        size_t count = pairs_of(doc->root, pairs);
        struct toml_cut cut;
        assert_null(toml_cut(&arena, doc, pairs, count, &cut));
        struct edit_cut *cuts = arena_new_array(&arena, struct edit_cut, cut.count);
        for (size_t j = 0; j < cut.count; j++) {
            cuts[j].bytes = cut.pieces[j];
            for (size_t k = 0; k < count; k++) {
                struct span value = {pairs[k]->value.start, pairs[k]->value.end};
                if (value.start >= cut.pieces[j].start && value.end <= cut.pieces[j].end) {
                    cuts[j].value = value;
                }
            }
        }
        const struct edit *edit = edit_plan(&arena, text, cuts, cut.count);
        char *now = scratch(&arena, text);
        for (size_t j = 0; j < edit->count; j++) {
            const struct edit_step *step = &edit->steps[j];
            size_t border = (step->at / EDIT_PAGE + 1) * EDIT_PAGE;
            for (size_t k = 0; !step->whole && k < 2; k++) { /* one page, the other */
                char *half = scratch(&arena, (struct str){now, text.len});
                step_do(half, step, k * border, k ? SIZE_MAX : border);
                (void)several_left(&arena, (struct str){half, text.len});
            }
            step_do(now, step, 0, SIZE_MAX);
            (void)several_left(&arena, (struct str){now, text.len});
        }
        assert_int_equal(several_left(&arena, (struct str){now, text.len}), 0);
        arena_free(&arena);
    }
}

int main(void)
{
    long_value[0] = '"';
    for (size_t i = 1; i + 2 < sizeof(long_value); i++) {
        long_value[i] = SECRET[i % strlen(SECRET)];
    }
    long_value[sizeof(long_value) - 2] = '"';
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_may_lie_anywhere_on_a_border),
        cmocka_unit_test(the_writes_of_a_line_may_be_torn_at_any_byte),
        cmocka_unit_test(in_one_page_any_pair_is_safe),
        cmocka_unit_test(thousands_of_registries),
        cmocka_unit_test(a_pair_in_a_line_across_a_border_is_one_write),
        cmocka_unit_test(a_character_across_a_border_is_not_torn_by_four_writes),
        cmocka_unit_test(pairs_go_in_an_order_that_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
