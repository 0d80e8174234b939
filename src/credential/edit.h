/*
 * Removes pieces of a file in place. If the program is killed at any point, the file is valid TOML,
 * and only pieces that were to be removed can be missing.
 *
 * The file is edited in place because cargo locks the file itself, not its name. If a new file
 * replaced it by rename, a `cargo login` that waits for the lock would write its token into the old
 * file. Editing in place also keeps links, owner, access lists and mounts, and overwrites the bytes
 * of the secret. File systems that copy on write, and flash memory, can still keep these bytes.
 *
 * A crash can happen between two writes. During one write, a crash can leave only some of the pages
 * written, because the kernel copies page by page and a disk writes pages in any order. Therefore,
 * a plan is a list of steps, and each step is on the disk before the next one begins. The kinds of
 * steps are:
 *
 *   move    The text after the cut moves up, and newlines fill the rest. At the end, the file gets
 *           its new length. Used only if all bytes from the cut to the end of the file are in one
 *           page: always in files below 4 KiB, and in longer files near their end.
 *   blank   Otherwise, no text moves. The cut becomes blanks, and its line end stays. TOML allows
 *           white space wherever a pair can be, and the cost does not depend on the size of the
 *           file. This is also used only within one page.
 *   line    A cut that crosses a page border and is one line `key = "value"`:
 *               token = "s3cr|et" # mine     the value becomes blanks: any mixture is a string
 *               token = "    |  " # mine     the first byte becomes `#`: one byte is there or not
 *               #oken = "    |  " # mine     the rest becomes blanks: any mixture is a comment
 *               #            |               the first byte becomes a blank
 *           In this order, the secret is gone before the pair is no longer seen. Therefore, a
 *           second run after a crash finds either the pair to remove or nothing.
 *   both    Any other cut that crosses a page border, for example because it has several pairs, its
 *           value has several lines, or it shares a line with other text of an inline table. It is
 *           blanked in one write. This write can be torn if the power fails or SIGKILL arrives
 *           between its two pages. TOML has no way to hide a part of a line when only one of the
 *           two pages is written.
 *
 * After the steps, the file gets its new length. This needs no sync, because the blank lines that
 * it removes are valid TOML. If the power fails before the new length is on the disk, some file
 * systems leave NULs instead of these lines. The next run repairs this (config_file.torn).
 */
#ifndef CREDENTIAL_EDIT_H
#define CREDENTIAL_EDIT_H

#include "toml/cut.h"

/* The unit that the kernel and disks write completely or not at all, in bytes. */
enum { EDIT_PAGE = 4096 };

struct edit_step {
    size_t at;
    struct str bytes;
    const char *old; /* to undo a short write, half of which would be malformed; or NULL */
};

struct edit {
    struct str before;
    struct edit_step *steps;
    size_t count;
    size_t length; /* final length of the file */
};

/* Decides what to write, in which order, and allocates the memory for it. The cut has at least one
 * piece. `before` must live as long as the plan. */
struct edit *edit_plan(struct arena *arena, struct str before, const struct toml_cut *cut);

/*
 * `fd` is open for reading and writing, locked, and contains edit->before. Each step is read again
 * after it is on the disk. After the last step, `make_private` sets the mode to 0600, as cargo does
 * for its credentials file. If another program has appended to the file, the file is not shortened.
 * On failure, the file is valid and has its old text or lacks some of the cuts. If even this could
 * not be ensured, the err says so. Otherwise, sets `left` to NULL, or to an err if the mode or the
 * length could not be set. The cuts are removed all the same.
 */
struct err *edit_apply(struct arena *arena, int fd, const struct edit *edit, bool make_private,
                       struct err **left) MUST_CHECK;

#endif
