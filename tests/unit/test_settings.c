/* Settings of cargo's that no logout shows, or that are another's: the network, numbers, the user's
 * home, the sources of a project; and a machine that has less than others. */
#include "config_world.h"

#include "config/config_schema.h"
#include "config/network.h"
#include "registry/registry.h"
#include "registry/source.h"

#include <dlfcn.h>
#include <limits.h>
#include <pwd.h>
#include <sys/resource.h>

/* Instead of libc's: the user has this home, or no entry at all. */
static struct passwd user;
static bool has_user;

struct passwd *getpwuid(uid_t uid)
{
    (void)uid;
    return has_user ? &user : NULL;
}

/* Instead of libc's: no library is installed. */
static bool has_libraries = true;

void *dlopen(const char *name, int flags)
{
    void *(*real)(const char *, int) = NULL;
    void *symbol = dlsym(RTLD_NEXT, "dlopen");
    memcpy(&real, &symbol, sizeof(symbol));
    return real(has_libraries ? name : "/nonexistent", flags);
}

/* http.timeout, or the error. */
static struct err *timeout_get(struct world *world, const uint64_t **out)
{
    const struct http_config *http = NULL;
    struct err *err = config_http(&world->context, &http);
    *out = err ? NULL : http->timeout;
    return err;
}

static void numbers_of_variables_are_rusts(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *text;
        const char *error;
        uint64_t number;
    } cases[] = {
        {"5", "", 5},
        {"+5", "", 5},
        {"-0", "", 0},
        {"007", "", 7},
        {"9223372036854775807", "", INT64_MAX},
        {"", "cannot parse integer from empty string", 0},
        {"+", "invalid digit found in string", 0},
        {"-", "invalid digit found in string", 0},
        {"5 ", "invalid digit found in string", 0},
        {"/", "invalid digit found in string", 0},
        {"99999999999999999999x", "invalid digit found in string", 0},
        {"9223372036854775808", "number too large to fit in target type", 0},
        {"99999999999999999999", "number too large to fit in target type", 0},
        {"-99999999999999999999", "number too small to fit in target type", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        memset(world->environment, 0, sizeof(world->environment));
        variable(world, str_format(&world->arena, "CARGO_HTTP_TIMEOUT=%s", cases[i].text).data);
        start(world);
        const uint64_t *timeout = NULL;
        struct str expected = STR("");
        if (*cases[i].error) {
            expected =
                str_format(&world->arena, "error in environment variable `CARGO_HTTP_TIMEOUT`: %s",
                           cases[i].error);
        }
        assert_chain(world, timeout_get(world, &timeout), expected.data);
        assert_true(*cases[i].error ? !timeout : timeout && *timeout == cases[i].number);
    }
}

static void numbers_have_a_range(void **state)
{
    struct world *world = *state;
    const uint64_t *timeout = NULL;
    const struct net_config *net = NULL;
    variable(world, "CARGO_HTTP_TIMEOUT=-5");
    put(world, "ch/config.toml", "net.retry = 4294967296\n");
    start(world);
    assert_chain(world, timeout_get(world, &timeout),
                 "error in environment variable `CARGO_HTTP_TIMEOUT`: could not load config key "
                 "`http.timeout` / invalid value: integer `-5`, expected u64");
    assert_chain(world, config_net(&world->context, &net),
                 "error in ROOT/ch/config.toml: could not load config key `net.retry` / invalid "
                 "value: integer `4294967296`, expected u32");
}

static void booleans_of_variables_are_two_words(void **state)
{
    struct world *world = *state;
    const struct net_config *net = NULL;
    variable(world, "CARGO_NET_OFFLINE=true");
    variable(world, "CARGO_NET_GIT_FETCH_WITH_CLI=false");
    start(world);
    assert_chain(world, config_net(&world->context, &net), "");
    assert_true(*net->offline);
    assert_false(*net->git_fetch_with_cli);
}

/* What the file says about the network, and HTTP_TIMEOUT. */
static struct err *network(struct world *world, const char *config, const char *timeout,
                           struct network *out)
{
    put(world, "ch/config.toml", config);
    start(world);
    assert_int_equal(timeout ? setenv("HTTP_TIMEOUT", timeout, 1) : unsetenv("HTTP_TIMEOUT"), 0);
    return network_settings(&world->context, NULL, out);
}

