/* Nothing is sent if libcurl rejects an option. Its other errors and answers of servers are in
 * tests/revoke. */
#include "util/child.h"
#include "util/fs.h"

#include "revoke/http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <setjmp.h>

#include <cmocka.h>

static void nothing_is_sent_if_libcurl_rejects_an_option(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = {0};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(address);
    CLEANUP(fd_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    unsigned port = ntohs(address.sin_port);
    struct str url = str_format(&arena, "http://127.0.0.1:%u/", port);
    const struct http http = {
        .arena = &arena,
        .deadline = child_clock() + 10000,
        .user_agent = STR("test"),
        .tls_versions = 99,
        .timeout_seconds = 30,
    };
    struct http_reply reply = http_call(&http, "DELETE", url, STR("token"));
    assert_int_equal(reply.status, 0);
    assert_true(reply.words.len > 0);
    assert_int_equal(accept4(fd, NULL, NULL, SOCK_CLOEXEC), -1);
    assert_int_equal(errno, EAGAIN);
}

int main(void)
{
    http_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_sent_if_libcurl_rejects_an_option)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
