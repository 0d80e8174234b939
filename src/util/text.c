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
