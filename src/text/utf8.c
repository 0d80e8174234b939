#include "text/toml.h"

/* Length of the character at `s`, which has `left` bytes; 0 where it is not UTF-8. By the table of
 * Unicode's chapter 3: no overlong form, no surrogate, nothing above U+10FFFF. */
static size_t character(const unsigned char *s, size_t left)
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
        size_t len = character(s + i, text.len - i);
        if (len == 0) {
            return false;
        }
        i += len;
    }
    return true;
}
