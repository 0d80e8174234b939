#include "util/utf8.h"

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
    *character = good ? value : UTF8_REPLACEMENT;
    return len;
}

struct str utf8_lossy(struct arena *arena, struct str s)
{
    if (utf8_valid(s)) {
        return s;
    }
    struct buf buf = buf_new(arena);
    for (size_t at = 0, len = 0; at < s.len; at += len) {
        uint32_t character;
        bool valid;
        len = utf8_decode(s, at, &character, &valid);
        buf_add_bytes(&buf, valid ? s.data + at : "\xEF\xBF\xBD", valid ? len : 3);
    }
    return buf_str(&buf);
}

bool utf8_valid(struct str text)
{
    bool valid = true;
    for (size_t at = 0; valid && at < text.len;) {
        uint64_t eight = UINT64_MAX; /* most texts are ASCII, which this finds fast */
        uint32_t character;
        if (text.len - at >= sizeof(eight)) {
            memcpy(&eight, text.data + at, sizeof(eight));
        }
        bool ascii = (eight & UINT64_C(0x8080808080808080)) == 0;
        at += ascii ? sizeof(eight) : utf8_decode(text, at, &character, &valid);
    }
    return valid;
}
