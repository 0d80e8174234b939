#include "credential/edit.h"

#include "toml/scan.h"
#include "util/fs.h"

#include <sys/stat.h>

#define MODE           0600
#define STEPS_OF_A_CUT 4

static bool in_one_page(struct span span)
{
    return span.start / EDIT_PAGE == (span.end - 1) / EDIT_PAGE;
}

/* A plan in the making. */
struct plan {
    struct arena *arena;
    struct edit *edit;
    size_t start; /* of the first cut */
    char *now;    /* the text from there on, after the steps */
};

static void step_add(struct plan *plan, size_t at, struct str bytes, bool whole)
{
    char *now = plan->now + (at - plan->start);
    const char *old = whole ? str_copy(plan->arena, now, bytes.len).data : NULL;
    plan->edit->steps[plan->edit->count++] = (struct edit_step){at, bytes, old};
    memcpy(now, bytes.data, bytes.len);
}

/* Plans to move the text after each cut up to the previous cut. */
static void plan_move(struct plan *plan, const struct span *cuts, size_t count)
{
    struct str before = plan->edit->before;
    struct buf tail = buf_new(plan->arena);
    size_t gone = 0;
    for (size_t i = 0; i < count; i++) {
        size_t end = i + 1 < count ? cuts[i + 1].start : before.len;
        buf_add_bytes(&tail, before.data + cuts[i].end, end - cuts[i].end);
        gone += cuts[i].end - cuts[i].start;
    }
    buf_add_times(&tail, '\n', gone);
    step_add(plan, cuts[0].start, buf_str(&tail), true);
    plan->edit->length = before.len - gone;
}

/* Plans to replace all bytes of the cuts with blanks, except line ends, in one write. It also
 * writes the text between them. */
static void plan_blank(struct plan *plan, const struct span *cuts, size_t count, bool whole)
{
    size_t start = cuts[0].start;
    size_t len = cuts[count - 1].end - start;
    char *bytes = arena_alloc(plan->arena, len);
    memcpy(bytes, plan->now + (start - plan->start), len);
    for (size_t i = 0; i < count; i++) {
        for (size_t at = cuts[i].start - start; at < cuts[i].end - start; at++)
            if (bytes[at] != '\n' && bytes[at] != '\r')
                bytes[at] = ' ';
    }
    step_add(plan, start, (struct str){bytes, len}, whole);
}

static void plan_line(struct plan *plan, struct span cut, struct span value)
{
    const struct span inside = {value.start + 1, value.end - 1};
    const struct span rest = {cut.start + 1, cut.end};
    plan_blank(plan, &inside, 1, false);
    step_add(plan, cut.start, STR("#"), false);
    plan_blank(plan, &rest, 1, false);
    step_add(plan, cut.start, STR(" "), false);
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
    for (; border < span.end; border += EDIT_PAGE)
        if (((unsigned char)text.data[border] & 0xC0) == 0x80)
            return false;
    return true;
}

/* Finds the value of a cut `key = "value"`. Returns false if the cut has another pair, or if the
 * value is not a string that stays one when any of its inner bytes are blanks. */
static bool find_plain_string(struct str text, struct span cut, struct span *out)
{
    struct toml_token token = toml_scan(text, cut.start);
    while (token.kind != TOML_EQUALS && token.end < cut.end)
        token = toml_scan(text, token.end);
    do {
        token = toml_scan(text, token.end);
    } while (token.kind == TOML_BLANK);
    bool found = token.plain && toml_is_string(token.kind);
    *out = (struct span){token.start, token.end};
    while (token.end < cut.end) {
        token = toml_scan(text, token.end);
        found = found && (toml_is_gap(token.kind) || token.kind == TOML_COMMA);
    }
    return found && out->end <= cut.end;
}

/* Returns true if the comma of the cut's pair is on a later line, as in `a = 1 # x` and `, b = 2`.
 * Without the pair, the comma alone would be malformed. */
static bool is_before_comma(struct str text, struct span cut)
{
    struct toml_token token = toml_scan(text, cut.end);
    while (toml_is_gap(token.kind))
        token = toml_scan(text, token.end);
    return token.kind == TOML_COMMA;
}

static bool begins_with(struct str text, struct span cut, const char *with)
{
    return strncmp(text.data + toml_skip_blank(text, cut.start), with, strlen(with)) == 0;
}

/* Returns the number of lines, from the last cut back, that are in one page. They are written
 * together, because such a write cannot be torn. Stops before a line that begins with `stop`, if it
 * is not NULL. */
static size_t lines_in_page(struct str text, const struct span *cuts, size_t count,
                            const char *stop)
{
    size_t n = 0;
    while (n < count && is_line(text, cuts[count - n - 1]) &&
           !(stop && begins_with(text, cuts[count - n - 1], stop)) &&
           in_one_page((struct span){cuts[count - n - 1].start, cuts[count - 1].end}))
        n++;
    return n;
}