static void tls_versions_are_one_or_a_range(void **state)
{
    struct world *world = *state;
    static const char *const cases[][3] = {
        {"", "", ""},
        {"http.ssl-version = 'tlsv1.2'\n", "tlsv1.2", ""},
        {"http.ssl-version = 'default'\n", "", ""},
        {"http.ssl-version = {min = 'tlsv1.1', max = 'tlsv1.3'}\n", "tlsv1.1", "tlsv1.3"},
        {"http.ssl-version.max = 'tlsv1'\n", "", "tlsv1"},
        {"http.ssl-version = {}\n", "", ""},
    };
    struct network out;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_chain(world, network(world, cases[i][0], NULL, &out), "");
        assert_string_equal(out.ssl_min.data, cases[i][1]);
        assert_string_equal(out.ssl_max.data, cases[i][2]);
    }
    static const char *const wrong[][2] = {
        {"true", "invalid type: boolean `true`, expected a string or map"},
        {"false", "invalid type: boolean `false`, expected a string or map"},
        {"5", "invalid type: integer `5`, expected a string or map"},
        {"['a']", "invalid type: sequence, expected a string or map"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct str config = str_format(&world->arena, "http.ssl-version = %s\n", wrong[i][0]);
        struct err *err = network(world, config.data, NULL, &out);
        assert_non_null(err);
        assert_string_equal(err->cause->message.data, wrong[i][1]);
    }
}

static void a_tls_version_of_a_variable_does_not_hide_a_wrong_type(void **state)
{
    struct world *world = *state;
    struct network out;
    variable(world, "CARGO_HTTP_SSL_VERSION=tlsv1.2");
    assert_chain(world, network(world, "http.ssl-version = 5\n", NULL, &out),
                 "error in ROOT/ch/config.toml: `http.ssl-version` expected a string, but found a "
                 "integer");
    assert_chain(world, network(world, "", NULL, &out), "");
    assert_string_equal(out.ssl_min.data, "tlsv1.2");
}

static void the_timeout_is_the_files_or_else_the_variables(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *config;
        const char *variable;
        int64_t seconds; /* negative: none */
    } cases[] = {
        {"", NULL, -1}, {"", "", -1},   {"", "+", -1},
        {"", "x", -1},  {"", "-5", -1}, {"", "5s", -1},
        {"", "5", 5},   {"", "+5", 5},  {"http.timeout = 7\n", "5", 7},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct network out;
        assert_chain(world, network(world, cases[i].config, cases[i].variable, &out), "");
        assert_int_equal(out.timeout ? (int64_t)*out.timeout : -1, cases[i].seconds);
    }
    struct network out;
    assert_chain(world, network(world, "", "99999999999999999999", &out), "");
    assert_true(*out.timeout == INT64_MAX);
}

static void net_offline_may_be_false(void **state)
{
    struct world *world = *state;
    struct network out;
    assert_chain(world, network(world, "net = {offline = false, retry = 7}\n", NULL, &out), "");
    assert_int_equal(out.retry, 7);
    assert_chain(world, network(world, "net.offline = true\n", NULL, &out),
                 "attempting to make an HTTP request, but `net.offline` was specified");
}

static void without_home_it_is_the_users(void **state)
{
    struct world *world = *state;
    put(world, "user/.cargo/config.toml", "registry.default = 'users'\n");
    static char home[PATH_MAX];
    (void)snprintf(home, sizeof(home), "%s", at(world, "user").data);
    user.pw_dir = home;
    assert_int_equal(unsetenv("CARGO_HOME"), 0);
    static const char *const homes[] = {NULL, ""};
    for (size_t i = 0; i < COUNT(homes); i++) {
        assert_int_equal(homes[i] ? setenv("HOME", homes[i], 1) : unsetenv("HOME"), 0);
        has_user = true;
        start(world);
        assert_set(world, "registry.default", "users", "/user/.cargo/config.toml");
        has_user = false;
        assert_chain(
            world, context_init(&world->context, &world->arena, &world->shell, world->environment),
            "Cargo couldn't find your home directory. This probably means that $HOME was not set.");
    }
}

static void variables_are_as_the_kernel_gives_them(void **state)
{
    struct world *world = *state;
    variable(world, "CARGO_REGISTRY_DEFAULT"); /* no `=` */
    variable(world, "CARGO");
    variable(world, "CARGOREGISTRY_DEFAULT=x");
    start(world);
    assert_null(string(world, "registry.default"));
    assert_int_equal(world->context.environment.count, 0);
    variable(world, "CARGO_REGISTRY_DEFAULT=first");
    variable(world, "CARGO_REGISTRY_DEFAULT=second");
    start(world);
    assert_set(world, "registry.default", "second",
               "environment variable `CARGO_REGISTRY_DEFAULT`");
    assert_int_equal(world->context.environment.count, 1);
}

static void without_unicodes_tables_ascii_is_enough(void **state)
{
    struct world *world = *state;
    has_libraries = false;
    assert_string_equal(environment_part(&world->arena, STR("a-\xC3\xBC")).data, "A_\xC3\xBC");
    assert_chain(world, registry_name_check(&world->arena, STR("a-1")), "");
    static const char *const names[] = {"\xC3\xBC", "a\xC3\xBC"};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct err *err = registry_name_check(&world->arena, str_of(names[i]));
        assert_non_null(err);
        assert_non_null(strstr(chain(world, err).data, "failed to load libunistring"));
    }
    has_libraries = true;
}

