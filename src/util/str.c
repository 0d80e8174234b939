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
    for (size_t i = 0; i < s.len; i++)
        copy[i] = (char)tolower((unsigned char)s.data[i]);
    return (struct str){copy, s.len};
}

size_t utf8_decode(struct str s, size_t at, uint32_t *character, bool *valid)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000}; /* by the bytes that follow */
    unsigned char byte = (unsigned char)s.data[at];
    size_t follow = (size_t)(byte >= 0xC0) + (byte >= 0xE0) + (byte >= 0xF0);
    uint32_t value = follow > 0 ? byte & (0x3FU >> follow) : byte;
    bool good = byte < 0x80 || (byte >= 0xC0 && byte < 0xF8);
    size_t len = 1;
    while (good && len <= follow) {
        unsigned char next = at + len < s.len ? (unsigned char)s.data[at + len] : 0;
        size_t bits_left = 6 * (follow - len);
        value = value << 6 | (next & 0x3FU);
        uint32_t first = value << bits_left; /* of the characters that begin so */
        uint32_t last = first | ((1U << bits_left) - 1);
        bool surrogate = first >= 0xD800 && last <= 0xDFFF;
        good = (next & 0xC0) == 0x80 && last >= least[follow] && first <= 0x10FFFF && !surrogate;
        len += good ? 1 : 0;
    }
    *valid = good;
    *character = good ? value : 0xFFFD;
    return len;
}

bool utf8_valid(struct str s)
{
    bool valid = true;
    for (size_t at = 0; valid && at < s.len;) {
        uint64_t eight = UINT64_MAX; /* most texts are ASCII, which this finds fast */
        uint32_t character;
        if (s.len - at >= sizeof(eight))
            memcpy(&eight, s.data + at, sizeof(eight));
        bool ascii = (eight & UINT64_C(0x8080808080808080)) == 0;
        at += ascii ? sizeof(eight) : utf8_decode(s, at, &character, &valid);
    }
    return valid;
}

struct str utf8_lossy(struct arena *arena, struct str s)
{
    if (utf8_valid(s))
        return s;
    struct buf buf = buf_new(arena);
    for (size_t at = 0, len = 0; at < s.len; at += len) {
        uint32_t character;
        bool valid;
        len = utf8_decode(s, at, &character, &valid);
        buf_add_bytes(&buf, valid ? s.data + at : "\xEF\xBF\xBD", valid ? len : 3);
    }
    return buf_str(&buf);
}

struct buf buf_new(struct arena *arena)
{
    return (struct buf){.arena = arena};
}

void buf_reserve(struct buf *buf, size_t more)
{
    size_t needed = buf->len + more + 1;
    if (needed <= buf->size)
        return;
    size_t size = buf->size < 32 ? 64 : buf->size * 2;
    if (size < needed)
        size = needed;
    buf->data = arena_grow(buf->arena, buf->data, buf->size, size);
    buf->size = size;
}

void buf_add_bytes(struct buf *buf, const char *data, size_t len)
{
    if (len == 0)
        return;
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

PRINTF_LIKE(2, 0)
static void buf_vaddf(struct buf *buf, const char *format, va_list arguments)
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
    if (len > 0) /* glibc fails only for wide characters, which no format here has */
        buf->len += (size_t)len;
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

struct str str_vformat(struct arena *arena, const char *format, va_list arguments)
{
    struct buf buf = buf_new(arena);
    buf_vaddf(&buf, format, arguments);
    return buf_str(&buf);
}

struct str str_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct str text = str_vformat(arena, format, arguments);
    va_end(arguments);
    return text;
}
