/* A call ends at the deadline, and nothing is sent if libcurl fails. Answers of servers are in
 * tests/revoke. */
#include "util/base.h"
#include "util/child.h"
#include "util/fs.h"

#include "revoke/http.h"

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

static struct http_reply call(const struct http_settings *settings, uint16_t port, int64_t time,
                              struct arena *arena)
{
    struct http http = {arena, settings, child_clock() + time};
    struct url url;
    assert_null(url_parse(arena, str_format(arena, "http://127.0.0.1:%u/", port), &url));
    struct http_reply reply = http_call(&http, "DELETE", &url, STR("token"));
    assert_int_equal(reply.status, 0);
    return reply;
}

static void the_deadline_ends_a_call_and_the_retries(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = {0};
    uint16_t port;
    CLEANUP(fd_close) int fd = silence(&port);
    const struct http_settings settings = {
        .user_agent = STR("test"), .timeout_seconds = 30, .retries = 9};
    assert_non_null(strstr(call(&settings, port, 200, &arena).words.data, "timed out"));
    assert_non_null(strstr(call(&settings, port, 0, &arena).words.data, "Timeout"));
    fd_close(&fd);
    int64_t until = child_clock() + 400; /* too early for the second attempt */
    (void)call(&settings, port, 400, &arena);
    assert_true(child_clock() < until);
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

static void nothing_is_sent_if_libcurl_fails(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = {0};
    uint16_t port;
    CLEANUP(fd_close) int fd = silence(&port);
    const struct http_settings settings[] = {
        {.user_agent = STR("test"), .timeout_seconds = 30, .tls_versions = 99},
        {.user_agent = STR("test"), .timeout_seconds = 30},
        {.user_agent = STR("test"), .timeout_seconds = 30},
    };
    for (int i = 0; i < (int)COUNT(settings); i++) {
        appends = i - 1;
        assert_true(call(&settings[i], port, 10000, &arena).words.len > 0);
    }
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(accept4(fd, NULL, NULL, SOCK_CLOEXEC), -1);
    assert_int_equal(errno, EAGAIN);
}

int main(void)
{
    http_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_deadline_ends_a_call_and_the_retries),
        cmocka_unit_test(nothing_is_sent_if_libcurl_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
