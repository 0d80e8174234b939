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
        uint32_t c = (unsigned char)text.data[at];
        bool valid = true;
        bool fast = c >= ' ' && c < 0x7F; /* most texts have no other characters */
        at += fast ? 1 : utf8_decode(text, at, &c, &valid);
        if (!fast && (!valid || text_is_control(c))) {
            return false;
        }
    }
    return true;
}

static void add_escaped(struct buf *out, uint32_t c)
{
    static const char *const letters[] = {['\t'] = "\\t", ['\n'] = "\\n", ['\r'] = "\\r"};
    if (c < COUNT(letters) && letters[c]) {
        buf_add(out, str_of(letters[c]));
    } else {
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

struct str text_quoted(struct arena *arena, struct str word)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "_@%+=:,./-";
    if (word.len > 0 && strspn(word.data, safe) == word.len) {
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

size_t text_width(struct str text)
{
    size_t width = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = 0;
        bool valid = true;
        at += utf8_decode(text, at, &c, &valid);
        width += unicode_width(c);
    }
    return width;
}

/* Returns the offset after the characters from `at` on that are together at most `columns` wide. */
static size_t skip(struct str text, size_t at, size_t columns)
{
    size_t width = 0;
    for (size_t len = 0; at < text.len; at += len) {
        uint32_t c = 0;
        bool valid = true;
        len = utf8_decode(text, at, &c, &valid);
        width += unicode_width(c);
        if (width > columns) {
            break;
        }
    }
    return at;
}

struct str text_fit(struct arena *arena, struct str text, size_t columns)
{
    size_t width = text_width(text);
    if (width <= columns || columns < 3) {
        return text;
    }
    size_t gone = width - (columns - 1); /* columns in the middle */
    size_t head = skip(text, 0, (columns - 1) / 3);
    size_t tail = skip(text, head, gone);
    if (text_width(str_slice(arena, text, head, tail)) < gone) {
        tail = skip(text, head, gone + 1); /* not half of a wide character */
    }
    return str_format(arena, "%.*s\xE2\x80\xA6%.*s", (int)head, text.data, (int)(text.len - tail),
                      text.data + tail);
}
