/*
 * Edits of files. Every state that a crash can leave is made and read: after each step, and inside
 * each step with any part of its pages written. The page border is put at each byte of the pairs.
 * The second half edits real files, with system calls that fail or do only a part.
 */
#include "credential/edit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#define T "\"S3CRETs3cret\""

enum { TABLES = 150, MOST_PAIRS = 3, LONG = 9000 };

/* `|` is a comment of the length that puts the page border where it is wanted, `*` a long value. */
static const struct {
    const char *text;
    bool torn; /* a pair across a border is one write, which can be torn; see edit.h */
} forms[] = {
    {"|[registries.me]\ntoken = " T "\n", false},
    {"|[registries.me]\r\n  token= '" T "'  # mine\r\nindex = 'i'\r\n", false},
    {"|[registries]\nme.index = 'i'\nme . \"token\" = " T " \n", false},
    {"|registries.\"me\".token = " T "\nregistries.me.index = 'i'\n", false},
    {"|[registries]\nme = {\n  token = " T ", # mine\n  index = 'i',\n}\n", false},
    {"|[registries.me]\ntoken = ''\n", false},
    {"|[registries.me]\ntoken = \"*\" # a web token\n", false},
    {"|[registries.me]\ntoken = " T "\nsecret-key = " T "\nindex = 'i'\nsecret-key-subject = 's'\n",
     false},
    {"|[registries.me]\nsecret-key-subject = 's' # one\r\n  token = " T "\r\nindex = 'i'", false},
    {"|[registries]\nme = {\n  index = 'i' # one\n  , token = " T "\n  , b = 'b'\n"
     "  , secret-key = " T "\n}\n",
     true},
    {"registries.me.token = " T "\n|registries.me.index = 'i'\nregistries.me.secret-key = 'k'\n",
     false},
    {"|[registries]\nme = {\n  index = 'i',\n  token = " T ", # one\n  secret-key = 'k'\n}\n",
     true},
    {"|[registries]\nme = {\n  index = 'i' # one\n  , token = " T "\n  , secret-key = 'k'\n}\n",
     true},
    {"|[registries]\nme = {\n  index = 'i', # one\n  token = " T "\n  , secret-key = " T "\n"
     "  , secret-key-subject = 's'\n}\n",
     true},
    {"|[registries]\nme = {token = " T ", index = 'i', secret-key = 'k'}\n", true},
    {"|[registries]\nme = { token = " T ",\n  secret-key = " T ",\n  index = 'i', "
     "secret-key-subject = 's' }\n",
     true},
    {"|[registries]\nme = {\n  token = " T " # one\n  , index = 'i'\n}\n", true},
    {"|[registries]\nme = {\n  token = " T ", secret-key = " T ",\n  index = 'i'\n}\n", true},
    {"|[registries]\nme = {index = 'i', token = 't', secret-key = " T "}\n", true},
    {"|[registries.me]\ntoken=" T "# \xd1\x82\xd1\x83\n[a]\n", true},
    {"|# \xd1\x82\n[registries.me]\ntoken = \"*\" # \xd1\x82\n", true},
    {"|[registries.me]\ntoken = \"\"\"\nS3CRET\n\"\"\"\n", true},
    {"|[registries.me]\ntoken = \"S3CRET\\\\\"\n", true},
    {"|[registries.me]\ntoken = [\n1,\n2\n]\n", true},
    {"|[registries.me]\nindex = 'i'\n[registries.me.token]\na = 1\nb = '''\nS3CRET\n'''\n", true},
    {"|[registries.me]\nindex = 'i'\n[[registries.me.token]]\n[registries.me.token.a]\n"
     "b = '''\nS3CRET\n'''\n[[registries.me.token]]\n",
     true},
    {"|[registries.me]\ntoken = 1234567890 # mine\n", true},
};

static struct str text_of(struct arena *arena, const char *form, size_t filler, size_t tables)
{
    struct buf text = buf_new(arena);
    for (; *form; form++) {
        if (*form == '|') {
            buf_add_char(&text, '#');
            buf_add_times(&text, '=', filler);
            buf_add_char(&text, '\n');
        } else if (*form == '*') {
            buf_add_times(&text, 'x', LONG);
        } else {
            buf_add_char(&text, *form);
        }
    }
    buf_add_char(&text, '\n');
    for (size_t i = 0; i < tables; i++)
        buf_addf(&text, "[registries.z-%zu]\ntoken = \"token of %zu\"\n", i, i);
    return buf_str(&text);
}

/* A text, the pairs to remove, and the edit that does it. */
struct document {
    struct toml_doc *doc;
    struct toml_node *pairs[MOST_PAIRS];
    size_t count;
    struct toml_cut cut;
    const struct edit *edit;
};

