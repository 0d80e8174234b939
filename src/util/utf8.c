#include "util/utf8.h"

/* The number of bytes that follow a lead byte, and the range of the first of them. Unicode, table
 * 3-7. */
struct lead {
    unsigned follow;
    unsigned char least;
    unsigned char greatest;
};

static struct lead lead_of(unsigned char byte)
{
    if (byte >= 0xC2 && byte <= 0xDF) {
        return (struct lead){1, 0x80, 0xBF};
    }
    if (byte >= 0xE0 && byte <= 0xEF) {
        return (struct lead){2, byte == 0xE0 ? 0xA0 : 0x80, byte == 0xED ? 0x9F : 0xBF};
    }
    if (byte >= 0xF0 && byte <= 0xF4) {
        return (struct lead){3, byte == 0xF0 ? 0x90 : 0x80, byte == 0xF4 ? 0x8F : 0xBF};
    }
    return (struct lead){0, 0, 0};
}

size_t utf8_decode(struct str s, size_t at, uint32_t *character, bool *valid)
{
    unsigned char byte = (unsigned char)s.data[at];
    *valid = true;
    *character = byte;
    if (byte < 0x80) {
        return 1;
    }
    struct lead lead = lead_of(byte);
    uint32_t value = byte & (0x3FU >> lead.follow);
    size_t len = 1;
    while (len <= lead.follow && at + len < s.len) {
        unsigned char next = (unsigned char)s.data[at + len];
        bool first = len == 1;
        if (next < (first ? lead.least : 0x80) || next > (first ? lead.greatest : 0xBF)) {
            break;
        }
        value = value << 6 | (next & 0x3FU);
        len++;
    }
    *valid = lead.follow > 0 && len == lead.follow + 1;
    *character = *valid ? value : UTF8_REPLACEMENT;
    return len;
}

struct str utf8_lossy(struct arena *arena, struct str s)
{
    struct buf buf = buf_new(arena);
    size_t kept = 0; /* bytes before this one are in buf */
    bool valid = true;
    for (size_t at = 0, len = 0; at < s.len; at += len) {
        uint32_t character = 0;
        len = utf8_decode(s, at, &character, &valid);
        if (!valid) {
            buf_add_bytes(&buf, s.data + kept, at - kept);
            buf_add(&buf, STR("\xEF\xBF\xBD"));
            kept = at + len;
        }
    }
    if (kept == 0) {
        return s;
    }
    buf_add_bytes(&buf, s.data + kept, s.len - kept);
    return buf_str(&buf);
}

/* Returns the length of the character at `s`, which has `left` bytes, or 0 if it is not UTF-8.
 * Accepts no overlong form, no surrogate and nothing above U+10FFFF. */
static size_t character_length(const unsigned char *s, size_t left)
{
    unsigned char lowest = 0x80;
    unsigned char highest = 0xbf;
    size_t len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (s[0] < 0xc2 || s[0] > 0xf4 || left < len) {
        return 0;
    }
    if (s[0] == 0xe0) {
        lowest = 0xa0;
    } else if (s[0] == 0xed) {
        highest = 0x9f;
    } else if (s[0] == 0xf0) {
        lowest = 0x90;
    } else if (s[0] == 0xf4) {
        highest = 0x8f;
    }
    if (s[1] < lowest || s[1] > highest) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return len;
}

bool utf8_valid(struct str text)
{
    const unsigned char *s = (const unsigned char *)text.data;
    size_t i = 0;
    while (i < text.len) {
        uint64_t eight;
        if (text.len - i >= sizeof(eight)) {
            memcpy(&eight, s + i, sizeof(eight));
            if (!(eight & UINT64_C(0x8080808080808080))) {
                i += sizeof(eight);
                continue;
            }
        }
        if (s[i] < 0x80) {
            i++;
            continue;
        }
        size_t len = character_length(s + i, text.len - i);
        if (len == 0) {
            return false;
        }
        i += len;
    }
    return true;
}
