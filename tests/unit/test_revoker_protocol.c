/* The two lines between this program and the one that asks a server to end a token. */
#include "credential/revoker_protocol.h"

#include <setjmp.h>

#include <cmocka.h>

static void a_request_has_what_is_set(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const uint64_t timeout = 7;
    static const bool yes = true;
    static const bool no = false;
    const struct {
        struct network network;
        const char *json;
    } cases[] = {
        {{.retry = 0}, ",\"retry\":0}\n"},
        {{.timeout = &timeout, .retry = 1}, ",\"timeout\":7,\"retry\":1}\n"},
        {{.check_revoke = &yes}, ",\"check_revoke\":true,\"retry\":0}\n"},
        {{.check_revoke = &no}, ",\"check_revoke\":false,\"retry\":0}\n"},
        {{.ssl_min = STR("tlsv1.2")}, ",\"ssl_version\":{\"min\":\"tlsv1.2\"},\"retry\":0}\n"},
        {{.ssl_max = STR("tlsv1.3")}, ",\"ssl_version\":{\"max\":\"tlsv1.3\"},\"retry\":0}\n"},
        {{.ssl_min = STR("tlsv1.0"), .ssl_max = STR("tlsv1.1")},
         ",\"ssl_version\":{\"min\":\"tlsv1.0\",\"max\":\"tlsv1.1\"},\"retry\":0}\n"},
        {{.proxy = STR("p"), .cainfo = STR("/c\xff"), .user_agent = STR("a \"b\"")},
         ",\"proxy\":\"p\",\"cainfo\":\"/c\xEF\xBF\xBD\",\"user_agent\":\"a "
         "\\\"b\\\"\",\"retry\":0}\n"},
    };
    const struct revoker_server server = {.api = STR("https://x")};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct revoker_call call = {.server = &server,
                                          .kind = REVOKER_CRATES_IO,
                                          .token = STR("t"),
                                          .network = &cases[i].network};
        assert_string_equal(revoker_request(&arena, &call).data,
                            str_format(&arena,
                                       "{\"v\":1,\"token\":\"t\",\"kind\":\"crates-io\","
                                       "\"api\":\"https://x\"%s",
                                       cases[i].json)
                                .data);
    }
    arena_free(&arena);
}

static void what_a_header_can_carry_is_sent(void **state)
{
    (void)state;
    assert_true(revoker_can_send(STR("a b~")));
    assert_true(revoker_can_send(STR("a\tb")));
    assert_false(revoker_can_send(STR("a\nb")));
    assert_false(revoker_can_send(STR("a\x7f")));
    assert_false(revoker_can_send(STR("\xc3\xa4")));
    assert_false(revoker_can_send(STR("")));
}

static void an_answer_is_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct revocation out;
    assert_null(
        revoker_answer(&arena,
                       STR("{\"later\":[1],\"dead\":false,\"how\":\"refused\",\"status\":500,"
                           "\"url\":\"https://x/y\",\"detail\":\"it\\tis \\u0001 so\"}\n"),
                       STR("secret"), &out));
    assert_false(out.dead);
    assert_int_equal(out.how, REVOCATION_REFUSED);
    assert_int_equal(out.status, 500);
    assert_string_equal(out.url.data, "https://x/y");
    assert_string_equal(out.detail.data, "it is   so");
    arena_free(&arena);
}

static void what_is_shown_has_a_limit(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct revocation out;
    struct buf line = buf_new(&arena);
    buf_add(&line, STR("{\"dead\":true,\"how\":\"revoked\",\"detail\":\""));
    buf_add_times(&line, 'x', 999);
    buf_add(&line, STR("\xC3\xA9\"}"));
    assert_null(revoker_answer(&arena, buf_str(&line), STR("secret"), &out));
    assert_int_equal(out.detail.len, 999 + strlen("\xEF\xBF\xBD")); /* a half of the last */
    assert_true(str_ends(out.detail, STR("x\xEF\xBF\xBD")));
    arena_free(&arena);
}

/* A field of another type is none, and what is no answer leaves `out` alone. */
static void a_token_is_dead_only_where_both_say_it(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const char *const wrong[] = {
        "",
        "\xff",
        "{\"dead\":true,\"how\":\"revoked\"",
        "{\"dead\":true,\"how\":\"revoked\"}}",
        "[true,\"revoked\"]",
        "{}",
        "{\"dead\":true}",
        "{\"how\":\"revoked\"}",
        "{\"dead\":\"true\",\"how\":\"revoked\"}",
        "{\"dead\":true,\"how\":true}",
        "{\"dead\":true,\"how\":\"Revoked\"}",
        "{\"dead\":true,\"how\":\"not-sent\"}",
        "{\"dead\":true,\"how\":\"refused\"}",
        "{\"dead\":false,\"how\":\"revoked\"}",
        "{\"dead\":false,\"how\":\"not-a-token\"}",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct revocation out = {.status = 42};
        struct err *err = revoker_answer(&arena, str_of(wrong[i]), STR("secret"), &out);
        assert_non_null(err);
        assert_string_equal(err->message.data, "it gave no answer that can be understood");
        assert_int_equal(out.status, 42);
    }
    struct revocation out;
    assert_null(
        revoker_answer(&arena,
                       STR("{\"dead\":false,\"how\":\"no-api\",\"status\":\"500\",\"url\":1,"
                           "\"detail\":true,\"other\":true,\"more\":2}"),
                       STR("secret"), &out));
    assert_int_equal(out.status, 0);
    assert_string_equal(out.url.data, "");
    assert_string_equal(out.detail.data, "");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_has_what_is_set),
        cmocka_unit_test(what_a_header_can_carry_is_sent),
        cmocka_unit_test(an_answer_is_read),
        cmocka_unit_test(what_is_shown_has_a_limit),
        cmocka_unit_test(a_token_is_dead_only_where_both_say_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
