#include "util/text.h"

#include "util/unicode.h"
#include "util/utf8.h"

bool text_is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

bool text_is_plain(struct str text)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t c = 0;
        bool valid = true;
        at += utf8_decode(text, at, &c, &valid);
        if (!valid || text_is_control(c)) {
            return false;
        }
    }
    return true;
}

static void add_escaped(struct buf *out, uint32_t c)
{
    switch (c) {
    case '\n':
        buf_add(out, STR("\\n"));
        break;
    case '\r':
        buf_add(out, STR("\\r"));
        break;
    case '\t':
        buf_add(out, STR("\\t"));
        break;
    default:
        buf_addf(out, "\\u{%x}", (unsigned)c);
    }
}

struct str text_shown(struct arena *arena, struct str text)
{
    if (text_is_plain(text)) {
        return text;
    }
    struct buf out = buf_new(arena);
    for (size_t at = 0; at < text.len;) {
        uint32_t c = 0;
        bool valid = true;
        size_t len = utf8_decode(text, at, &c, &valid);
        if (!valid) {
            buf_add(&out, STR("\xEF\xBF\xBD"));
        } else if (text_is_control(c)) {
            add_escaped(&out, c);
        } else {
            buf_add_bytes(&out, text.data + at, len);
        }
        at += len;
    }
    return buf_str(&out);
}

static bool needs_no_quotes(struct str word)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "_@%+=:,./-";
    for (size_t i = 0; i < word.len; i++) {
        if (!memchr(safe, word.data[i], sizeof(safe) - 1)) {
            return false;
        }
    }
    return word.len > 0;
}

struct str text_quoted(struct arena *arena, struct str word)
{
    if (needs_no_quotes(word)) {
        return word;
    }
    struct buf out = buf_new(arena);
    buf_add_char(&out, '\'');
    for (size_t i = 0; i < word.len; i++) {
        if (word.data[i] == '\'') {
            buf_add(&out, STR("'\\''"));
        } else {
            buf_add_char(&out, word.data[i]);
        }
    }
    buf_add_char(&out, '\'');
    return buf_str(&out);
}

size_t text_width(struct arena *arena, struct str text)
{
    size_t width = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = 0;
        bool valid = true;
        at += utf8_decode(text, at, &c, &valid);
        width += unicode_width(arena, c);
    }
    return width;
}

/* Returns the length of the longest beginning that is at most `columns` wide. */
static size_t fitting(struct arena *arena, struct str text, size_t columns)
{
    size_t at = 0;
    for (size_t width = 0; at < text.len;) {
        uint32_t c = 0;
        bool valid = true;
        size_t len = utf8_decode(text, at, &c, &valid);
        width += unicode_width(arena, c);
        if (width > columns) {
            break;
        }
        at += len;
    }
    return at;
}

struct str text_fit(struct arena *arena, struct str text, size_t columns)
{
    size_t width = text_width(arena, text);
    if (width <= columns || columns < 3) {
        return text;
    }
    size_t head = fitting(arena, text, (columns - 1) / 3);
    struct str rest = str_slice(arena, text, head, text.len);
    size_t cut = text_width(arena, rest) -
                 (columns - 1 - text_width(arena, str_slice(arena, text, 0, head)));
    size_t tail = head;
    while (tail < text.len) {
        uint32_t c = 0;
        bool valid = true;
        size_t len = utf8_decode(text, tail, &c, &valid);
        size_t gone = unicode_width(arena, c);
        if (cut == 0 && gone > 0) {
            break; /* combining characters are removed with their base character */
        }
        tail += len;
        cut -= gone < cut ? gone : cut;
    }
    return str_format(arena, "%.*s\xE2\x80\xA6%.*s", (int)head, text.data, (int)(text.len - tail),
                      text.data + tail);
}
