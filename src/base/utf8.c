#include "base/utf8.h"

/* Most bytes that can follow a lead byte, and the least and greatest first one: Unicode table 3-7.
 */
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