static void a_table_that_is_none_is_told(void **state)
{
    struct world *world = *state;
    const struct registry_config *registry = NULL;
    const struct source_entry *entries = NULL;
    size_t count;
    put(world, "ch/config.toml", "registries = 3\n");
    start(world);
    assert_chain(world, config_registry(&world->context, STR("r"), &registry),
                 "expected table for configuration key `registries`, but found integer in "
                 "ROOT/ch/config.toml");
    put(world, "ch/config.toml", "source = 3\n");
    start(world);
    assert_chain(world, config_sources(&world->context, &entries, &count),
                 "invalid configuration for key `source`\nexpected a table, but found a integer "
                 "for `source` in ROOT/ch/config.toml");
    put(world, "ch/config.toml", "[source\n");
    start(world);
    assert_non_null(config_sources(&world->context, &entries, &count));
}

/* Which one cargo names first depends on its hash table; what it calls them does not. */
static void sources_have_cargos_names(void **state)
{
    struct world *world = *state;
    static const char *const cases[][2] = {
        {"git = 'https://g.org'", "https://g.org/"},
        {"git = 'https://g.org'\nbranch = 'a b/\u00fc&='",
         "https://g.org/?branch=a+b%2F%C3%BC%26%3D"},
        {"git = 'https://g.org'\ntag = 't'\nrev = 'r'", "https://g.org/?tag=t"},
        {"git = 'https://g.org'\nrev = ''", "https://g.org/?rev="},
        {"directory = 'v'", "dir ROOT/v"},
        {"local-registry = 'v'", "registry `ROOT/v`"},
        {"registry = 'https://r.org'", "registry `m`"},
        {"registry = 'sparse+https://r.org/'", "registry `m`"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        put(world, "ch/config.toml",
            str_format(&world->arena, "[source.m]\n%s\n", cases[i][0]).data);
        start(world);
        const struct source_entry *entries = NULL;
        size_t count = 0;
        struct source source;
        assert_chain(world, config_sources(&world->context, &entries, &count), "");
        assert_chain(world, source_of_entry(&world->context, &entries[0], &source), "");
        struct str shown = source_display(&world->arena, &source);
        assert_chain(world, err_new(&world->arena, "%s", shown.data), cases[i][1]);
    }
}

static void a_path_with_a_nul_is_no_file(void **state)
{
    struct world *world = *state;
    put(world, "ch/config.toml", "include = [\"a\\u0000.toml\"]\n");
    put(world, "ch/a", "registry.default = 'x'\n");
    start(world);
    struct err *err = string_error(world, "registry.default");
    assert_non_null(err);
    assert_non_null(strstr(chain(world, err).data, "contained an unexpected NUL byte"));
}

/* It may be there, and forbid what is done. */
static void a_file_that_cannot_be_opened_now_is_not_a_missing_one(void **state)
{
    struct world *world = *state;
    put(world, "proj/sub/.cargo/config", "");
    start(world);
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct err *err = string_error(world, "registry.default");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_chain(world, err,
                 "could not load Cargo configuration / failed to read configuration file "
                 "`ROOT/proj/sub/.cargo/config` / Too many open files (os error 24)");
}

static void configuration_files_have_a_limit(void **state)
{
    struct world *world = *state;
    struct buf list = buf_new(&world->arena);
    for (int i = 0; i < 1000; i++) {
        buf_addf(&list, "'f%d.toml', ", i);
        put(world, str_format(&world->arena, "ch/f%d.toml", i).data, "");
    }
    put(world, "ch/config.toml",
        str_format(&world->arena, "include = [%s]\n", buf_str(&list).data).data);
    start(world);
    struct err *err = string_error(world, "registry.default");
    assert_non_null(err);
    assert_non_null(strstr(chain(world, err).data, "/ more than 1000 configuration files"));
}

static void an_old_token_does_not_mend_a_registry_that_is_no_table(void **state)
{
    struct world *world = *state;
    put(world, "ch/credentials.toml", "token = 'old'\nregistry = 3\n");
    start(world);
    assert_chain(world, context_load_credentials(&world->context), "");
    assert_chain(world, string_error(world, "registry.token"),
                 "expected table for configuration key `registry`, but found integer in "
                 "ROOT/ch/credentials.toml");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(numbers_of_variables_are_rusts),
        TEST(numbers_have_a_range),
        TEST(booleans_of_variables_are_two_words),
        TEST(tls_versions_are_one_or_a_range),
        TEST(a_tls_version_of_a_variable_does_not_hide_a_wrong_type),
        TEST(the_timeout_is_the_files_or_else_the_variables),
        TEST(net_offline_may_be_false),
        TEST(without_home_it_is_the_users),
        TEST(variables_are_as_the_kernel_gives_them),
        TEST(without_unicodes_tables_ascii_is_enough),
        TEST(a_table_that_is_none_is_told),
        TEST(sources_have_cargos_names),
        TEST(a_path_with_a_nul_is_no_file),
        TEST(a_file_that_cannot_be_opened_now_is_not_a_missing_one),
        TEST(configuration_files_have_a_limit),
        TEST(an_old_token_does_not_mend_a_registry_that_is_no_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
