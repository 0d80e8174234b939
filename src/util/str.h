/*
 * Text. A str is bytes with a length. A NUL always follows them, so that s.data can be passed to
 * system calls. The bytes can have any values, including NUL. A str owns nothing: its bytes are in
 * an arena or in a literal. A piece of a longer text is a span: two offsets into the text. A buf
 * builds a str piece by piece in an arena.
 */
#ifndef UTIL_STR_H
#define UTIL_STR_H

#include "util/base.h"

struct str {
    const char *data;
    size_t len;
};

struct span {
    size_t start;
    size_t end; /* the first byte after it */
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})

/* Makes a str of a C string, which must live as long as the str. NULL becomes the empty str. */
struct str str_of(const char *cstring);

struct str str_copy(struct arena *arena, const char *data, size_t len);
struct str str_format(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
struct str str_vformat(struct arena *arena, const char *format, va_list arguments)
    PRINTF_LIKE(2, 0);

/* Copies the bytes from start to end. */
struct str str_slice(struct arena *arena, struct str s, size_t start, size_t end);

bool str_eq(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
int str_cmp(struct str a, struct str b); /* by bytes, as memcmp(), a prefix first */

/* Return the offset of the first or last such byte, or -1. */
ptrdiff_t str_find(struct str s, char byte);
ptrdiff_t str_rfind(struct str s, char byte);

/*
 * UTF-8. Arguments, variables and paths can have any bytes. When they are printed or compared by
 * character, bytes that are not UTF-8 count as U+FFFD, as in Rust's from_utf8_lossy: one for each
 * longest piece that could have begun a character.
 */

/* Decodes the character at offset `at`, which must be below s.len. Returns its length in bytes. If
 * the bytes are not UTF-8, sets `valid` to false and the character to U+FFFD. */
size_t utf8_decode(struct str s, size_t at, uint32_t *character, bool *valid);

bool utf8_valid(struct str s);

/* Returns the text with U+FFFD for bytes that are not UTF-8. */
struct str utf8_lossy(struct arena *arena, struct str s);

/* Converts only ASCII letters, as cargo does for names of variables. */
struct str str_lower(struct arena *arena, struct str s);

struct buf {
    struct arena *arena;
    char *data;
    size_t len;
    size_t size;
};

struct buf buf_new(struct arena *arena);
void buf_add(struct buf *buf, struct str s);
void buf_add_bytes(struct buf *buf, const char *data, size_t len);
void buf_add_char(struct buf *buf, char byte);
void buf_add_times(struct buf *buf, char byte, size_t count);
void buf_addf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);

/* Makes room for `more` bytes and a NUL, which the caller writes itself. */
void buf_reserve(struct buf *buf, size_t more);

/* Returns the text so far. It is valid until the buf changes. */
struct str buf_str(const struct buf *buf);

#endif
