/* The kind of a server, by the URL of its index alone, and which tokens are sent to it. */
#include "credential/server_kind.h"

#include <setjmp.h>

#include <cmocka.h>

static void kinds_and_roots(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        enum server_kind kind;
        const char *root; /* NULL: no token is sent there */
    } cases[] = {
        {"sparse+https://index.crates.io/", SERVER_CRATES_IO, "https://crates.io"},
        {"https://github.com/Rust-Lang/crates.io-index.git/", SERVER_CRATES_IO,
         "https://crates.io"},
        {"https://github.com/rust-lang/crates.io-index", SERVER_CRATES_IO, "https://crates.io"},
        {"https://index.crates.io/", SERVER_OTHER, ""},
        {"sparse+http://index.crates.io/", SERVER_OTHER, NULL},
        {"sparse+https://index.crates.io/x/", SERVER_OTHER, ""},
        {"sparse+https://index.crates.io.example/", SERVER_OTHER, ""},
        {"https://github.com/rust-lang/crates.io-index2", SERVER_OTHER, ""},
        {"https://gitlab.com/rust-lang/crates.io-index", SERVER_OTHER, ""},

        {"sparse+https://h.example/artifactory/api/cargo/crates/index", SERVER_ARTIFACTORY,
         "https://h.example"},
        {"sparse+https://h:8443/a/b/artifactory/api/cargo/crates/index/", SERVER_ARTIFACTORY,
         "https://h:8443/a/b"},
        {"https://h/artifactory/git/crates.git", SERVER_ARTIFACTORY, "https://h"},
        {"sparse+http://127.0.0.1:8082/artifactory/api/cargo/x/index/", SERVER_ARTIFACTORY,
         "http://127.0.0.1:8082"},
        {"sparse+https://h/artifactory/api/cargo//index/", SERVER_OTHER, ""},
        {"sparse+https://h/artifactory/api/cargo/a/b/index/", SERVER_OTHER, ""},
        {"sparse+https://h/myartifactory/api/cargo/x/index/", SERVER_OTHER, ""},
        {"sparse+https://artifactory/api/cargo/x/index/", SERVER_OTHER, ""},
        {"sparse+https://h/artifactory/api/cargo/x/index/y/", SERVER_OTHER, ""},

        {"sparse+https://me@h/sub/api/v4/projects/42/packages/cargo/", SERVER_GITLAB,
         "https://h/sub"},
        {"sparse+https://h/api/v4/projects/42/packages/npm/", SERVER_OTHER, ""},

        {"sparse+https://h/api/packages/ada/cargo/", SERVER_GITEA, "https://h"},
        {"https://h/git/ada/_cargo-index.git", SERVER_GITEA, "https://h/git"},
        {"https://h/ada/_cargo-index", SERVER_GITEA, "https://h"},
        {"http://h/api/packages/ada/cargo/", SERVER_GITEA, NULL},
        {"ssh://git@h:22/ada/_cargo-index.git", SERVER_GITEA, NULL},
        {"https://h/_cargo-index.git", SERVER_OTHER, ""},
        {"https://h/ada/my_cargo-index.git", SERVER_OTHER, ""},

        {"file:///index", SERVER_OTHER, ""},
        {"http://h/index.git", SERVER_OTHER, ""},
        {"ssh://git@h/index.git", SERVER_OTHER, ""},
        {"sparse+http://127.255.0.1/", SERVER_OTHER, ""},
        {"sparse+http://[::1]:80/", SERVER_OTHER, ""},
        {"sparse+http://LocalHost:8/", SERVER_OTHER, ""},
        {"sparse+http://localhost.example/", SERVER_OTHER, NULL},
        {"sparse+http://127.0.0.1.example/", SERVER_OTHER, NULL},
        {"sparse+http://192.168.0.1/", SERVER_OTHER, NULL},
        {"sparse+http://[::2]/", SERVER_OTHER, NULL},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct index_url url;
        assert_null(index_url_parse(&arena, str_of(cases[i].url), &url));
        struct server server = server_recognize(&arena, &url);
        if (server.kind != cases[i].kind || !server.obstacle != !!cases[i].root)
            fail_msg("`%s` is %s", cases[i].url, server_kind_names[server.kind]);
        assert_true(!cases[i].root || strcmp(server.root.data, cases[i].root) == 0);
    }
    arena_free(&arena);
}

static void tokens_that_are_sent(void **state)
{
    (void)state;
    const struct {
        enum server_kind kind;
        struct str stored;
        const char *bare; /* NULL: it is not sent */
    } cases[] = {
        {SERVER_CRATES_IO, STR("cio1"), "cio1"},
        {SERVER_CRATES_IO, STR("Bearer cio1"), "cio1"},
        {SERVER_CRATES_IO, STR("tOKEN   cio1"), "cio1"},
        {SERVER_CRATES_IO, STR("cio_tp_1"), "cio_tp_1"},
        {SERVER_CRATES_IO, STR("CIO1"), NULL},
        {SERVER_CRATES_IO, STR(" cio1"), NULL},
        {SERVER_CRATES_IO, STR("Bearer 0123"), NULL},
        {SERVER_CRATES_IO, STR("Basic cio1"), NULL},
        {SERVER_CRATES_IO, STR("cio1 cio2"), NULL},
        {SERVER_GITEA, STR("Bearer x"), "x"},
        {SERVER_GITEA, STR("Basic eDp5"), NULL},
        {SERVER_GITEA, STR("Negotiate\teDp5"), NULL},
        {SERVER_GITEA, STR("Bearer "), NULL},
        {SERVER_GITEA, STR("Bearer     "), NULL},
        {SERVER_OTHER, STR("Basic eDp5"), "Basic eDp5"},
        {SERVER_OTHER, STR("a ~\t!"), "a ~\t!"},
        {SERVER_OTHER, STR(""), NULL},
        {SERVER_OTHER, STR("x\n"), NULL},
        {SERVER_OTHER, STR("a\r\nHost: b"), NULL},
        {SERVER_OTHER, STR("a\0b"), NULL},
        {SERVER_OTHER, STR("a\x7f"), NULL},
        {SERVER_OTHER, STR("\xc3\xa4"), NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *obstacle = server_token_obstacle(cases[i].kind, cases[i].stored);
        if (!obstacle != !!cases[i].bare)
            fail_msg("`%s`: %s", cases[i].stored.data, obstacle);
        struct str bare = server_bare_token(cases[i].stored);
        assert_true(!cases[i].bare || str_eq(bare, str_of(cases[i].bare)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_and_roots),
        cmocka_unit_test(tokens_that_are_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