static size_t find_pairs(const struct toml_node *root, struct toml_node **pairs)
{
    static const char *const keys[MOST_PAIRS] = {"token", "secret-key", "secret-key-subject"};
    const struct toml_node *registries = toml_get(root, STR("registries"));
    const struct toml_node *me = registries ? toml_get(registries, STR("me")) : NULL;
    size_t count = 0;
    for (size_t i = 0; me && i < COUNT(keys); i++) {
        pairs[count] = toml_get(me, str_of(keys[i]));
        count += pairs[count] != NULL;
    }
    return count;
}

static struct document document_of(struct arena *arena, struct str text)
{
    struct document d = {0};
    assert_true(utf8_valid(text));
    assert_null(toml_parse(arena, text, &d.doc));
    d.count = find_pairs(d.doc->root, d.pairs);
    if (d.count == 0)
        return d;
    assert_null(toml_cut(arena, d.doc, d.pairs, d.count, &d.cut));
    d.edit = edit_plan(arena, text, &d.cut);
    return d;
}

/* Returns true if `after` has everything of `before`, except pairs of `me`. */
static bool is_rest(const struct toml_node *before, const struct toml_node *after, bool is_me)
{
    size_t count = 0;
    if (before->type == TOML_STRING || before->type == TOML_INTEGER) {
        return after->type == before->type && before->type == TOML_STRING
                   ? str_eq(before->string, after->string)
                   : before->integer == after->integer;
    }
    for (const struct toml_node *n = before->first; n; n = n->next) {
        const struct toml_node *other = toml_get(after, n->key);
        bool is_pair = is_me && !str_eq(n->key, STR("index"));
        count += other != NULL;
        if (!is_pair && (!other || !is_rest(n, other, str_eq(n->key, STR("me")))))
            return false;
    }
    return count == after->count;
}

/* Checks that everything else is the same, and that the text has at most one secret for each pair
 * that is left. A pair can have a spoilt value. Returns the number of pairs. */
static size_t state_check(struct arena *arena, const struct document *before, const char *bytes)
{
    struct str text = {bytes, before->doc->text.len};
    struct toml_node *pairs[MOST_PAIRS];
    struct toml_doc *doc;
    assert_true(utf8_valid(text));
    assert_null(toml_parse(arena, text, &doc));
    assert_true(is_rest(before->doc->root, doc->root, false));
    size_t left = find_pairs(doc->root, pairs);
    size_t secrets = 0;
    for (const char *at = text.data; (at = memmem(at, strlen(at), "CRET", 4)); at++)
        secrets++;
    assert_true(secrets <= left);
    return left;
}

static char *copy_of(struct arena *arena, const struct document *d, const char *bytes)
{
    char *copy = arena_alloc(arena, d->doc->text.len + 1);
    memcpy(copy, bytes, d->doc->text.len);
    return copy;
}

/* Writes the bytes of a step that are between two offsets of the file. */
static void step_do(char *bytes, const struct edit_step *step, size_t from, size_t to)
{
    size_t end = step->at + step->bytes.len;
    from = from > step->at ? from : step->at;
    to = to < end ? to : end;
    if (from < to)
        memcpy(bytes + from, step->bytes.data + (from - step->at), to - from);
}

/* Makes all subsets of the pages of a step and, if `bytes`, the parts before and after each byte.
 */
static void step_states(struct arena *arena, const struct document *d, const char *now,
                        const struct edit_step *step, bool bytes)
{
    size_t first = step->at / EDIT_PAGE;
    size_t pages = (step->at + step->bytes.len - 1) / EDIT_PAGE - first + 1;
    for (size_t set = 0; set < (size_t)1 << pages && !step->old; set++) {
        char *state = copy_of(arena, d, now);
        for (size_t i = 0; i < pages; i++) {
            size_t page = (first + i) * EDIT_PAGE;
            step_do(state, step, page, (set & (size_t)1 << i) ? page + EDIT_PAGE : page);
        }
        (void)state_check(arena, d, state);
    }
    for (size_t i = step->at; bytes && !step->old && i < step->at + step->bytes.len; i++) {
        if (((unsigned char)d->doc->text.data[i] & 0xC0) == 0x80)
            continue; /* inside of a character */
        char *low = copy_of(arena, d, now);
        char *high = copy_of(arena, d, now);
        step_do(low, step, 0, i);
        step_do(high, step, i, SIZE_MAX);
        (void)state_check(arena, d, low);
        (void)state_check(arena, d, high);
    }
}

static char *do_all(struct arena *arena, const struct document *d)
{
    char *now = copy_of(arena, d, d->doc->text.data);
    for (size_t i = 0; i < d->edit->count; i++)
        step_do(now, &d->edit->steps[i], 0, SIZE_MAX);
    return now;
}

