#include "registry/percent.h"

void percent_encode(struct buf *out, const char *data, size_t len, const char *set)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c < 0x20 || c >= 0x7f || strchr(set, c)) {
            buf_addf(out, "%%%02X", c);
        } else {
            buf_add_char(out, (char)c);
        }
    }
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

struct str percent_decode(struct arena *arena, struct str s)
{
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < s.len; i++) {
        int high = s.data[i] == '%' && s.len - i > 2 ? hex_value(s.data[i + 1]) : -1;
        int low = high >= 0 ? hex_value(s.data[i + 2]) : -1;
        if (low >= 0) {
            buf_add_char(&out, (char)(high * 16 + low));
            i += 2;
        } else {
            buf_add_char(&out, s.data[i]);
        }
    }
    return buf_str(&out);
}
