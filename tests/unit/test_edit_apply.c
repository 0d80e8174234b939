/* Edits of a real file, and with system calls that fail or do only a part. */
#include "edit_document.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static char long_value[9003]; /* filled by main: two to three pages */

static const struct form forms[] = {
    {"[registries.me]\n", "token = ", "\"" SECRET "\"", "\n", ""},
    {"[registries.me]\r\n", "  token= ", "\"" SECRET "\"", "  # mine\r\n", "index = 'i'\r\n"},
    {"[registries]\nme = {", "token = ", "\"" SECRET "\"", ", ", "index = 'i'}\n"},
    {"[registries.me]\n", "token = ", "\"\"\"\n" SECRET "\n\"\"\"", "\n", ""},
    {"[registries.me]\n", "token = ", long_value, "\n", ""},
};

static int file_make(struct str text, mode_t mode)
{
    char path[] = "/tmp/test_edit_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(write(fd, text.data, text.len), (ssize_t)text.len);
    assert_int_equal(fchmod(fd, mode), 0);
    return fd;
}

static struct str file_text(struct arena *arena, int fd)
{
    char *text = arena_alloc(arena, 100001);
    ssize_t len = pread(fd, text, 100000, 0);
    assert_true(len >= 0);
    return (struct str){text, (size_t)len};
}

static void the_file_is_changed_and_private(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT(forms); f++) {
        for (size_t registries = 0; registries <= 100; registries += 100) {
            struct arena arena = {0};
            struct document doc = document_make(
                &arena, &forms[f], registries ? (size_t)2 * EDIT_PAGE - 4 : 400, registries);
            int fd = file_make(doc.text, registries ? 0600 : 04664);
            const struct edit *edit = edit_plan(&arena, doc.text, &doc.cut, 1);
            struct edit_leftover left = {1, 1};
            assert_null(edit_apply(&arena, fd, edit, EDIT_MAKE_PRIVATE, &left));
            assert_int_equal(left.mode, 0);
            assert_int_equal(left.length, 0);
            struct str text = file_text(&arena, fd);
            if (edit->length == doc.text.len) {
                assert_blanked(&doc, text);
            } else {
                assert_int_equal(registries, 0);
                assert_true(str_eq(text, doc.after));
            }
            struct stat status;
            assert_int_equal(fstat(fd, &status), 0);
            assert_int_equal(status.st_mode & 07777, 0600);
            (void)close(fd);
            arena_free(&arena);
        }
    }
}

/* A limit on the file's size cuts the write short at each byte: the old text is put back. */
static void a_short_write_leaves_the_old_text(void **state)
{
    (void)state;
    struct rlimit old;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    struct arena arena = {0};
    struct document doc = document_make(&arena, &forms[0], 400, 3);
    const struct edit *edit = edit_plan(&arena, doc.text, &doc.cut, 1);
    for (size_t limit = 401; limit < doc.text.len; limit += 3) {
        int fd = file_make(doc.text, 0640);
        struct rlimit limited = {.rlim_cur = limit, .rlim_max = old.rlim_max};
        struct edit_leftover left;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limited), 0);
        const struct err *err = edit_apply(&arena, fd, edit, EDIT_MAKE_PRIVATE, &left);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_non_null(err);
        struct str said = str_format(&arena, "only %zu of %zu bytes could be written", limit - 400,
                                     doc.text.len - 400);
        assert_string_equal(err->message.data, said.data);
        assert_true(str_eq(file_text(&arena, fd), doc.text));
        struct stat status;
        assert_int_equal(fstat(fd, &status), 0);
        assert_int_equal(status.st_mode & 07777, 0640); /* it changes after the last write */
        (void)close(fd);
    }
    (void)signal(SIGXFSZ, SIG_DFL);
    arena_free(&arena);
}

/* What becomes of the next writes, a letter each: `h`alf of it, `f`ull, `i`nterrupted; then all go
 * well. */
static const char *writes = "";
static void (*meanwhile)(int fd); /* what another program does before the file is on the disk */

/* These two stand in the place of libc's. */
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    char way = *writes;
    writes += way != '\0';
    if (way == 'f' || way == 'i') {
        errno = way == 'f' ? ENOSPC : EINTR;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, bytes, way == 'h' ? size / 2 : size, at);
}

int fdatasync(int fd)
{
    if (meanwhile) {
        meanwhile(fd);
    }
    return (int)syscall(SYS_fdatasync, fd);
}

/* A small document in a file, and the edit that it is to have. */
struct trial {
    struct arena arena;
    struct document doc;
    const struct edit *edit;
    int fd;
    struct edit_leftover left;
};

