#include "credential/edit.h"

#include "util/fs.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE           0600
#define STEPS_OF_A_CUT 4

static bool in_one_page(struct span span)
{
    return span.start / EDIT_PAGE == (span.end - 1) / EDIT_PAGE;
}

static void step_add(struct edit *edit, size_t at, struct str bytes, const char *old)
{
    edit->steps[edit->count++] = (struct edit_step){at, bytes, old};
}

/* Replaces all bytes with blanks, except line ends. */
static void blank_out(char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != '\n' && bytes[i] != '\r') {
            bytes[i] = ' ';
        }
    }
}

/* Plans to move the text after each cut up to the previous cut. */
static void plan_move(struct arena *arena, struct edit *edit, const struct edit_cut *cuts,
                      size_t count)
{
    struct str before = edit->before;
    struct buf tail = buf_new(arena);
    size_t gone = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = cuts[i].bytes.end;
        size_t end = i + 1 < count ? cuts[i + 1].bytes.start : before.len;
        buf_add_bytes(&tail, before.data + at, end - at);
        gone += at - cuts[i].bytes.start;
    }
    buf_add_times(&tail, '\n', gone);
    step_add(edit, cuts[0].bytes.start, buf_str(&tail), before.data + cuts[0].bytes.start);
    edit->length = before.len - gone;
}

/* Plans to blank all of `cuts` in one write, which also writes the unchanged text between them.
 * `now` is the text before this step. */
static void plan_blank(struct arena *arena, struct edit *edit, const char *now,
                       const struct edit_cut *cuts, size_t count, bool whole)
{
    size_t at = cuts[0].bytes.start;
    size_t len = cuts[count - 1].bytes.end - at;
    char *bytes = arena_alloc(arena, len);
    memcpy(bytes, now + at, len);
    for (size_t i = 0; i < count; i++) {
        blank_out(bytes + (cuts[i].bytes.start - at), cuts[i].bytes.end - cuts[i].bytes.start);
    }
    step_add(edit, at, (struct str){bytes, len}, whole ? now + at : NULL);
}

static void plan_line(struct arena *arena, struct edit *edit, const struct edit_cut *cut)
{
    struct edit_cut inside = {.bytes = {cut->value.start + 1, cut->value.end - 1}};
    struct edit_cut rest = {.bytes = {cut->bytes.start + 1, cut->bytes.end}};
    plan_blank(arena, edit, edit->before.data, &inside, 1, false);
    step_add(edit, cut->bytes.start, STR("#"), NULL);
    plan_blank(arena, edit, edit->before.data, &rest, 1, false);
    step_add(edit, cut->bytes.start, STR(" "), NULL);
}

static bool is_line(struct str text, struct span span)
{
    const char *newline = memchr(text.data + span.start, '\n', span.end - span.start);
    size_t end = newline ? (size_t)(newline - text.data) + 1 : text.len;
    return span.end == end && (span.start == 0 || text.data[span.start - 1] == '\n');
}

/* Returns true if no character of the span crosses a page border. */
static bool characters_in_pages(struct str text, struct span span)
{
    size_t border = (span.start / EDIT_PAGE + 1) * EDIT_PAGE;
    for (; border < span.end; border += EDIT_PAGE) {
        if (((unsigned char)text.data[border] & 0xC0) == 0x80) {
            return false;
        }
    }
    return true;
}

/* Returns true if the value is a string and stays one when any of its inner bytes are blanks. */
static bool is_plain_string(struct str text, struct span value)
{
    char quote = text.data[value.start];
    if (value.end == 0) {
        return false;
    }
    if (quote != '"' && quote != '\'') {
        return false;
    }
    const char *inside = text.data + value.start + 1;
    size_t len = value.end - value.start - 2;
    /* there are more quotes, as in `"""` */
    return !memchr(inside, quote, len) && !memchr(inside, '\\', len);
}

/* Returns the number of lines, from the first on, that are in one page. They are written together,
 * because such a write cannot be torn. */
static size_t lines_in_page(struct str text, const struct edit_cut *cuts, size_t count)
{
    size_t n = 0;
    while (n < count && is_line(text, cuts[n].bytes) &&
           in_one_page((struct span){cuts[0].bytes.start, cuts[n].bytes.end})) {
        n++;
    }
    return n;
}

/* Returns true if the pair's comma is a cut of its own, as in `a = 1 # x` and `, b = 2` on the next
 * line. Without the pair, the comma alone would be malformed. */
static bool is_before_comma(struct str text, const struct edit_cut *cuts, size_t i, size_t count)
{
    return i + 1 < count &&
           text.data[cuts[i + 1].bytes.start +
                     strspn(text.data + cuts[i + 1].bytes.start, " \t\r\n")] == ',';
}

/*
 * Plans lines page by page, because each line is a pair of its own. The other cuts are in inline
 * tables and include commas of other pairs, so they are written together. They are written last,
 * because `{a = 1 token = "x"}` would be malformed, while `{a = 1, }` is valid. This write also
 * contains the lines between them, which are blank already.
 */