/*
 * Plans lines page by page, because each line is a pair of its own. It begins with the last line,
 * so that a comma at the beginning of a line is removed before the pair in front of it, and a
 * header after the pairs of its table. If a pair is one of the other cuts, the header of its table
 * is one too, and so is each [[a]] before it, because the pair can be in a table [a.b].
 *
 * The other cuts are several lines long, or are in inline tables and include commas of other pairs,
 * so they are written together. They are written last, because `{a = 1 token = "x"}` would be
 * malformed, while `{a = 1, }` is valid. This write also contains the lines between them, which are
 * blank already.
 */
static void plan_pages(struct plan *plan, const struct span *cuts, size_t count)
{
    struct str text = plan->edit->before;
    size_t first = SIZE_MAX; /* of the other cuts */
    size_t last = 0;
    bool headless = false; /* a pair waits, and its header was not reached */
    while (count > 0) {
        struct span cut = cuts[count - 1];
        struct span value;
        const char *stop = headless ? "[" : first < SIZE_MAX ? "[[" : NULL;
        bool waits = first == count && is_before_comma(text, cut);
        size_t lines = waits ? 0 : lines_in_page(text, cuts, count, stop);
        if (lines > 0) {
            count -= lines;
            plan_blank(plan, cuts + count, lines, true);
            continue;
        }
        count--;
        if (!waits && is_line(text, cut) && characters_in_pages(text, cut) &&
            find_plain_string(text, cut, &value)) {
            plan_line(plan, cut, value);
        } else {
            first = count;
            last = last > first ? last : first;
            headless = !begins_with(text, cut, "[");
        }
    }
    if (first < SIZE_MAX)
        plan_blank(plan, cuts + first, last - first + 1, true);
}

struct edit *edit_plan(struct arena *arena, struct str before, const struct toml_cut *cut)
{
    const struct span *cuts = cut->pieces;
    size_t count = cut->count;
    struct edit *edit = arena_new(arena, struct edit);
    size_t start = cuts[0].start;
    bool moves = in_one_page((struct span){start, before.len});
    size_t end = moves ? before.len : cuts[count - 1].end;
    char *now = arena_alloc(arena, end - start);
    struct plan plan = {arena, edit, start, now};
    memcpy(now, before.data + start, end - start);
    edit->before = before;
    edit->steps = arena_new_array(arena, struct edit_step, count * STEPS_OF_A_CUT);
    edit->length = before.len;
    if (moves)
        plan_move(&plan, cuts, count);
    else if (in_one_page((struct span){start, end}))
        plan_blank(&plan, cuts, count, true);
    else
        plan_pages(&plan, cuts, count);
    return edit;
}

/*
 * Does not continue after a short write. A short write means that the disk is full or a limit was
 * reached. With RLIMIT_FSIZE, another write would raise a signal that kills the process and leaves
 * the file half written.
 */
static struct err *step_write(struct arena *arena, int fd, const struct edit_step *step)
{
    ssize_t wrote = RETRY(pwrite(fd, step->bytes.data, step->bytes.len, (off_t)step->at));
    if (wrote == (ssize_t)step->bytes.len)
        return NULL;
    struct err *err = wrote < 0 ? err_os(arena, errno)
                                : err_new(arena, "only %zd of %zu bytes could be written", wrote,
                                          step->bytes.len);
    if (wrote > 0 && step->old &&
        RETRY(pwrite(fd, step->old, (size_t)wrote, (off_t)step->at)) != wrote)
        return err_wrap(arena, err, "could not restore the old text, so the file is damaged");
    return err;
}

/* Sets the mode, and removes the blank lines if they are still at the end of the file. fdatasync
 * can write the mode later. It does no harm if a power cut loses the mode. */
static struct err *finish(struct arena *arena, int fd, const struct edit *edit, bool make_private)
{
    struct err *left = NULL;
    struct stat status;
    if (fstat(fd, &status) < 0)
        return err_wrap(arena, err_os(arena, errno), "failed to read mode and length");
    if (make_private && (status.st_mode & 07777) != MODE && RETRY(fchmod(fd, MODE)) < 0)
        left = err_wrap(arena, err_os(arena, errno), "failed to set permissions");
    bool grown = status.st_size != (off_t)edit->before.len;
    if (edit->length != edit->before.len && !grown && RETRY(ftruncate(fd, (off_t)edit->length)) < 0)
        left = err_wrap(arena, err_os(arena, errno), "failed to remove the blank lines at the end");
    return left;
}

struct err *edit_apply(struct arena *arena, int fd, const struct edit *edit, bool make_private,
                       struct err **left)
{
    for (size_t i = 0; i < edit->count; i++) {
        TRY(step_write(arena, fd, &edit->steps[i]));
        /* a program that ignores the lock can have changed the file */
        if (RETRY(fdatasync(fd)) < 0 || !fd_contains(fd, edit->steps[i].at, edit->steps[i].bytes)) {
            return errno ? err_os(arena, errno)
                         : err_new(arena, "the file does not contain what was written");
        }
    }
    *left = finish(arena, fd, edit, make_private);
    return NULL;
}
