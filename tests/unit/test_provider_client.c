/* The provider protocol, without a process: hellos, answers, exit statuses, JSON. */
#include "credential/provider_client.h"
#include "util/child.h"
#include "util/json.h"

#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>

static struct str chain_of(struct arena *arena, const struct err *err)
{
    struct buf chain = buf_new(arena);
    for (const struct err *layer = err; layer; layer = layer->cause) {
        buf_addf(&chain, "%s%s", layer == err ? "" : " / ", layer->message.data);
    }
    return buf_str(&chain);
}

#define HELLO_EXPECTED                                                                             \
    "failed to deserialize hello / expected `{\"v\":[…]}` with a list of versions"

static void a_hello_offers_version_1(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const char versions[] =
        "credential provider supports protocol versions %s, while Cargo supports [1]";
    static const struct {
        const char *line;
        const char *failure; /* or the versions that it offers instead */
    } cases[] = {
        {"{\"v\":[1]}\n", ""},
        {" { \"x\" : null , \"v\" : [ 4294967295 , 1 ] } \n", ""},
        {"{\"v\":[2,3],\"more\":{\"v\":[1]}}\n", "[2, 3]"},
        {"{\"v\":[]}", "[]"},
        {"{\"v\":[4294967296,1]}", HELLO_EXPECTED},
        {"{\"v\":[-1,1]}", HELLO_EXPECTED},
        {"{\"v\":[1.5,1]}", HELLO_EXPECTED},
        {"{\"v\":[\"s3cret\"]}", HELLO_EXPECTED},
        {"{\"v\":{}}", HELLO_EXPECTED},
        {"{}", HELLO_EXPECTED},
        {"[[1]]", HELLO_EXPECTED},
        {"", "failed to deserialize hello / EOF while parsing a value at line 1 column 0"},
        {"s3cret", "failed to deserialize hello / expected value at line 1 column 1"},
        {"{\"v\":[1],\"v\" :[1]}",
         "failed to deserialize hello / a key occurs twice at line 1 column 12"},
        {"\"s3cret\"", "failed to deserialize hello / malformed JSON at line 1 column 8"},
        {"{\"v\":[1]}{", "failed to deserialize hello / there is text after the JSON at line "
                         "1 column 10"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str failure = chain_of(&arena, provider_hello(&arena, str_of(cases[i].line)));
        struct str expected = str_of(cases[i].failure);
        if (expected.len > 0 && expected.data[0] == '[') {
            struct buf buf = buf_new(&arena);
            const char *mark = strchr(versions, '%');
            buf_addf(&buf, "%.*s%s%s", (int)(mark - versions), versions, expected.data, mark + 2);
            expected = buf_str(&buf);
        }
        assert_string_equal(failure.data, expected.data);
    }
    arena_free(&arena);
}

static void each_answer_is_told_apart(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const struct {
        const char *line;
        bool get;
        bool ok;
        enum provider_outcome outcome;
        const char *failure; /* instead of an outcome */
    } cases[] = {
        {"{\"Ok\":{\"kind\":\"logout\"}}\n", false, true, PROVIDER_REMOVED, ""},
        {" { \"Ok\" : { \"x\" : [ 1 ] , \"kind\" : \"logout\" } } \r\n", false, true,
         PROVIDER_REMOVED, ""},
        {"{\"\\u004fk\":{\"kind\":\"logout\"}}", false, true, PROVIDER_REMOVED, ""},
        {"{\"Ok\":{\"kind\":\"get\",\"token\":\"s3cret\"}}", true, true, PROVIDER_GAVE_TOKEN, ""},
        {"{\"Ok\":{\"kind\":\"get\",\"token\":\"\"}}", true, true, PROVIDER_NOT_FOUND, ""},
        {"{\"Err\":{\"kind\":\"not-found\"}}", true, false, PROVIDER_NOT_FOUND, ""},
        {"{\"Err\":{\"kind\":\"url-not-supported\"}}", false, false, PROVIDER_URL_NOT_SUPPORTED,
         ""},
        {"{\"Err\":{\"kind\":\"operation-not-supported\"}}", false, false,
         PROVIDER_OPERATION_NOT_SUPPORTED, ""},
        {"{\"Ok\":{\"kind\":\"login\"}}", false, true, 0,
         "credential provider produced unexpected response for `logout` request: Login"},
        {"{\"Ok\":{\"kind\":\"s3cret\"}}", false, true, 0,
         "credential provider produced unexpected response for `logout` request: Unknown"},
        {"{\"Ok\":{\"kind\":\"logout\\u0000\"}}", false, true, 0,
         "credential provider produced unexpected response for `logout` request: Unknown"},
        {"{\"Ok\":{\"kind\":\"get\",\"token\":\"s3cret\"}}", false, true, 0,
         "credential provider produced unexpected response for `logout` request: Get"},
        {"{\"Ok\":{\"kind\":\"logout\"}}", true, true, 0,
         "credential provider produced unexpected response for `get` request: Logout"},
        {"{\"Err\":{\"kind\":\"s3cret\"}}", false, false, 0,
         "unknown error kind; try updating Cargo?"},
        {"{\"Err\":{\"kind\":\"other\",\"message\":\"m\"}}", false, false, 0, "m"},
        {"{\"Err\":{\"caused-by\":[\"a\",\"b\"],\"message\":\"m\",\"kind\":\"other\"}}", false,
         false, 0, "m / a / b"},
        {"{\"Err\":{\"kind\":\"other\",\"message\":\"m\",\"caused-by\":null}}", false, false, 0,
         "m"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct provider_answer answer;
        const char *wanted = cases[i].get ? "get" : "logout";
        assert_null(provider_answer(&arena, str_of(cases[i].line), wanted, true, &answer));
        assert_int_equal(answer.ok, cases[i].ok);
        assert_string_equal(chain_of(&arena, answer.failure).data, cases[i].failure);
        if (!answer.failure) {
            assert_int_equal(answer.outcome, cases[i].outcome);
        }
        bool gave = !answer.failure && answer.outcome == PROVIDER_GAVE_TOKEN;
        assert_string_equal(answer.token.data, gave ? "s3cret" : "");
    }
    arena_free(&arena);
}

static void a_malformed_answer_is_explained_and_not_repeated(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const char shape[] = "expected `{\"Ok\":{\"kind\":…}}` or `{\"Err\":{\"kind\":…}}`";
    static const char failure[] = "expected a string `message` and a list of strings `caused-by`";
    static const struct {
        const char *line;
        const char *cause;
    } cases[] = {
        {"", "EOF while parsing a value at line 1 column 0"},
        {"s3cret", "expected value at line 1 column 1"},
        {"cio12345678", "expected value at line 1 column 1"},
        {"12345678", "malformed JSON at line 1 column 8"},
        {"true", "malformed JSON at line 1 column 4"},
        {"\"s3cret\"", "malformed JSON at line 1 column 8"},
        {"[\"s3cret\"]", shape},
        {"{\"s3cret\":1}", shape},
        {"{}", shape},
        {"{\"Ok\":\"s3cret\"}", shape},
        {"{\"Ok\":12345678}", shape},
        {"{\"Ok\":{}}", shape},
        {"{\"Ok\":{\"kind\":12345678}}", shape},
        {"{\"Ok\":{\"kind\":\"logout\"},\"Err\":{\"kind\":\"not-found\"}}", shape},
        {"{\"Ok\":{\"kind\":\"logout\"},\"x\":\"s3cret\"}", shape},
        {"{\"Ok\":{\"kind\":\"get\"}}", "expected a string `token`"},
        {"{\"Ok\":{\"kind\":\"get\",\"token\":12345678}}", "expected a string `token`"},
        {"{\"Err\":{\"kind\":\"other\"}}", failure},
        {"{\"Err\":{\"kind\":\"other\",\"message\":12345678}}", failure},
        {"{\"Err\":{\"kind\":\"other\",\"message\":\"m\",\"caused-by\":\"c\"}}", failure},
        {"{\"Err\":{\"kind\":\"other\",\"message\":\"m\",\"caused-by\":[\"c\",12345678]}}",
         failure},
        {"{\"Err\":{\"kind\":\"not-found\",\"kind\":\"s3cret\"}}",
         "a key occurs twice at line 1 column 33"},
        {"{\"Ok\":{\"kind\":\"s3cret", "the JSON ends too early at line 1 column 21"},
        {"{\"Ok\":{\"kind\":\"logout\"}", "the JSON ends too early at line 1 column 23"},
        {"{\"Ok\":{\"kind\":\"\xff\"}}", "invalid UTF-8 at line 1 column 15"},
        {"{\"Ok\":{\"kind\":\"logout\"}} s3cret",
         "there is text after the JSON at line 1 column 26"},
        {"{\"Ok\":{\"kind\":\"logout\",\"x\":99999999999999999999}}",
         "malformed JSON at line 1 column 47"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct provider_answer answer = {.token = STR("untouched")};
        struct err *err = provider_answer(&arena, str_of(cases[i].line), "get", true, &answer);
        assert_non_null(err);
        assert_string_equal(err->message.data, "failed to deserialize response");
        assert_string_equal(err->cause->message.data, cases[i].cause);
        assert_string_equal(answer.token.data, "untouched");
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
        struct str cut = {exact, len};
        struct provider_answer answer;
        struct err *err = provider_answer(&arena, cut, "logout", false, &answer);
        assert_int_equal(err == NULL, len >= sizeof(line) - 3);
        assert_non_null(provider_hello(&arena, cut));
        free(exact);
        arena_free(&arena);
    }
}

static void nesting_has_a_limit(void **state)
{
    (void)state;
    for (size_t depth = 2000; depth <= 3000; depth += 1000) {
        struct arena arena = {0};
        struct buf buf = buf_new(&arena);
        buf_add(&buf, STR("{\"Ok\":{\"kind\":\"logout\",\"x\":"));
        buf_add_times(&buf, '[', depth);
        buf_add_times(&buf, ']', depth);
        buf_add(&buf, STR("}}"));
        struct provider_answer answer;
        struct err *err = provider_answer(&arena, buf_str(&buf), "logout", false, &answer);
        assert_int_equal(err == NULL, depth == 2000);
        arena_free(&arena);
    }
}

static void strings_are_written_as_serde_writes_them(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf buf = buf_new(&arena);
    json_write_string(&buf, STR("q\"\\/\b\f\n\r\t\0\x01\x1f\x7f\xC3\xA9"));
    assert_string_equal(buf_str(&buf).data,
                        "\"q\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u0001\\u001f\x7f\xC3\xA9\"");
    arena_free(&arena);
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

static void a_person_has_two_terminals_and_no_ci(void **state)
{
    (void)state;
    int saved = dup(STDIN_FILENO);
    int pipe_ends[2];
    int controller;
    int terminal;
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(openpty(&controller, &terminal, NULL, NULL, NULL), 0);
    for (int i = 0; i < 8; i++) {
        const struct shell shell = {.terminal_err = i & 2};
        (void)setenv("CI", i & 4 ? "true" : "", 1);
        (void)dup2(i & 1 ? terminal : pipe_ends[0], STDIN_FILENO);
        bool person = shell_person(&shell);
        (void)dup2(saved, STDIN_FILENO);
        assert_int_equal(person, i == 3);
    }
    (void)unsetenv("CI");
    int all[] = {saved, pipe_ends[0], pipe_ends[1], controller, terminal};
    for (size_t i = 0; i < COUNT(all); i++) {
        (void)close(all[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hello_offers_version_1),
        cmocka_unit_test(each_answer_is_told_apart),
        cmocka_unit_test(a_malformed_answer_is_explained_and_not_repeated),
        cmocka_unit_test(every_cut_is_survived),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(strings_are_written_as_serde_writes_them),
        cmocka_unit_test(exit_statuses_have_rusts_words),
        cmocka_unit_test(a_person_has_two_terminals_and_no_ci),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
