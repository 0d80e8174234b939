/* What an answer of a server means for the token, and how it is passed on. */
#include "util/base.h"

#include "revoke/answer.h"
#include "revoke/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ERROR(detail) "{\"errors\":[{\"detail\":\"" detail "\"}]}"
#define SCOPED        ERROR("this token does not have the required permissions to perform this action")
#define FORMAT                                                                                     \
    ERROR("The given API token does not match the format used by crates.io. Tokens generated "     \
          "before 2020-07-14 were generated with an insecure random number generator")
#define UNPARSED ERROR("Invalid `Authorization` header: Failed to parse token")
#define FAILED   ERROR("authentication failed")
#define LOCKED   ERROR("This account is indefinitely locked. Reason: x")
#define LATER    ERROR("crates.io is currently in read-only mode")

enum { CRATES_IO = 1, TRUSTED = 2, OTHER = 4, ALL = 7 };

struct row {
    int kinds;
    int status;
    const char *body;
    enum how how;
};

static const struct row rows[] = {
    /* it did what was asked for */
    {ALL, 204, "", HOW_REVOKED},
    {ALL, 204, "<html>", HOW_REVOKED},
    {ALL, 200, "", HOW_REVOKED},
    {ALL, 200, "{}", HOW_REVOKED},
    {ALL, 200, " {\"ok\":true}\n", HOW_REVOKED},
    {ALL, 202, "", HOW_REVOKED},
    /* it does not say that it did */
    {ALL, 200, FAILED, HOW_REFUSED},
    {ALL, 200, "{\"errors\":[]}", HOW_REFUSED},
    {ALL, 200, "{\"errors\":null}", HOW_REFUSED},
    {ALL, 200, "<!DOCTYPE html><title>Welcome</title>", HOW_REFUSED},
    {ALL, 200, "true", HOW_REFUSED},
    {ALL, 200, "[]", HOW_REFUSED},
    {ALL, 200, "{", HOW_REFUSED},
    {ALL, 200, "{} x", HOW_REFUSED},
    {ALL, 200, "\"\xFF\"", HOW_REFUSED},
    {ALL, 200, " ", HOW_REFUSED},
    /* dead already */
    {CRATES_IO, 403, FAILED, HOW_UNKNOWN_TOKEN},
    {TRUSTED | OTHER, 403, FAILED, HOW_REFUSED},
    {ALL, 401, FAILED, HOW_REFUSED},
    {ALL, 403, ERROR("authentication failed, try again"), HOW_REFUSED},
    {ALL, 403, ERROR("Authentication failed"), HOW_REFUSED},
    {ALL, 403, "authentication failed", HOW_REFUSED},
    {ALL, 403, "{\"errors\":[{\"detail\":\"authentication failed\"},{\"detail\":\"x\"}]}",
     HOW_REFUSED},
    {CRATES_IO, 401, FORMAT, HOW_NOT_A_TOKEN},
    {TRUSTED | OTHER, 401, FORMAT, HOW_REFUSED},
    {ALL, 403, FORMAT, HOW_REFUSED},
    {TRUSTED, 401, UNPARSED, HOW_NOT_A_TOKEN},
    {CRATES_IO | OTHER, 401, UNPARSED, HOW_REFUSED},
    /* alive */
    {ALL, 403, SCOPED, HOW_NOT_PERMITTED},
    {ALL, 401, SCOPED, HOW_REFUSED},
    {ALL, 404, "", HOW_UNSUPPORTED},
    {ALL, 404, FAILED, HOW_UNSUPPORTED},
    {ALL, 405, "<html>", HOW_UNSUPPORTED},
    {ALL, 403, LOCKED, HOW_REFUSED},
    {ALL, 403, ERROR("invalid origin header"), HOW_REFUSED},
    {ALL, 403, ERROR("this action requires authentication"), HOW_REFUSED},
    {ALL, 403, "We require that all requests include a `User-Agent` header.", HOW_REFUSED},
    {ALL, 401, "{\"message\":\"token is required\"}", HOW_REFUSED},
    {ALL, 503, LATER, HOW_REFUSED},
    {ALL, 301, "", HOW_REFUSED},
    {ALL, 304, "", HOW_REFUSED},
    {ALL, 400, "{}", HOW_REFUSED},
    {ALL, 408, "", HOW_REFUSED},
    {ALL, 410, "", HOW_REFUSED},
    {ALL, 429, "", HOW_REFUSED},
    {ALL, 500, "{}", HOW_REFUSED},
    {ALL, 101, "", HOW_REFUSED},
    {ALL, 0, "", HOW_REFUSED},
    {ALL, 999, "{}", HOW_REFUSED},
};

static void each_answer_has_its_verdict(void **state)
{
    (void)state;
    static const enum token_kind kinds[] = {TOKEN_CRATES_IO, TOKEN_TRUSTED_PUBLISHING,
                                            TOKEN_REGISTRY};
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t k = 0; k < COUNT(kinds); k++) {
            CLEANUP(arena_free) struct arena arena = {0};
            if (!(rows[i].kinds & 1 << k)) {
                continue;
            }
            struct verdict verdict =
                verdict_of(&arena, kinds[k], rows[i].status, str_of(rows[i].body));
            if (verdict.how != rows[i].how) {
                fail_msg("kind %zu, %d `%s`: %s", k, rows[i].status, rows[i].body,
                         how_name(verdict.how));
            }
        }
    }
}

