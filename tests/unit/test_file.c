/* The credentials file between reading it without a lock and changing it under the lock. The test
 * replaces flock(), and can change the file before each lock is acquired. Errors of the kernel are
 * in tests/fault. */
#include "credential/file.h"
#include "util/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#define TOKEN "[registries.x]\ntoken = \"t\"\n"

static struct arena arena;
static struct shell shell;
static char dir[] = "/tmp/test_file.XXXXXX";
static struct str path;
static void (*meanwhile)(void);

int flock(int fd, int how)
{
    if (meanwhile) {
        meanwhile();
    }
    return (int)syscall(SYS_flock, fd, how);
}

static void write_file(const char *name, struct str text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_true(write_all(fd, text));
    (void)close(fd);
}

static struct str text_of(struct str name)
{
    struct str text = STR("");
    assert_null(file_read(&arena, name, 4096, &text));
    return text;
}

static int begin(void **state)
{
    (void)state;
    path = path_join(&arena, str_of(dir), STR("credentials.toml"));
    shell = (struct shell){.arena = &arena, .verbosity = VERBOSITY_NORMAL};
    meanwhile = NULL;
    write_file(path.data, STR(TOKEN));
    return 0;
}

static int end(void **state)
{
    (void)state;
    (void)unlink(path.data);
    arena_free(&arena);
    return 0;
}

/* Removes the token of `x` from a file that contained TOKEN when it was read. */
static struct err *remove_from(struct str where, struct credential *credential)
{
    struct toml_doc *doc;
    assert_null(toml_parse(&arena, STR(TOKEN), &doc));
    const struct config_file file = {
        .path = where, .shown = where, .doc = doc, .credentials = true};
    static struct registry registry = {.name = {"x", 1}};
    credential->registry = &registry;
    return file_remove(&shell, &file, credential, false);
}

static void assert_fails(struct err *err, const char *format, const char *cause)
{
    assert_non_null(err);
    assert_string_equal(err->message.data, str_format(&arena, "%s `%s`", format, path.data).data);
    assert_string_equal(err->cause->message.data, cause);
}

static void replace(void)
{
    struct str next = path_join(&arena, str_of(dir), STR("next"));
    write_file(next.data, STR("# new\n" TOKEN));
    assert_int_equal(rename(next.data, path.data), 0);
}

static void one_that_is_always_replaced_is_given_up(void **state)
{
    (void)state;
    struct credential token = {0};
    meanwhile = replace;
    struct err *err = remove_from(path, &token);
    assert_non_null(err);
    assert_string_equal(err->message.data,
                        str_format(&arena, "other programs keep replacing `%s`", path.data).data);
    assert_int_equal(token.result, RESULT_NOT_FOUND);
    assert_string_equal(text_of(path).data, "# new\n" TOKEN);
}

/* For cargo, only a file without an extension then does not exist. */
static void a_file_that_cannot_be_opened(void **state)
{
    (void)state;
    struct credential token = {0};
    struct str old = path_join(&arena, str_of(dir), STR("credentials"));
    bool root = geteuid() == 0;
    assert_int_equal(chmod(dir, 0), 0);
    if (root) {
        assert_int_equal(seteuid(65534), 0);
    }
    struct err *of_old = remove_from(old, &token);
    struct err *of_new = remove_from(path, &token);
    if (root) {
        assert_int_equal(seteuid(0), 0);
    }
    assert_int_equal(chmod(dir, 0700), 0);
    assert_null(of_old);
    assert_non_null(of_new);
    assert_string_equal(of_new->message.data,
                        str_format(&arena, "failed to open: %s", path.data).data);
    assert_string_equal(of_new->cause->message.data, "Permission denied (os error 13)");
    assert_string_equal(text_of(path).data, TOKEN);
}

static void spoil(void)
{
    write_file(path.data, STR("[registries.x]\ntoken = \"\xff\"\n"));
}

static void tear(void)
{
    write_file(path.data, STR("[registries.x]\ntoken = \"t\n"));
}

static void empty(void)
{
    write_file(path.data, STR(""));
}

