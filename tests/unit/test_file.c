/* The credentials file between the look without a lock and the change under it: the lock is the
 * test's own, and each time that it is taken something happens to the file first. What the kernel
 * makes go wrong is in tests/fault. */
#include "util/fs.h"
#include "credential/file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#define TOKEN   "[registries.x]\ntoken = \"t\"\n"
#define CLEARED "[registries.x]\n"

static struct arena arena;
static struct shell shell;
static char dir[] = "/tmp/test_file.XXXXXX";
static struct str path;
static void (*meanwhile)(void);
static int locks;

int flock(int fd, int how)
{
    locks++;
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
    locks = 0;
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

static struct err *remove_from(struct str where, const struct file_token *const *only,
                               struct file_removed *removed)
{
    const struct str names[] = {STR("x")};
    struct toml_doc *doc;
    assert_null(toml_parse(&arena, STR(TOKEN), &doc));
    const struct file_request request = {
        .path = where, .registries = names, .count = 1, .only = only, .seen = doc};
    *removed = (struct file_removed){0};
    return file_remove(&shell, &request, removed);
}

static void assert_fails(struct err *err, const char *format, const char *cause)
{
    assert_non_null(err);
    assert_string_equal(err->message.data, str_format(&arena, "%s `%s`", format, path.data).data);
    assert_string_equal(err->cause->message.data, cause);
}

static int replacements;

static void replace(void)
{
    if (replacements == 0) {
        return;
    }
    replacements--;
    struct str next = path_join(&arena, str_of(dir), STR("next"));
    write_file(next.data, STR("# new\n" TOKEN));
    assert_int_equal(rename(next.data, path.data), 0);
}

static void a_file_that_was_replaced_is_taken_instead(void **state)
{
    (void)state;
    struct file_removed removed;
    struct str other = path_join(&arena, str_of(dir), STR("other"));
    assert_int_equal(link(path.data, other.data), 0);
    meanwhile = replace;
    replacements = 2;
    assert_null(remove_from(path, NULL, &removed));
    assert_true(removed.token);
    assert_int_equal(locks, 3);
    assert_string_equal(text_of(path).data, "# new\n" CLEARED);
    assert_string_equal(text_of(other).data, TOKEN); /* it is nobody's file now */
    (void)unlink(other.data);
}

static void one_that_is_always_replaced_is_given_up(void **state)
{
    (void)state;
    struct file_removed removed;
    meanwhile = replace;
    replacements = 1000;
    struct err *err = remove_from(path, NULL, &removed);
    assert_non_null(err);
    assert_string_equal(
        err->message.data,
        str_format(&arena, "`%s` is replaced by another program again and again", path.data).data);
    assert_false(removed.token);
    assert_string_equal(text_of(path).data, "# new\n" TOKEN);
}

static void take_away(void)
{
    (void)unlink(path.data);
}

static void a_file_that_is_gone_has_nothing(void **state)
{
    (void)state;
    struct file_removed removed;
    meanwhile = take_away;
    assert_null(remove_from(path, NULL, &removed));
    assert_false(removed.token || removed.secret_key || removed.kept);
    assert_false(path_exists(path));
    write_file(path.data, STR(TOKEN));
    meanwhile = NULL;
    assert_null(remove_from(path_join(&arena, path, STR("credentials")), NULL, &removed));
    assert_false(removed.token);
    assert_string_equal(text_of(path).data, TOKEN);
}

/* Only one without an extension is not there for cargo then. */
static void a_file_that_may_not_be_opened(void **state)
{
    (void)state;
    struct file_removed removed;
    struct str old = path_join(&arena, str_of(dir), STR("credentials"));
    bool root = geteuid() == 0;
    assert_int_equal(chmod(dir, 0), 0);
    if (root) {
        assert_int_equal(seteuid(65534), 0);
    }
    struct err *of_old = remove_from(old, NULL, &removed);
    struct err *of_new = remove_from(path, NULL, &removed);
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
    struct file_removed removed;
    meanwhile = spoil;
    assert_fails(remove_from(path, NULL, &removed), "failed to read configuration file",
                 "stream did not contain valid UTF-8");
    meanwhile = tear;
    struct err *err = remove_from(path, NULL, &removed);
    assert_non_null(err);
    assert_true(str_starts(err->message, STR("could not parse TOML configuration in `")));
    assert_string_equal(text_of(path).data, "[registries.x]\ntoken = \"t\n");
    meanwhile = empty;
    assert_null(remove_from(path, NULL, &removed));
    assert_false(removed.token);
    assert_string_equal(text_of(path).data, "");
}

static void a_fifo_is_not_waited_for(void **state)
{
    (void)state;
    struct file_removed removed;
    (void)unlink(path.data);
    assert_int_equal(mkfifo(path.data, 0600), 0);
    assert_fails(remove_from(path, NULL, &removed), "failed to read configuration file",
                 "not a regular file");
}

static void count(void)
{
    write_file(path.data, STR("[registries.x]\ntoken = 5\n"));
}

/* No server has been asked about what is no string. */
static void a_token_that_is_a_number_may_not_go(void **state)
{
    (void)state;
    struct file_removed removed;
    const struct file_token dead = {STR("5"), NULL};
    const struct file_token *const only[] = {&dead};
    meanwhile = count;
    assert_null(remove_from(path, only, &removed));
    assert_true(removed.kept && !removed.token);
    assert_string_equal(text_of(path).data, "[registries.x]\ntoken = 5\n");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_that_was_replaced_is_taken_instead),
        TEST(one_that_is_always_replaced_is_given_up),
        TEST(a_file_that_is_gone_has_nothing),
        TEST(a_file_that_may_not_be_opened),
        TEST(what_it_holds_under_the_lock_counts),
        TEST(a_fifo_is_not_waited_for),
        TEST(a_token_that_is_a_number_may_not_go),
    };
    if (!mkdtemp(dir)) {
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return rmdir(dir) == 0 ? failed : 1;
}
