/* What a plugin says and is told, without a process: JSON, the protocol's lines, exit statuses. */
#include "util/child.h"
#include "credential/plugin.h"
#include "credential/protocol.h"
#include "util/json.h"

#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>

static struct str text_of(const char *literal, size_t size)
{
    return (struct str){literal, size - 1};
}

static void a_request_is_cargos_line(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct str args[] = {STR("a"), STR("b c"), STR("q\"\\/\b\f\n\r\t\x01\x1f\x7f\xC3\xA9")};
    struct protocol_request request = {
        .action = STR("logout"),
        .registry = STR("crates-io"),
        .index_url = STR("https://github.com/rust-lang/crates.io-index"),
    };
    assert_string_equal(
        protocol_request(&arena, &request).data,
        "{\"v\":1,\"registry\":{\"index-url\":\"https://github.com/rust-lang/crates.io-index\","
        "\"name\":\"crates-io\"},\"kind\":\"logout\"}\n");
    request.args = args;
    request.count = COUNT(args);
    struct str line = protocol_request(&arena, &request);
    assert_true(str_ends(line, STR("\"kind\":\"logout\",\"args\":[\"a\",\"b c\","
                                   "\"q\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xC3\xA9\"]}\n")));
    arena_free(&arena);
}

static void strings_are_read_as_serde_reads_them(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct {
        struct str json;
        struct str value;
    } cases[] = {
        {STR("\"\""), STR("")},
        {STR("\"plain \xC3\xA9\x7f\""), STR("plain \xC3\xA9\x7f")},
        {STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), STR("\"\\/\b\f\n\r\t")},
        {STR("\"\\u0000x\\u001F\""), STR("\0x\x1f")},
        {STR("\"\\u007f\\u0080\\u07ff\\u0800\\uFFFF\""),
         STR("\x7f\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF")},
        {STR("\"\\uD800\\uDC00\\uDBFF\\uDFFF\""), STR("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF")},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json json = json_begin(&arena, cases[i].json);
        struct json_value *value = NULL;
        assert_null(json_value(&json, &value));
        assert_int_equal(value->type, JSON_STRING);
        assert_true(str_eq(value->string, cases[i].value));
        assert_null(json_end(&json));
    }
    arena_free(&arena);
}

static void numbers_keep_64_bits(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const struct {
        const char *json;
        const char *described;
    } cases[] = {
        {"0", "integer `0`"},
        {"18446744073709551615", "integer `18446744073709551615`"},
        {"18446744073709551616", "floating point"},
        {"-1", "integer `-1`"},
        {"-9223372036854775808", "integer `-9223372036854775808`"},
        {"-9223372036854775809", "floating point"},
        {"-0", "floating point"},
        {"0.5", "floating point"},
        {"1e9", "floating point"},
        {"1.5E-9", "floating point"},
        {"true", "boolean `true`"},
        {"false", "boolean `false`"},
        {"null", "null"},
        {"\"s3cret\"", "string"},
        {"[]", "sequence"},
        {"{}", "map"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json json = json_begin(&arena, str_of(cases[i].json));
        struct json_value *value = NULL;
        assert_null(json_value(&json, &value));
        assert_string_equal(json_describe(&arena, value).data, cases[i].described);
        assert_null(json_end(&json));
    }
    arena_free(&arena);
}

static void trees_keep_keys_and_order(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct json json =
        json_begin(&arena, STR(" { \"a\" : [ 1 , [ ] ] , \"b\" : { \"a\" : null } } "));
    struct json_value *value = NULL;
    assert_null(json_value(&json, &value));
    assert_null(json_end(&json));
    assert_string_equal(value->first->key.data, "a");
    assert_int_equal(value->first->first->integer, 1);
    assert_int_equal(value->first->first->next->type, JSON_ARRAY);
    assert_null(value->first->first->next->next);
    assert_string_equal(value->first->next->key.data, "b");
    assert_string_equal(value->first->next->first->key.data, "a");
    assert_null(value->first->next->next);
    arena_free(&arena);
}

static void depth_has_serdes_limit(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t depth = 127; depth <= 128; depth++) {
        struct buf buf = buf_new(&arena);
        buf_add_times(&buf, '[', depth);
        buf_add_times(&buf, ']', depth);
        struct json json = json_begin(&arena, buf_str(&buf));
        struct json_value *value = NULL;
        struct err *err = json_value(&json, &value);
        if (depth == 127) {
            assert_null(err);
        } else {
            assert_non_null(err);
            assert_string_equal(err->message.data, "recursion limit exceeded at line 1 column 128");
        }
    }
    /* closing one makes room for the next */
    struct buf buf = buf_new(&arena);
    buf_add_char(&buf, '[');
    for (int i = 0; i < 1000; i++) {
        buf_add(&buf, STR("[{}],"));
    }
    buf_add(&buf, STR("0]"));
    struct json json = json_begin(&arena, buf_str(&buf));
    struct json_value *value = NULL;
    assert_null(json_value(&json, &value));
    arena_free(&arena);
}