static void what_it_holds_under_the_lock_counts(void **state)
{
    (void)state;
    struct credential token = {0};
    meanwhile = spoil;
    assert_fails(remove_from(path, &token), "failed to read configuration file",
                 "stream did not contain valid UTF-8");
    meanwhile = tear;
    struct err *err = remove_from(path, &token);
    assert_non_null(err);
    assert_true(str_starts(err->message, STR("could not parse TOML configuration in `")));
    assert_string_equal(text_of(path).data, "[registries.x]\ntoken = \"t\n");
    meanwhile = empty;
    assert_null(remove_from(path, &token));
    assert_int_equal(token.result, RESULT_NOT_FOUND);
    assert_string_equal(text_of(path).data, "");
}

/* Each case has the file's text, the registry of each credential (with `!` for a secret key), the
 * text that is left, and the result of each one: `r`emoved, `k`ept, or a dash. */
static void registries_go_in_one_edit(void **state)
{
    (void)state;
    static const struct server_answer invalid = {.verdict = VERDICT_REVOKED_CHECKED};
    static struct credential revoked = {
        .value = {"b", 1}, .revoke_first = true, .answer = &invalid};
    static struct credential unasked = {.value = {"a", 1}, .next = &revoked};
    static const struct {
        const char *before;
        const char *names[4];
        struct credential *known;
        const char *after;
        const char *said;
    } cases[] = {
        {"[registries]\na.token = 'a'\nb.token = 'b'\nc.token = 'c'\n",
         {"b", "a", "z"},
         NULL,
         "[registries]\nc.token = 'c'\n",
         "r r -"},
        {"token = 'a'\n[registry]\ntoken = 'b'\nsecret-key = 'k'\nsecret-key-subject = 's'\n"
         "[registries.crates-io]\ntoken = 'c'\n[registries.x]\nsecret-key-subject = 's'\n",
         {"crates-io", "!crates-io", "x"},
         NULL,
         "[registry]\n[registries.crates-io]\n[registries.x]\nsecret-key-subject = 's'\n",
         "r r -"},
        {"[registries]\na = {token = 'a', secret-key = 'k'}\nb.token = 'x'\nc.token = 5\n",
         {"a", "!a", "b", "c"},
         &unasked,
         "[registries]\na = {}\nb.token = 'x'\nc.token = 5\n",
         "r r k k"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct registry registries[4] = {0};
        struct credential credentials[4] = {0};
        size_t count = 0;
        for (; count < COUNT(credentials) && cases[i].names[count]; count++) {
            bool is_secret_key = *cases[i].names[count] == '!';
            registries[count].name = str_of(cases[i].names[count] + is_secret_key);
            registries[count].credentials = cases[i].known;
            credentials[count].registry = &registries[count];
            credentials[count].kind = is_secret_key ? CREDENTIAL_SECRET_KEY : CREDENTIAL_TOKEN;
            if (count > 0) {
                credentials[count - 1].next_in_file = &credentials[count];
            }
        }
        write_file(path.data, str_of(cases[i].before));
        assert_int_equal(chmod(path.data, 0644), 0);
        const struct config_file file = {.path = path, .shown = path, .credentials = i != 1};
        assert_null(file_remove(&shell, &file, credentials, cases[i].known != NULL));
        struct buf said = buf_new(&arena);
        for (size_t n = 0; n < count; n++) {
            char letter = credentials[n].result == RESULT_REMOVED ? 'r'
                          : credentials[n].result == RESULT_KEPT  ? 'k'
                                                                  : '-';
            buf_addf(&said, "%s%c", n > 0 ? " " : "", letter);
        }
        assert_string_equal(buf_str(&said).data, cases[i].said);
        assert_string_equal(text_of(path).data, cases[i].after);
        struct stat status;
        assert_int_equal(stat(path.data, &status), 0);
        assert_int_equal(status.st_mode & 07777, file.credentials ? 0600 : 0644);
    }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_that_is_always_replaced_is_given_up),
        TEST(a_file_that_cannot_be_opened),
        TEST(what_it_holds_under_the_lock_counts),
        TEST(registries_go_in_one_edit),
    };
    if (!mkdtemp(dir)) {
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return rmdir(dir) == 0 ? failed : 1;
}