static void plan_pages(struct arena *arena, struct edit *edit, const struct edit_cut *cuts,
                       size_t count)
{
    char *now = arena_alloc(arena, edit->before.len);
    size_t first = count; /* of the other cuts */
    size_t last = 0;
    memcpy(now, edit->before.data, edit->before.len);
    for (size_t i = 0; i < count;) {
        struct span bytes = cuts[i].bytes;
        size_t lines = lines_in_page(edit->before, cuts + i, count - i);
        if (lines > 0 && is_before_comma(edit->before, cuts, i + lines - 1, count)) {
            lines--;
        }
        bool hidden = lines == 0 && is_line(edit->before, bytes) &&
                      is_plain_string(edit->before, cuts[i].value) &&
                      characters_in_pages(edit->before, bytes) &&
                      !is_before_comma(edit->before, cuts, i, count);
        if (lines > 0) {
            plan_blank(arena, edit, edit->before.data, cuts + i, lines, true);
        } else if (hidden) {
            plan_line(arena, edit, &cuts[i]);
        } else {
            first = first < i ? first : i;
            last = i;
        }
        for (size_t end = i + (lines > 0 ? lines : 1); i < end; i++) {
            if (lines > 0 || hidden) {
                blank_out(now + cuts[i].bytes.start, cuts[i].bytes.end - cuts[i].bytes.start);
            }
        }
    }
    if (first < count) {
        plan_blank(arena, edit, now, cuts + first, last - first + 1, true);
    }
}

struct edit *edit_plan(struct arena *arena, struct str before, const struct edit_cut *cuts,
                       size_t count)
{
    struct edit *edit = arena_new(arena, struct edit);
    edit->before = before;
    edit->steps = arena_new_array(arena, struct edit_step, count * STEPS_OF_A_CUT);
    edit->length = before.len;
    size_t first = cuts[0].bytes.start;
    if (in_one_page((struct span){first, before.len})) {
        plan_move(arena, edit, cuts, count);
    } else if (in_one_page((struct span){first, cuts[count - 1].bytes.end})) {
        plan_blank(arena, edit, before.data, cuts, count, true);
    } else {
        plan_pages(arena, edit, cuts, count);
    }
    return edit;
}

/*
 * Does not continue after a short write. A short write means that the disk is full or a limit was
 * reached. With RLIMIT_FSIZE, another write would raise a signal that kills the process and leaves
 * the file half written.
 */
static struct err *step_write(struct arena *arena, int fd, const struct edit_step *step)
{
    ssize_t wrote =
        TEMP_FAILURE_RETRY(pwrite(fd, step->bytes.data, step->bytes.len, (off_t)step->at));
    if (wrote == (ssize_t)step->bytes.len) {
        return NULL;
    }
    struct err *err = wrote < 0 ? err_os(arena, errno)
                                : err_new(arena, "only %zd of %zu bytes could be written", wrote,
                                          step->bytes.len);
    if (wrote > 0 && step->old &&
        TEMP_FAILURE_RETRY(pwrite(fd, step->old, (size_t)wrote, (off_t)step->at)) != wrote) {
        return err_wrap(arena, err, "could not restore the old text, so the file is damaged");
    }
    return err;
}

/* Reads the step again, because a program that ignores the lock can have changed the file. */
static struct err *step_check(struct arena *arena, int fd, const struct edit_step *step)
{
    char page[EDIT_PAGE];
    struct err *err = NULL;
    for (size_t done = 0; done < step->bytes.len && !err;) {
        size_t want = step->bytes.len - done;
        if (want > sizeof(page)) {
            want = sizeof(page);
        }
        ssize_t got = TEMP_FAILURE_RETRY(pread(fd, page, want, (off_t)(step->at + done)));
        if (got < 0) {
            err = err_os(arena, errno);
        } else if (got == 0 || memcmp(page, step->bytes.data + done, (size_t)got) != 0) {
            err = err_new(arena, "the file does not contain what was written");
        } else {
            done += (size_t)got;
        }
    }
    return err;
}

/* Sets the mode, and removes the blank lines if they are still at the end of the file. fdatasync
 * can write the mode later. It does no harm if a power cut loses the mode. */
static struct edit_leftover finish(int fd, const struct edit *edit, bool make_private)
{
    struct edit_leftover left = {0};
    struct stat status;
    int unknown = fstat(fd, &status) < 0 ? errno : 0;
    bool private = !unknown && (status.st_mode & 07777) == MODE;
    bool grown = !unknown && status.st_size != (off_t)edit->before.len;
    if (make_private && !private && TEMP_FAILURE_RETRY(fchmod(fd, MODE)) < 0) {
        left.mode = errno;
    }
    if (edit->length == edit->before.len || grown) {
        return left;
    }
    left.length = unknown;
    if (!unknown && TEMP_FAILURE_RETRY(ftruncate(fd, (off_t)edit->length)) < 0) {
        left.length = errno;
    }
    return left;
}

struct err *edit_apply(struct arena *arena, int fd, const struct edit *edit, bool make_private,
                       struct edit_leftover *out)
{
    for (size_t i = 0; i < edit->count; i++) {
        TRY(step_write(arena, fd, &edit->steps[i]));
        if (TEMP_FAILURE_RETRY(fdatasync(fd)) < 0) {
            return err_os(arena, errno);
        }
        TRY(step_check(arena, fd, &edit->steps[i]));
    }
    *out = finish(fd, edit, make_private);
    return NULL;
}
