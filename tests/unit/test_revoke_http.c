/* Which URLs are accepted, what a header can contain, and that a call ends. Answers of servers are
 * in tests/revoke. */
#include "util/base.h"
#include "util/child.h"
#include "util/fs.h"

#include "revoke/http.h"
#include "revoke/wiping.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void urls_that_a_token_may_go_to(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *shown; /* NULL: it is not taken */
    } cases[] = {
        {"https://crates.io/api", "https://crates.io/api"},
        {"HTTPS://Crates.io:8443", "https://Crates.io:8443/"},
        {"https://me:s3cret@host/x?y#z", "https://host/x"},
        {"http://127.0.0.1:80/", "http://127.0.0.1:80/"},
        {"http://127.255.255.254/", "http://127.255.255.254/"},
        {"http://127.1/", "http://127.0.0.1/"},
        {"http://[::1]:7/", "http://[::1]:7/"},
        {"http://localhost/", "http://localhost/"},
        {"http://LOCALHOST/", "http://LOCALHOST/"},
        {"http://me@localhost/", "http://localhost/"},
        {"http://crates.io/", NULL},
        {"http://128.0.0.1/", NULL},
        {"http://127.0.0.1.example.com/", NULL},
        {"http://127.0.0.256/", NULL},
        {"http://localhost.example.com/", NULL},
        {"http://localhost./", NULL},
        {"http://127.0.0.1@crates.io/", NULL},
        {"http://crates.io#@127.0.0.1/", NULL},
        {"http://[::2]/", NULL},
        {"http://[::ffff:127.0.0.1]/", NULL},
        {"http://0.0.0.0/", NULL},
        {"ftp://127.0.0.1/", NULL},
        {"file:///etc/passwd", NULL},
        {"sparse+https://host/", NULL},
        {"host/path", NULL},
        {"https://", NULL},
        {"https://a b/", NULL},
        {"https://host/\n", NULL},
        {"", NULL},
    };
    CLEANUP(arena_free) struct arena arena = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP(url_free) struct url url = {0};
        struct err *err = url_parse(&arena, str_of(cases[i].text), &url);
        if (!cases[i].shown != !!err) {
            fail_msg("`%s` is %s", cases[i].text, err ? "refused" : "taken");
        }
        if (!err) {
            assert_string_equal(url.shown.data, cases[i].shown);
            assert_int_equal(url.is_plain, str_starts(url.shown, STR("http:")));
        }
    }
    struct url none;
    assert_non_null(url_parse(&arena, STR("https://host/\0.example"), &none));
}

static void what_a_header_can_hold(void **state)
{
    (void)state;
    assert_true(http_header_can_hold(STR("cio0123 ~\t!")));
    assert_false(http_header_can_hold(STR("")));
    assert_false(http_header_can_hold(STR("a\r\nHost: b")));
    assert_false(http_header_can_hold(STR("a\nb")));
    assert_false(http_header_can_hold(STR("a\0b")));
    assert_false(http_header_can_hold(STR("a\x7f")));
    assert_false(http_header_can_hold(STR("\xc3\xa9")));
}

/* A socket that takes connections, for it listens, and never says a word. */
static int silence(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

/* That of all calls, while none of the limits of one call is reached. */
static void the_deadline_ends_a_call(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = {0};
    uint16_t port;
    CLEANUP(fd_close) int fd = silence(&port);
    assert_true(fd >= 0);
    struct http_settings settings = {
        .user_agent = STR("test"), .timeout_seconds = 30, .retries = 9};
    struct http http = {&arena, &settings, child_clock() + 200};
    CLEANUP(url_free) struct url url = {0};
    assert_null(url_parse(&arena, str_format(&arena, "http://127.0.0.1:%u/", port), &url));
    for (int i = 0; i < 2; i++) { /* the second call has no time at all */
        struct http_reply reply = http_call(&http, "DELETE", &url, STR("token"));
        assert_int_equal(reply.outcome, HTTP_FAILED);
        assert_int_equal(reply.status, 0);
        assert_non_null(strstr(reply.words.data, i == 0 ? "timed out" : "Timeout"));
    }
}

/* It would be called again after half a second, which is not there. */
static void the_deadline_ends_the_retries(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = {0};
    uint16_t port;
    int fd = silence(&port);
    fd_close(&fd);
    struct http_settings settings = {
        .user_agent = STR("test"), .timeout_seconds = 30, .retries = 9};
    struct http http = {&arena, &settings, child_clock() + 400};
    CLEANUP(url_free) struct url url = {0};
    assert_null(url_parse(&arena, str_format(&arena, "http://127.0.0.1:%u/", port), &url));
    assert_int_equal(http_call(&http, "DELETE", &url, STR("token")).outcome, HTTP_UNREACHED);
    assert_true(child_clock() < http.deadline);
}

/* Nothing of a request is sent that is not as it was meant. The words are NULL where they differ by
 * version. */
static void assert_not_sent(struct http_settings settings, const char *words)
{
    CLEANUP(arena_free) struct arena arena = {0};
    uint16_t port;
    CLEANUP(fd_close) int fd = silence(&port);
    struct http http = {&arena, &settings, child_clock() + 10000};
    CLEANUP(url_free) struct url url = {0};
    assert_null(url_parse(&arena, str_format(&arena, "http://127.0.0.1:%u/", port), &url));
    struct http_reply reply = http_call(&http, "DELETE", &url, STR("token"));
    assert_int_equal(reply.outcome, HTTP_FAILED);
    assert_string_equal(reply.words.data, words ? words : reply.words.data);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(accept4(fd, NULL, NULL, SOCK_CLOEXEC), -1);
    assert_int_equal(errno, EAGAIN);
}

static void an_option_that_libcurl_does_not_take_is_not_passed_over(void **state)
{
    (void)state;
    struct http_settings settings = {
        .user_agent = STR("test"), .timeout_seconds = 30, .tls_versions = 99};
    CURL *curl = curl_easy_init();
    CURLcode code = curl_easy_setopt(curl, CURLOPT_SSLVERSION, settings.tls_versions);
    curl_easy_cleanup(curl);
    assert_int_not_equal(code, CURLE_OK);
    assert_not_sent(settings, NULL);
}

/* Instead of libcurl's: the one after `appends` others finds no memory. */
static int appends = -1;

struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text)
{
    struct curl_slist *(*real)(struct curl_slist *, const char *) = NULL;
    void *symbol = dlsym(RTLD_NEXT, "curl_slist_append");
    memcpy(&real, &symbol, sizeof(symbol));
    return appends-- == 0 ? NULL : real(list, text);
}

static void without_memory_for_a_header_nothing_is_sent(void **state)
{
    (void)state;
    struct http_settings settings = {.user_agent = STR("test"), .timeout_seconds = 30};
    for (int others = 0; others < 2; others++) {
        appends = others;
        assert_not_sent(settings, curl_easy_strerror(CURLE_OUT_OF_MEMORY));
        assert_true(appends < 0);
    }
}

int main(void)
{
    wiping_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_that_a_token_may_go_to),
        cmocka_unit_test(what_a_header_can_hold),
        cmocka_unit_test(the_deadline_ends_a_call),
        cmocka_unit_test(the_deadline_ends_the_retries),
        cmocka_unit_test(an_option_that_libcurl_does_not_take_is_not_passed_over),
        cmocka_unit_test(without_memory_for_a_header_nothing_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
