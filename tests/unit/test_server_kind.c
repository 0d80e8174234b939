/* The kind of a server, by the URL of its index alone. */
#include "credential/server_kind.h"

#include <setjmp.h>

#include <cmocka.h>

static void kinds_and_roots(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        enum server_kind kind;
        const char *root;
        const char *page;
    } cases[] = {
        {"sparse+https://index.crates.io/", SERVER_CRATES_IO, "https://crates.io",
         "https://crates.io/settings/tokens"},
        {"https://github.com/rust-lang/crates.io-index", SERVER_CRATES_IO, "https://crates.io",
         "https://crates.io/settings/tokens"},
        {"https://github.com/Rust-Lang/crates.io-index.git/", SERVER_CRATES_IO, "https://crates.io",
         "https://crates.io/settings/tokens"},
        {"https://index.crates.io/", SERVER_OTHER, "", NULL},
        {"sparse+http://index.crates.io/", SERVER_OTHER, "", NULL},
        {"sparse+https://index.crates.io/x/", SERVER_OTHER, "", NULL},
        {"sparse+https://index.crates.io.example/", SERVER_OTHER, "", NULL},
        {"https://github.com/rust-lang/crates.io-index2", SERVER_OTHER, "", NULL},
        {"https://gitlab.com/rust-lang/crates.io-index", SERVER_OTHER, "", NULL},

        {"sparse+https://h.example/artifactory/api/cargo/crates/index/", SERVER_ARTIFACTORY,
         "https://h.example", NULL},
        {"sparse+https://h.example/artifactory/api/cargo/crates/index", SERVER_ARTIFACTORY,
         "https://h.example", NULL},
        {"sparse+https://h:8443/a/b/artifactory/api/cargo/crates/index/?x#y", SERVER_ARTIFACTORY,
         "https://h:8443/a/b", NULL},
        {"https://h/artifactory/git/crates.git", SERVER_ARTIFACTORY, "https://h", NULL},
        {"sparse+http://127.0.0.1:8082/artifactory/api/cargo/x/index/", SERVER_ARTIFACTORY,
         "http://127.0.0.1:8082", NULL},
        {"sparse+https://h/artifactory/api/cargo//index/", SERVER_OTHER, "", NULL},
        {"sparse+https://h/artifactory/api/cargo/a/b/index/", SERVER_OTHER, "", NULL},
        {"sparse+https://h/myartifactory/api/cargo/x/index/", SERVER_OTHER, "", NULL},
        {"sparse+https://artifactory/api/cargo/x/index/", SERVER_OTHER, "", NULL},
        {"sparse+https://h/artifactory/api/cargo/x/index/y/", SERVER_OTHER, "", NULL},

        {"sparse+https://gitlab.com/api/v4/projects/42/packages/cargo/", SERVER_GITLAB,
         "https://gitlab.com", "https://gitlab.com/-/user_settings/personal_access_tokens"},
        {"sparse+https://h/sub/api/v4/projects/42/packages/cargo/", SERVER_GITLAB, "https://h/sub",
         "https://h/sub/-/user_settings/personal_access_tokens"},
        {"sparse+https://me@h/api/v4/projects/42/packages/cargo/", SERVER_GITLAB, "https://h",
         "https://h/-/user_settings/personal_access_tokens"},
        {"sparse+https://h/api/v4/projects/42/packages/npm/", SERVER_OTHER, "", NULL},
        {"sparse+https://h/?/api/v4/projects/42/packages/cargo/", SERVER_OTHER, "", NULL},

        {"sparse+https://h/api/packages/ada/cargo/", SERVER_GITEA, "https://h",
         "https://h/user/settings/applications"},
        {"https://h/git/ada/_cargo-index.git", SERVER_GITEA, "https://h/git",
         "https://h/git/user/settings/applications"},
        {"https://h/ada/_cargo-index", SERVER_GITEA, "https://h",
         "https://h/user/settings/applications"},
        {"ssh://git@h:22/ada/_cargo-index.git", SERVER_GITEA, "", NULL},
        {"https://h/_cargo-index.git", SERVER_OTHER, "", NULL},
        {"https://h/ada/my_cargo-index.git", SERVER_OTHER, "", NULL},

        {"sparse+https://h/", SERVER_OTHER, "", NULL},
        {"sparse+https://h", SERVER_OTHER, "", NULL},
        {"file:///index", SERVER_OTHER, "", NULL},
        {"mailto:x", SERVER_OTHER, "", NULL},
        {"", SERVER_OTHER, "", NULL},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str url = str_of(cases[i].url);
        enum server_kind kind = server_kind_of(url);
        const char *page = server_page(&arena, kind, url);
        if (kind != cases[i].kind) {
            fail_msg("`%s` is %s", cases[i].url, server_kind_name(kind));
        }
        assert_string_equal(server_root(&arena, kind, url).data, cases[i].root);
        assert_string_equal(page ? page : "none", cases[i].page ? cases[i].page : "none");
    }
    arena_free(&arena);
}

static void what_no_token_is_sent_to(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool obstacle;
        const char *host;
    } cases[] = {
        {"sparse+https://index.crates.io/", false, "crates.io"},
        {"sparse+https://h.example:8443/x/", false, "h.example:8443"},
        {"sparse+http://127.0.0.1:80/x/", false, "127.0.0.1:80"},
        {"sparse+http://127.255.0.1/", false, "127.255.0.1"},
        {"sparse+http://[::1]:80/", false, "[::1]:80"},
        {"sparse+http://localhost/", false, "localhost"},
        {"sparse+http://LocalHost:8/", false, "LocalHost:8"},
        {"sparse+http://localhost.example/", true, "localhost.example"},
        {"sparse+http://127.0.0.1.example/", true, "127.0.0.1.example"},
        {"sparse+http://192.168.0.1/", true, "192.168.0.1"},
        {"sparse+http://[::2]/", true, "[::2]"},
        {"http://h/api/packages/ada/cargo/", true, "h"},
        {"http://h/index.git", false, "h"},
        {"ssh://git@h/ada/_cargo-index.git", true, "h"},
        {"ssh://git@h/index.git", false, "h"},
        {"file:///index", false, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str url = str_of(cases[i].url);
        enum server_kind kind = server_kind_of(url);
        if (!server_obstacle(kind, url) == cases[i].obstacle) {
            fail_msg("`%s`: %s", cases[i].url, server_obstacle(kind, url));
        }
        assert_true(str_eq(server_host(kind, url), str_of(cases[i].host)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_and_roots),
        cmocka_unit_test(what_no_token_is_sent_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