static void trial_begin(struct trial *trial)
{
    *trial = (struct trial){0};
    trial->doc = document_make(&trial->arena, &forms[0], 400, 3);
    trial->edit = edit_plan(&trial->arena, trial->doc.text, &trial->doc.cut, 1);
    trial->fd = file_make(trial->doc.text, 0600);
}

static const struct err *trial_apply(struct trial *trial)
{
    return edit_apply(&trial->arena, trial->fd, trial->edit, EDIT_MAKE_PRIVATE, &trial->left);
}

static void trial_end(struct trial *trial)
{
    (void)close(trial->fd);
    arena_free(&trial->arena);
}

static void an_old_text_that_cannot_be_put_back_is_told(void **state)
{
    (void)state;
    struct trial trial;
    trial_begin(&trial);
    writes = "hf";
    const struct err *err = trial_apply(&trial);
    assert_non_null(err);
    assert_string_equal(err->message.data,
                        "could not restore the old text, so the file is damaged");
    assert_true(str_starts(err->cause->message, STR("only ")));
    trial_end(&trial);
}

static void an_interrupted_write_is_made_again(void **state)
{
    (void)state;
    struct trial trial;
    trial_begin(&trial);
    writes = "ihi";
    const struct err *err = trial_apply(&trial);
    assert_string_equal(writes, "");
    assert_non_null(err);
    assert_true(str_starts(err->message, STR("only ")));
    assert_true(str_eq(file_text(&trial.arena, trial.fd), trial.doc.text));
    writes = "i";
    assert_null(trial_apply(&trial));
    assert_true(str_eq(file_text(&trial.arena, trial.fd), trial.doc.after));
    trial_end(&trial);
}

static void make_empty(int fd)
{
    assert_int_equal(ftruncate(fd, 0), 0);
}

static off_t spoilt; /* the byte that spoil() changes */

static void spoil(int fd)
{
    assert_int_equal(syscall(SYS_pwrite64, fd, "\1", 1, spoilt), 1);
}

/* At either end of a step, be it of three pages. */
static void what_another_program_has_undone_is_seen(void **state)
{
    (void)state;
    const size_t borders = (size_t)2 * EDIT_PAGE - 4;
    for (size_t pages = 1; pages <= 3; pages += 2) {
        struct arena arena = {0};
        struct document doc = pages == 1 ? document_make(&arena, &forms[0], 400, 3)
                                         : document_make(&arena, &forms[4], borders, 100);
        const struct edit *edit = edit_plan(&arena, doc.text, &doc.cut, 1);
        const struct edit_step *step = &edit->steps[0];
        assert_int_equal(step->bytes.len / EDIT_PAGE, pages - 1);
        const size_t ends[] = {step->at, step->at + step->bytes.len - 1};
        struct edit_leftover left;
        const struct err *err;
        int fd = -1;
        for (size_t i = 0; i <= COUNT(ends); i++) {
            fd = file_make(doc.text, 0600);
            spoilt = i < COUNT(ends) ? (off_t)ends[i] : 0;
            meanwhile = i < COUNT(ends) ? spoil : make_empty;
            err = edit_apply(&arena, fd, edit, EDIT_MAKE_PRIVATE, &left);
            meanwhile = NULL;
            assert_non_null(err);
            assert_string_equal(err->message.data, "the file does not contain what was written");
            (void)close(fd);
        }
        err = edit_apply(&arena, fd, edit, EDIT_MAKE_PRIVATE, &left);
        assert_non_null(err);
        assert_string_equal(err->message.data, "Bad file descriptor (os error 9)");
        arena_free(&arena);
    }
}

static void a_file_that_cannot_be_written_stays(void **state)
{
    (void)state;
    struct trial trial;
    trial_begin(&trial);
    int fd = trial.fd;
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    trial.fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(trial.fd >= 0);
    const struct err *err = trial_apply(&trial);
    assert_non_null(err);
    assert_string_equal(err->message.data, "Bad file descriptor (os error 9)");
    assert_true(str_eq(file_text(&trial.arena, fd), trial.doc.text));
    (void)close(fd);
    trial_end(&trial);
}

int main(void)
{
    memset(long_value, 'x', sizeof(long_value) - 1);
    long_value[0] = long_value[sizeof(long_value) - 2] = '"';
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_is_changed_and_private),
        cmocka_unit_test(a_short_write_leaves_the_old_text),
        cmocka_unit_test(an_old_text_that_cannot_be_put_back_is_told),
        cmocka_unit_test(an_interrupted_write_is_made_again),
        cmocka_unit_test(what_another_program_has_undone_is_seen),
        cmocka_unit_test(a_file_that_cannot_be_written_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