static void syntax_faults_have_serdes_words_and_place(void **state)
{
    (void)state;
    struct arena arena = {0};
#define CASE(json, fault)                                                                          \
    {                                                                                              \
        {"" json, sizeof(json) - 1}, fault                                                         \
    }
    static const struct {
        struct str json;
        const char *fault;
    } cases[] = {
        CASE("", "EOF while parsing a value at line 1 column 0"),
        CASE(" \n", "EOF while parsing a value at line 2 column 0"),
        CASE("x", "expected value at line 1 column 1"),
        CASE("\n  \0", "expected value at line 2 column 3"),
        CASE("\xC3\xA9", "expected value at line 1 column 1"),
        CASE("nul", "EOF while parsing a value at line 1 column 3"),
        CASE("nulL", "expected ident at line 1 column 4"),
        CASE("tru\n", "expected ident at line 2 column 0"),
        CASE("-", "EOF while parsing a value at line 1 column 1"),
        CASE("-x", "invalid number at line 1 column 2"),
        CASE("01", "invalid number at line 1 column 2"),
        CASE("1.", "EOF while parsing a value at line 1 column 2"),
        CASE("1.x", "invalid number at line 1 column 3"),
        CASE("1e", "EOF while parsing a value at line 1 column 2"),
        CASE("1e+x", "invalid number at line 1 column 4"),
        CASE("\"a", "EOF while parsing a string at line 1 column 2"),
        CASE("\"a\\", "EOF while parsing a string at line 1 column 3"),
        CASE("\"a\nb\"", "control character (\\u0000-\\u001F) found while parsing a string at line "
                         "2 column 0"),
        CASE("\"\\x\"", "invalid escape at line 1 column 3"),
        CASE("\"\\\0\"", "invalid escape at line 1 column 3"),
        CASE("\"\\u12\"", "EOF while parsing a string at line 1 column 6"),
        CASE("\"\\u12g4\"", "invalid escape at line 1 column 7"),
        CASE("\"\\u12g4", "invalid escape at line 1 column 7"),
        CASE("\"\x1F\"",
             "control character (\\u0000-\\u001F) found while parsing a string at line 1 column 2"),
        CASE("\"\\uDFFF\"", "lone leading surrogate in hex escape at line 1 column 7"),
        CASE("\"\\uDC00\"", "lone leading surrogate in hex escape at line 1 column 7"),
        CASE("\"\\uD800\"", "unexpected end of hex escape at line 1 column 8"),
        CASE("\"\\uD800", "EOF while parsing a string at line 1 column 7"),
        CASE("\"\\uD800\\n", "unexpected end of hex escape at line 1 column 9"),
        CASE("\"\\uD800\\u0041\"", "lone leading surrogate in hex escape at line 1 column 13"),
        CASE("[", "EOF while parsing a list at line 1 column 1"),
        CASE("[1", "EOF while parsing a list at line 1 column 2"),
        CASE("[1,", "EOF while parsing a value at line 1 column 3"),
        CASE("[1,]", "trailing comma at line 1 column 4"),
        CASE("[1 2]", "expected `,` or `]` at line 1 column 4"),
        CASE("[,]", "expected value at line 1 column 2"),
        CASE("{", "EOF while parsing an object at line 1 column 1"),
        CASE("{1", "key must be a string at line 1 column 2"),
        CASE("{\"a\"", "EOF while parsing an object at line 1 column 4"),
        CASE("{\"a\" 1", "expected `:` at line 1 column 6"),
        CASE("{\"a\":", "EOF while parsing a value at line 1 column 5"),
        CASE("{\"a\":1", "EOF while parsing an object at line 1 column 6"),
        CASE("{\"a\":1,", "EOF while parsing a value at line 1 column 7"),
        CASE("{\"a\":1,}", "trailing comma at line 1 column 8"),
        CASE("{\"a\":1,2", "key must be a string at line 1 column 8"),
        CASE("{\"a\":1 2", "expected `,` or `}` at line 1 column 8"),
        CASE("{} {}", "trailing characters at line 1 column 4"),
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json json = json_begin(&arena, cases[i].json);
        struct json_value *value = NULL;
        struct err *err = json_value(&json, &value);
        if (!err) {
            err = json_end(&json);
        }
        assert_non_null(err);
        assert_string_equal(err->message.data, cases[i].fault);
        assert_null(err->cause);
    }
    arena_free(&arena);
}

