/*
 * Text. A str is bytes with a length. A NUL always follows them, so that s.data can be passed to
 * the system as it is. The bytes themselves can be anything, also NULs. A str owns nothing: the
 * bytes are in an arena or are a literal. A piece of a longer text is a span, two offsets into it.
 * There is no third kind.
 *
 * A buf builds a str piece by piece in an arena:
 *
 *     struct buf b = buf_new(arena);
 *     buf_add(&b, STR("token for `"));
 *     buf_add(&b, name);
 *     struct str s = buf_str(&b);
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
    size_t end; /* the first byte that no longer belongs to it */
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})

/* For printf's "%.*s". A NUL inside ends what is printed. */
#define STR_ARG(s) (int)(s).len, (s).data

/* A str over a C string, which must live as long; NULL gives the empty str. */
struct str str_of(const char *cstring);

struct str str_copy(struct arena *arena, const char *data, size_t len);
struct str str_format(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* The bytes from start up to end, as a str of its own. */
struct str str_slice(struct arena *arena, struct str s, size_t start, size_t end);

bool str_eq(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
int str_cmp(struct str a, struct str b); /* by bytes, as memcmp, the shorter first */

/* Offset of the first / last such byte, or -1. */
ptrdiff_t str_find(struct str s, char byte);
ptrdiff_t str_rfind(struct str s, char byte);

/* ASCII letters only, as cargo does it for keys of the environment. */
struct str str_upper(struct arena *arena, struct str s);
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
void buf_vaddf(struct buf *buf, const char *format, va_list arguments) PRINTF_LIKE(2, 0);

/* A view of what was built. Valid until the buf is added to. */
struct str buf_str(const struct buf *buf);

#endif
