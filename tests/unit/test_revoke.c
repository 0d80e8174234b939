/* The pure parts of --revoke, and signals that are held. */
#include "util/child.h"
#include "util/fs.h"
#include "util/signals.h"
#include "credential/revoke.h"
#include "credential/revoker_protocol.h"
#include "registry/stable_hash.h"

#include <setjmp.h>
#include <unistd.h>

#include <cmocka.h>

/* Names that every user of cargo has in the cargo home. */
static void hash_is_cargos(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct {
        struct str bytes;
        const char *hash;
    } cases[] = {
        {STR("\3sparse+https://index.crates.io/\xff"), "1949cf8c6b5b557f"},
        {STR("\2https://github.com/rust-lang/crates.io-index\xff"), "25cdd57fae9f0462"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(stable_hash(&arena, cases[i].bytes).data, cases[i].hash);
    }
    /* Each length of the last word. */
    for (size_t len = 0; len < 20; len++) {
        struct str one = stable_hash(&arena, str_copy(&arena, "aaaaaaaaaaaaaaaaaaaa", len));
        struct str other = stable_hash(&arena, str_copy(&arena, "aaaaaaaaaaaaaaaaaaaa", len + 1));
        assert_int_equal(one.len, 16);
        assert_false(str_eq(one, other));
    }
    arena_free(&arena);
}

static void what_a_token_looks_like(void **state)
{
    (void)state;
    const struct registry crates_io = {.name = STR("crates-io"), .is_crates_io = true};
    const struct registry renamed = {.name = STR("io"),
                                     .index = {.text = STR("sparse+https://index.crates.io/")}};
    const struct registry other = {.name = STR("x"), .index = {.text = STR("sparse+https://x/")}};
    const struct {
        struct str token;
        enum credential_revocable at_crates_io;
        enum revoker_kind kind;
        enum credential_revocable at_other;
    } cases[] = {
        {STR("cio123"), REVOCABLE_MAYBE, REVOKER_CRATES_IO, REVOCABLE_MAYBE},
        {STR("cio_tp_1"), REVOCABLE_YES, REVOKER_TRUSTED_PUBLISHING, REVOCABLE_MAYBE},
        {STR("ci"), REVOCABLE_NO, REVOKER_CRATES_IO, REVOCABLE_MAYBE},
        {STR("Bearer cio1"), REVOCABLE_NO, REVOKER_CRATES_IO, REVOCABLE_MAYBE},
        {STR(""), REVOCABLE_NO, REVOKER_CRATES_IO, REVOCABLE_NO},
        {STR("cio\n"), REVOCABLE_NO, REVOKER_CRATES_IO, REVOCABLE_NO},
        {STR("cio\0x"), REVOCABLE_NO, REVOKER_CRATES_IO, REVOCABLE_NO},
        {STR("cio\x7f"), REVOCABLE_NO, REVOKER_CRATES_IO, REVOCABLE_NO},
        {STR("cio\xc3\xa4"), REVOCABLE_NO, REVOKER_CRATES_IO, REVOCABLE_NO},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(revoke_look(&crates_io, cases[i].token), cases[i].at_crates_io);
        assert_int_equal(revoke_look(&renamed, cases[i].token), cases[i].at_crates_io);
        assert_int_equal(revoke_kind(&renamed, cases[i].token), cases[i].kind);
        assert_int_equal(revoke_look(&other, cases[i].token), cases[i].at_other);
        assert_int_equal(revoke_kind(&other, cases[i].token), REVOKER_REGISTRY);
    }
}

static void an_answer_shows_one_line_without_the_token(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct revocation out;
    assert_null(revoker_answer(&arena,
                               STR("{\"dead\":false,\"how\":\"refused\",\"url\":\"of a\\nt\","
                                   "\"detail\":\"x\\ny\\u007f\"}"),
                               STR("a t"), &out));
    assert_string_equal(out.url.data, "");
    assert_string_equal(out.detail.data, "x y ");
    assert_null(revoker_answer(&arena,
                               STR("{\"dead\":false,\"how\":\"refused\",\"detail\":\"of a\\nt\"}"),
                               STR("a\tt"), &out));
    assert_string_equal(out.detail.data, "");
    arena_free(&arena);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Two names, and of one of them the token of before tables too. */
static void only_tokens_that_may_go_are_removed(void **state)
{
    (void)state;
    static const char before[] =
        "token = \"old\"\n[registry]\ntoken = \"new\"\nsecret-key = \"k\"\n"
        "secret-key-subject = \"s\"\n[registries.x]\ntoken = \"new\"\n";
    struct arena arena = {0};
    struct shell shell = {.arena = &arena, .verbosity = VERBOSITY_NORMAL};
    char path[] = "/tmp/test_revoke.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    write_file(path, before);
    struct toml_doc *doc;
    assert_null(toml_parse(&arena, str_of(before), &doc));
    const struct str names[] = {STR("crates-io"), STR("x")};
    const struct file_token second = {STR("old"), NULL};
    const struct file_token first = {STR("unknown"), &second};
    const struct file_token *const only[] = {&first, NULL};
    const struct file_request request = {
        .path = str_of(path), .registries = names, .count = 2, .only = only, .seen = doc};
    struct file_removed removed[2] = {{0}};
    assert_null(file_remove(&shell, &request, removed));
    assert_true(removed[0].token && removed[0].secret_key && removed[0].kept);
    assert_true(!removed[1].token && !removed[1].secret_key && removed[1].kept);
    struct str after;
    assert_null(file_read(&arena, str_of(path), 4096, &after));
    assert_string_equal(after.data,
                        "[registry]\ntoken = \"new\"\n[registries.x]\ntoken = \"new\"\n");
    (void)unlink(path);
    arena_free(&arena);
}

static volatile sig_atomic_t came;

static void handler(int number)
{
    came = number;
}

static void a_held_signal_acts_at_the_end(void **state)
{
    (void)state;
    (void)signal(SIGTERM, handler);
    (void)signal(SIGHUP, SIG_IGN);
    struct signals signals;
    signals_hold(&signals);
    assert_false(signals_came(&signals));
    (void)raise(SIGHUP); /* ignored it stays */
    assert_false(signals_came(&signals));
    (void)raise(SIGTERM);
    assert_true(signals_came(&signals));
    assert_true(signals_came(&signals));
    assert_int_equal(came, 0);
    signals_release(&signals);
    assert_int_equal(came, SIGTERM);
    came = 0;
    signals_release(&signals); /* nothing is held any more */
    assert_int_equal(came, 0);
    (void)signal(SIGTERM, SIG_DFL);
    (void)signal(SIGHUP, SIG_DFL);
}

/* What came before and was taken does not disturb a child that is started then. */
static void a_taken_signal_disturbs_no_child(void **state)
{
    (void)state;
    struct arena arena = {0};
    const char *const argv[] = {"cat", NULL};
    (void)signal(SIGTERM, handler);
    struct signals signals;
    signals_hold(&signals);
    (void)raise(SIGTERM);
    assert_true(signals_came(&signals));
    struct child child = CHILD_NONE;
    enum child_result result = CHILD_DONE;
    struct str line = STR("");
    assert_null(child_start(&arena, argv, &child));
    assert_null(child_write(&child, STR("a\nb\n"), CHILD_NO_LIMIT, &result));
    assert_null(child_read_line(&child, 100, CHILD_NO_LIMIT, &result, &line));
    assert_int_equal(result, CHILD_DONE);
    (void)raise(SIGTERM);
    assert_null(child_read_line(&child, 100, CHILD_NO_LIMIT, &result, &line));
    assert_int_equal(result, CHILD_DONE); /* it has come with the first */
    assert_string_equal(line.data, "b\n");
    assert_null(child_read_line(&child, 100, CHILD_NO_LIMIT, &result, &line));
    assert_int_equal(result, CHILD_INTERRUPTED);
    child_end(&child);
    assert_int_equal(came, 0);
    signals_release(&signals);
    assert_int_equal(came, SIGTERM);
    (void)signal(SIGTERM, SIG_DFL);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_is_cargos),
        cmocka_unit_test(what_a_token_looks_like),
        cmocka_unit_test(an_answer_shows_one_line_without_the_token),
        cmocka_unit_test(only_tokens_that_may_go_are_removed),
        cmocka_unit_test(a_held_signal_acts_at_the_end),
        cmocka_unit_test(a_taken_signal_disturbs_no_child),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