static void a_hello_tells_its_versions(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const struct {
        const char *line;
        const char *versions; /* or the fault */
        bool version_1;
    } cases[] = {
        {"{\"v\":[1]}\n", "[1]", true},
        {"{\"v\":[2,3],\"more\":{\"v\":[1]}}\n", "[2, 3]", false},
        {" { \"x\" : null , \"v\" : [ 4294967295 , 1 ] } \n", "[4294967295, 1]", true},
        {"{\"v\":[]}", "[]", false},
        {"[[2,1]]\n", "[2, 1]", true},
        {"{\"v\":[4294967296]}",
         "invalid value: integer `4294967296`, expected u32 at line 1 "
         "column 16",
         false},
        {"{\"v\":[\"s3cret\"]}", "invalid type: string, expected u32 at line 1 column 14", false},
        {"{\"v\":{}}", "invalid type: map, expected a sequence at line 1 column 5", false},
        {"{\"v\":[1],\"v\" :[1]}", "duplicate field `v` at line 1 column 13", false},
        {"{}", "missing field `v` at line 1 column 2", false},
        {"[]",
         "invalid length 0, expected struct CredentialHello with 1 element at line 1 column "
         "2",
         false},
        {"s3cret", "expected value at line 1 column 1", false},
        {"\"s3cret\"", "invalid type: string, expected struct CredentialHello at line 1 column 8",
         false},
        {"2024-01-01",
         "invalid type: integer `2024`, expected struct CredentialHello at line 1 "
         "column 4",
         false},
        {"{\"v\":[1]}{", "trailing characters at line 1 column 10", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool version_1 = false;
        struct str versions = STR("");
        struct err *err = protocol_hello(&arena, str_of(cases[i].line), &version_1, &versions);
        assert_string_equal(err ? err->message.data : versions.data, cases[i].versions);
        assert_true(err || version_1 == cases[i].version_1);
    }
    arena_free(&arena);
}

static void each_answer_is_told_apart(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const struct {
        const char *line;
        enum answer answer;
        const char *failure; /* of the provider */
    } cases[] = {
        {"{\"Ok\":{\"kind\":\"logout\"}}\n", ANSWER_LOGOUT, NULL},
        {"{\"Ok\":[\"logout\"]}\n", ANSWER_LOGOUT, NULL},
        {"{\"Ok\":{\"x\":1,\"kind\":\"login\"}}\n", ANSWER_LOGIN, NULL},
        {"{\"Ok\":{\"kind\":\"get\",\"token\":5}}\n", ANSWER_GET, NULL},
        {"{\"Ok\":[\"get\",1]}\n", ANSWER_GET, NULL},
        {"{\"Ok\":{\"kind\":\"other\"}}\n", ANSWER_UNKNOWN, NULL},
        {"{\"Err\":{\"kind\":\"not-found\"}}\n", ANSWER_NOT_FOUND, NULL},
        {"{\"Err\":[\"url-not-supported\"]}\n", ANSWER_URL_NOT_SUPPORTED, NULL},
        {"{\"Err\":{\"kind\":\"operation-not-supported\"}}", ANSWER_OPERATION_NOT_SUPPORTED, NULL},
        {"{\"Err\":{\"kind\":\"logout\"}}", ANSWER_FAILED,
         "unknown error kind; try updating Cargo?"},
        {"{\"Err\":{\"kind\":\"other\",\"message\":\"m\"}}", ANSWER_FAILED, "m"},
        {"{\"Err\":{\"caused-by\":[\"a\",\"b\"],\"message\":\"m\",\"kind\":\"other\"}}",
         ANSWER_FAILED, "m/a/b"},
        {"{\"Err\":{\"kind\":\"other\",\"message\":\"m\",\"caused-by\":null}}", ANSWER_FAILED, "m"},
        {"{\"Err\":[\"other\",\"m\",[\"a\"]]}", ANSWER_FAILED, "m/a"},
        {"{\"Err\":[\"other\",\"m\",null]}", ANSWER_FAILED, "m"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum answer answer = ANSWER_GET;
        struct err *failure = NULL;
        assert_null(protocol_answer(&arena, str_of(cases[i].line), &answer, &failure));
        assert_int_equal(answer, cases[i].answer);
        assert_int_equal(failure != NULL, cases[i].failure != NULL);
        struct buf chain = buf_new(&arena);
        for (const struct err *err = failure; err; err = err->cause) {
            buf_addf(&chain, "%s%s", err == failure ? "" : "/", err->message.data);
        }
        assert_string_equal(buf_str(&chain).data, cases[i].failure ? cases[i].failure : "");
    }
    arena_free(&arena);
}

static void a_wrong_answer_is_explained_and_not_repeated(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const char *const cases[][2] = {
        {"", "EOF while parsing a value at line 1 column 0"},
        {"[1]", "expected value at line 1 column 1"},
        {"s3cret", "expected value at line 1 column 1"},
        {"\"s3cret\"", "unknown variant, expected `Ok` or `Err` at line 1 column 8"},
        {"\"Ok\"", "invalid type: unit variant, expected newtype variant"},
        {"\"Err\"", "invalid type: unit variant, expected newtype variant"},
        {"{\"s3cret\":1}", "unknown variant, expected `Ok` or `Err` at line 1 column 9"},
        {"{}", "expected value at line 1 column 2"},
        {"{true:1}", "invalid type: boolean `true`, expected `Ok` or `Err` at line 1 column 5"},
        {"{", "EOF while parsing a value at line 1 column 1"},
        {"{\"Ok\"", "EOF while parsing an object at line 1 column 5"},
        {"{\"Ok\":\"s3cret\"}", "invalid type: string, expected internally tagged enum "
                                "CredentialResponse at line 1 column "
                                "14"},
        {"{\"Err\":1}",
         "invalid type: integer `1`, expected internally tagged enum Error at line 1 column 8"},
        {"{\"Ok\":{}}", "missing field `kind` at line 1 column 8"},
        {"{\"Ok\":[]}", "missing field `kind` at line 1 column 8"},
        {"{\"Ok\":{\"kind\":5}}",
         "invalid type: integer `5`, expected variant identifier at line 1 column 15"},
        {"{\"Ok\":{\"kind\":\"logout\",\"kind\":1}}", "duplicate field `kind` at line 1 column 29"},
        {"{\"Ok\":[\"logout\",1]}", "invalid length 1, expected 0 elements in sequence"},
        {"{\"Ok\":{\"kind\":\"logout\"}", "EOF while parsing an object at line 1 column 23"},
        {"{\"Ok\":{\"kind\":\"logout\"},\"a\":1}", "expected value at line 1 column 23"},
        {"{\"Ok\":{\"kind\":\"logout\"}}}", "trailing characters at line 1 column 25"},
        {"{\"Err\":{\"kind\":\"other\"}}", "missing field `message`"},
        {"{\"Err\":{\"kind\":\"other\",\"message\":1.5}}",
         "invalid type: floating point, expected a string"},
        {"{\"Err\":{\"kind\":\"other\",\"message\":\"a\",\"message\":\"b\"}}",
         "duplicate field `message`"},
        {"{\"Err\":{\"kind\":\"other\",\"message\":\"a\",\"caused-by\":\"s3cret\"}}",
         "invalid type: string, expected a sequence"},
        {"{\"Err\":{\"kind\":\"other\",\"message\":\"a\",\"caused-by\":[null]}}",
         "invalid type: null, expected a string"},
        {"{\"Err\":[\"other\"]}", "invalid length 0, expected struct ErrorData with 2 elements"},
        {"{\"Err\":[\"other\",\"a\"]}",
         "invalid length 1, expected struct ErrorData with 2 elements"},
        {"{\"Err\":[\"other\",\"a\",[],1]}", "invalid length 3, expected 2 elements in sequence"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum answer answer;
        struct err *failure = NULL;
        struct err *err = protocol_answer(&arena, str_of(cases[i][0]), &answer, &failure);
        assert_non_null(err);
        assert_string_equal(err->message.data, cases[i][1]);
        assert_null(strstr(err->message.data, "s3cret"));
    }
    arena_free(&arena);
}

/* A line cut anywhere is a failure or an answer, never a read past its end: the sanitizer looks. */
static void every_cut_is_survived(void **state)
{
    (void)state;
    static const char line[] =
        " {\"Err\":{\"kind\":\"other\",\"message\":\"\\ud83d\\ude00\\n\",\"caused-by\":"
        "[\"x\"],\"n\":[-1.5e+3,{\"a\":true}]}} \n";
    for (size_t len = 0; len < sizeof(line); len++) {
        struct arena arena = {0};
        char *exact = malloc(len + 1);
        assert_non_null(exact);
        memcpy(exact, line, len);
        exact[len] = '\0';
        enum answer answer;
        struct err *failure = NULL;
        bool version_1;
        struct str versions;
        struct err *err = protocol_answer(&arena, text_of(exact, len + 1), &answer, &failure);
        assert_int_equal(err == NULL, len >= sizeof(line) - 3);
        assert_non_null(protocol_hello(&arena, text_of(exact, len + 1), &version_1, &versions));
        free(exact);
        arena_free(&arena);
    }
}

static void exit_statuses_have_rusts_words(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const struct {
        int status;
        const char *text;
    } cases[] = {
        {0, "exit status: 0"},
        {5 << 8, "exit status: 5"},
        {255 << 8, "exit status: 255"},
        {SIGKILL, "signal: 9 (SIGKILL)"},
        {SIGIO, "signal: 29 (SIGIO)"},
        {SIGSTKFLT, "signal: 16 (SIGSTKFLT)"},
        {SIGABRT | 0x80, "signal: 6 (SIGABRT) (core dumped)"},
        {34, "signal: 34"},
        {64 | 0x80, "signal: 64 (core dumped)"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(child_status_text(&arena, cases[i].status).data, cases[i].text);
    }
    arena_free(&arena);
}

static void only_a_person_may_take_for_ever(void **state)
{
    (void)state;
    int saved[] = {dup(STDIN_FILENO), dup(STDERR_FILENO)};
    int pipe_ends[2];
    int controller;
    int terminal;
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(openpty(&controller, &terminal, NULL, NULL, NULL), 0);
    for (int i = 0; i < 4; i++) {
        (void)dup2(i & 1 ? terminal : pipe_ends[0], STDIN_FILENO);
        (void)dup2(i & 2 ? terminal : pipe_ends[1], STDERR_FILENO);
        struct plugin_wait wait = plugin_wait(NULL, NULL);
        (void)dup2(saved[0], STDIN_FILENO);
        (void)dup2(saved[1], STDERR_FILENO);
        assert_int_equal(wait.notice_ms, 2000);
        assert_int_equal(wait.deadline_ms, i == 0 ? 60000 : PLUGIN_NO_DEADLINE);
    }
    int all[] = {saved[0], saved[1], pipe_ends[0], pipe_ends[1], controller, terminal};
    for (size_t i = 0; i < COUNT(all); i++) {
        (void)close(all[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_cargos_line),
        cmocka_unit_test(strings_are_read_as_serde_reads_them),
        cmocka_unit_test(numbers_keep_64_bits),
        cmocka_unit_test(trees_keep_keys_and_order),
        cmocka_unit_test(depth_has_serdes_limit),
        cmocka_unit_test(syntax_faults_have_serdes_words_and_place),
        cmocka_unit_test(a_hello_tells_its_versions),
        cmocka_unit_test(each_answer_is_told_apart),
        cmocka_unit_test(a_wrong_answer_is_explained_and_not_repeated),
        cmocka_unit_test(every_cut_is_survived),
        cmocka_unit_test(exit_statuses_have_rusts_words),
        cmocka_unit_test(only_a_person_may_take_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