static void three_mean_that_it_is_dead(void **state)
{
    (void)state;
    for (int how = HOW_REVOKED; how <= HOW_NO_API; how++) {
        assert_int_equal(how_is_dead((enum how)how), how <= HOW_NOT_A_TOKEN);
        assert_non_null(how_name((enum how)how));
    }
}

static void the_reasons_of_a_server(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *detail;
    } cases[] = {
        {FAILED, "authentication failed"},
        {"{\"errors\":[{\"detail\":\"one\"},{\"x\":1},{\"detail\":2},{\"detail\":\"two\"}]}",
         "one, two"},
        {"{\"errors\":{\"detail\":\"one\"}}", ""},
        {"{\"errors\":[\"one\"]}", ""},
        {"[{\"errors\":[]}]", ""},
        {"no JSON", ""},
        {"", ""},
    };
    CLEANUP(arena_free) struct arena arena = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct verdict verdict = verdict_of(&arena, TOKEN_REGISTRY, 500, str_of(cases[i].body));
        assert_string_equal(verdict.detail.data, cases[i].detail);
    }
}

static void answers_are_fit_to_be_shown(void **state)
{
    (void)state;
    const struct {
        struct answer answer;
        const char *line;
    } cases[] = {
        {{HOW_REVOKED, STR("https://crates.io/x"), 204, STR("")},
         "{\"dead\":true,\"how\":\"revoked\",\"url\":\"https://crates.io/x\",\"status\":204}\n"},
        {{HOW_NO_API, STR(""), 0, STR("there is none")},
         "{\"dead\":false,\"how\":\"no-api\",\"detail\":\"there is none\"}\n"},
        {{HOW_REFUSED, STR("http://s3cret/"), 400, STR("s3crets3cret is \"bad\", s3cre")},
         "{\"dead\":false,\"how\":\"refused\",\"url\":\"http://[the token]/\",\"status\":400,"
         "\"detail\":\"[the token][the token] is \\\"bad\\\", s3cre\"}\n"},
        {{HOW_REFUSED, STR(""), 0,
          STR("a\nb\r\x1b[31mc\x7f\xc2\x9b"
              "d\xff"
              "e\xe2\x80\x8f"
              "f\0g")},
         "{\"dead\":false,\"how\":\"refused\",\"detail\":\"a b  [31mc  d\xef\xbf\xbd"
         "e f g\"}\n"},
    };
    CLEANUP(arena_free) struct arena arena = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str line = answer_line(&arena, &cases[i].answer, STR("s3cret"));
        assert_string_equal(line.data, cases[i].line);
        assert_int_equal(line.len, strlen(line.data));
    }
}

/* What turns the direction of writing, and the characters beside it, which do not. */
static void no_answer_turns_the_direction(void **state)
{
    (void)state;
    /* NOLINTBEGIN(misc-misleading-bidirectional): they are what it warns of */
    static const char *const turns[] = {
        "\xd8\x9c",     "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8",
        "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9",
    };
    /* NOLINTEND(misc-misleading-bidirectional) */
    static const char *const stays[] = {
        "\xd8\x9b",     "\xe2\x80\x8d", "\xe2\x80\x90", "\xe2\x80\xa7",
        "\xe2\x80\xaf", "\xe2\x81\xa5", "\xe2\x81\xaa",
    };
    CLEANUP(arena_free) struct arena arena = {0};
    for (size_t i = 0; i < COUNT(turns); i++) {
        struct answer answer = {.how = HOW_NO_API, .detail = str_of(turns[i])};
        assert_string_equal(answer_line(&arena, &answer, STR("t")).data,
                            "{\"dead\":false,\"how\":\"no-api\",\"detail\":\" \"}\n");
        answer.detail = str_of(stays[i]);
        assert_non_null(strstr(answer_line(&arena, &answer, STR("t")).data, stays[i]));
    }
}

/* Where a line's end has become a space, the token may stand there only now. */
static void a_token_over_two_lines_is_not_shown(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = {0};
    struct answer answer = {.how = HOW_REFUSED, .detail = STR("Bearer\nx, Bearer x")};
    struct str line = answer_line(&arena, &answer, STR("Bearer\tx"));
    assert_string_equal(
        line.data,
        "{\"dead\":false,\"how\":\"refused\",\"detail\":\"[the token], [the token]\"}\n");
}

static void answers_have_a_limit(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = {0};
    struct buf detail = buf_new(&arena);
    for (size_t i = 0; i < 10000; i++) {
        buf_add(&detail, STR("\xc3\xa9")); /* not cut in the middle of a character */
    }
    struct answer answer = {.how = HOW_REFUSED, .detail = buf_str(&detail)};
    struct str line = answer_line(&arena, &answer, STR(""));
    assert_int_equal(line.len,
                     strlen("{\"dead\":false,\"how\":\"refused\",\"detail\":\"...\"}\n") + 1000);
    assert_true(str_ends(line, STR("\xc3\xa9...\"}\n")));
    answer.detail = str_format(&arena, "a%s", answer.detail.data);
    struct str shifted = answer_line(&arena, &answer, STR(""));
    assert_int_equal(shifted.len, line.len - 1);
    assert_true(str_ends(shifted, STR("\xc3\xa9...\"}\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_answer_has_its_verdict),
        cmocka_unit_test(three_mean_that_it_is_dead),
        cmocka_unit_test(the_reasons_of_a_server),
        cmocka_unit_test(answers_are_fit_to_be_shown),
        cmocka_unit_test(no_answer_turns_the_direction),
        cmocka_unit_test(a_token_over_two_lines_is_not_shown),
        cmocka_unit_test(answers_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
