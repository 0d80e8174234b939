#include "util/base.h"

#include <ctype.h>

struct str str_of(const char *cstring)
{
    return cstring ? (struct str){cstring, strlen(cstring)} : STR("");
}

struct str str_copy(struct arena *arena, const char *data, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);
    memcpy(copy, data, len);
    return (struct str){copy, len};
}

struct str str_format(struct arena *arena, const char *format, ...)
{
    struct buf buf = buf_new(arena);
    va_list arguments;
    va_start(arguments, format);
    buf_vaddf(&buf, format, arguments);
    va_end(arguments);
    return buf_str(&buf);
}

struct str str_slice(struct arena *arena, struct str s, size_t start, size_t end)
{
    return str_copy(arena, s.data + start, end - start);
}

bool str_eq(struct str a, struct str b)
{
    /* An empty str can have data NULL, which memcmp() does not accept. */
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && memcmp(s.data, prefix.data, prefix.len) == 0;
}

bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len && memcmp(s.data + s.len - suffix.len, suffix.data, suffix.len) == 0;
}

int str_cmp(struct str a, struct str b)
{
    int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

ptrdiff_t str_find(struct str s, char byte)
{
    const char *p = memchr(s.data, byte, s.len);
    return p ? p - s.data : -1;
}

ptrdiff_t str_rfind(struct str s, char byte)
{
    const char *p = memrchr(s.data, byte, s.len);
    return p ? p - s.data : -1;
}

struct str str_lower(struct arena *arena, struct str s)
{
    char *copy = arena_alloc(arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++) {
        copy[i] = (char)tolower((unsigned char)s.data[i]);
    }
    return (struct str){copy, s.len};
}

struct buf buf_new(struct arena *arena)
{
    return (struct buf){.arena = arena};
}

/* Makes room for `more` bytes and a NUL. */
static void buf_reserve(struct buf *buf, size_t more)
{
    size_t needed = buf->len + more + 1;
    if (needed <= buf->size) {
        return;
    }
    size_t size = buf->size < 32 ? 64 : buf->size * 2;
    if (size < needed) {
        size = needed;
    }
    buf->data = arena_grow(buf->arena, buf->data, buf->size, size);
    buf->size = size;
}

void buf_add_bytes(struct buf *buf, const char *data, size_t len)
{
    if (len == 0) {
        return;
    }
    buf_reserve(buf, len);
    memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void buf_add(struct buf *buf, struct str s)
{
    buf_add_bytes(buf, s.data, s.len);
}

void buf_add_char(struct buf *buf, char byte)
{
    buf_add_bytes(buf, &byte, 1);
}

void buf_add_times(struct buf *buf, char byte, size_t count)
{
    buf_reserve(buf, count);
    memset(buf->data + buf->len, byte, count);
    buf->len += count;
    buf->data[buf->len] = '\0';
}

void buf_vaddf(struct buf *buf, const char *format, va_list arguments)
{
    /* Most texts fit into the existing room, so that formatting once is enough. */
    buf_reserve(buf, 0);
    size_t room = buf->size - buf->len;
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(buf->data + buf->len, room, format, arguments);
    if (len > 0 && (size_t)len >= room) {
        buf_reserve(buf, (size_t)len);
        (void)vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
    }
    va_end(again);
    if (len > 0) { /* glibc fails only for wide characters, which no format here has */
        buf->len += (size_t)len;
    }
}

void buf_addf(struct buf *buf, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    buf_vaddf(buf, format, arguments);
    va_end(arguments);
}

struct str buf_str(const struct buf *buf)
{
    return buf->data ? (struct str){buf->data, buf->len} : STR("");
}