/* Checks that the cut bytes are gone or are blanks and line ends. */
static void assert_done(struct arena *arena, const struct document *d, const char *bytes)
{
    struct str done = {bytes, d->doc->text.len};
    const struct span whole = {0, done.len};
    struct str rest = toml_cut_rest(arena, d->doc->text, whole, &d->cut);
    if (d->edit->length < done.len) {
        assert_true(str_eq((struct str){done.data, d->edit->length}, rest));
        return;
    }
    assert_true(str_eq(toml_cut_rest(arena, done, whole, &d->cut), rest));
    for (size_t i = 0; i < d->cut.count; i++)
        for (size_t at = d->cut.pieces[i].start; at < d->cut.pieces[i].end; at++)
            assert_non_null(strchr(" \r\n", done.data[at]));
}

static void check_edit(struct str text, bool can_be_torn, bool bytes)
{
    struct arena arena = {0};
    struct document d = document_of(&arena, text);
    char *now = copy_of(&arena, &d, text.data);
    for (size_t i = 0; i < d.edit->count; i++) {
        const struct edit_step *step = &d.edit->steps[i];
        bool crosses = step->at / EDIT_PAGE != (step->at + step->bytes.len - 1) / EDIT_PAGE;
        assert_true(!step->old || !crosses || can_be_torn);
        assert_true(!step->old || memcmp(step->old, now + step->at, step->bytes.len) == 0);
        step_states(&arena, &d, now, step, bytes);
        step_do(now, step, 0, SIZE_MAX);
        if (state_check(&arena, &d, now) > 0) { /* a second run completes it */
            struct document again = document_of(&arena, (struct str){now, text.len});
            assert_int_equal(state_check(&arena, &d, do_all(&arena, &again)), 0);
        }
    }
    assert_int_equal(state_check(&arena, &d, now), 0);
    assert_done(&arena, &d, now);
    arena_free(&arena);
}

static void every_state_is_valid(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT(forms); f++) {
        struct arena arena = {0};
        bool is_long = strchr(forms[f].text, '*');
        size_t len = text_of(&arena, forms[f].text, 0, 0).len;
        for (size_t back = 0; back <= len; back += is_long ? 173 : 1) {
            struct str text = text_of(&arena, forms[f].text, (size_t)5 * EDIT_PAGE - back, TABLES);
            check_edit(text, forms[f].torn, !is_long && back % 16 == 0);
        }
        check_edit(text_of(&arena, forms[f].text, 300, is_long ? TABLES : 0), forms[f].torn, false);
        arena_free(&arena);
    }
}

/*
 * Real files.
 */

/* The next writes, a letter each: `h`alf of it, `f`ull disk, `i`nterrupted; then all succeed. */
static const char *writes = "";

/* Replaces libc's. */
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    char way = *writes;
    writes += way != '\0';
    if (way == 'f' || way == 'i') {
        errno = way == 'f' ? ENOSPC : EINTR;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, bytes, way == 'h' ? size / 2 : size, at);
}

static struct str apply(struct arena *arena, const struct document *d, struct err **err)
{
    char path[] = "/tmp/test_edit_XXXXXX";
    struct str before = d->doc->text;
    struct err *left = NULL;
    struct stat status;
    int fd = mkstemp(path);
    assert_true(fd >= 0 && unlink(path) == 0 && fchmod(fd, 04664) == 0);
    assert_int_equal(write(fd, before.data, before.len), (ssize_t)before.len);
    *err = edit_apply(arena, fd, d->edit, true, &left);
    assert_null(left);
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(status.st_mode & 07777, *err ? 04664 : 0600); /* after the last write */
    char *text = arena_alloc(arena, before.len + 1);
    ssize_t len = pread(fd, text, before.len, 0);
    assert_true(len >= 0);
    (void)close(fd);
    return (struct str){text, (size_t)len};
}

static void a_write_that_fails_leaves_the_old_text(void **state)
{
    (void)state;
    static const char damaged[] = "could not restore the old text, so the file is damaged";
    static const struct {
        const char *writes;
        const char *message; /* its beginning; NULL: it succeeds */
    } cases[] = {
        {"f", "No space left"}, {"h", "only "}, {"ihi", "only "}, {"i", NULL}, {"hf", damaged}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena = {0};
        struct err *err;
        struct document d = document_of(&arena, text_of(&arena, forms[0].text, 400, 3));
        writes = cases[i].writes;
        struct str text = apply(&arena, &d, &err);
        assert_string_equal(writes, "");
        assert_true(cases[i].message ? err && str_starts(err->message, str_of(cases[i].message))
                                     : !err);
        bool is_old = cases[i].message && cases[i].message != damaged;
        assert_int_equal(str_eq(text, d.doc->text), is_old);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_is_valid),
        cmocka_unit_test(a_write_that_fails_leaves_the_old_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
