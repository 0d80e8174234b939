/* Nothing is sent if libcurl fails. Its other errors and answers of servers are in tests/revoke. */
#include "util/child.h"
#include "util/fs.h"

#include "revoke/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <setjmp.h>

#include <cmocka.h>

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
    const struct http_settings settings[] = {
        {.user_agent = STR("test"), .timeout_seconds = 30, .tls_versions = 99},
        {.user_agent = STR("test"), .timeout_seconds = 30},
        {.user_agent = STR("test"), .timeout_seconds = 30},
    };
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(address);
    CLEANUP(fd_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    unsigned port = ntohs(address.sin_port);
    struct str url = str_format(&arena, "http://127.0.0.1:%u/", port);
    for (int i = 0; i < (int)COUNT(settings); i++) {
        appends = i - 1;
        struct http http = {&arena, &settings[i], child_clock() + 10000};
        struct http_reply reply = http_call(&http, "DELETE", url, STR("token"));
        assert_int_equal(reply.status, 0);
        assert_true(reply.words.len > 0);
    }
    assert_int_equal(accept4(fd, NULL, NULL, SOCK_CLOEXEC), -1);
    assert_int_equal(errno, EAGAIN);
}

int main(void)
{
    http_init();
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_sent_if_libcurl_fails)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
