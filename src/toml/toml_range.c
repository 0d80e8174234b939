#include "toml/toml_decode.h"

#include <math.h>

__extension__ typedef unsigned __int128 u128;

struct number {
    bool negative;
    bool overflow; /* more than 128 bits; nothing behind 0x; 1_0x2, which nobody has refused yet */
    u128 magnitude;
};

/* Of a byte that is no digit of a radix: at least that radix. */
static unsigned int digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned int)(c - '0');
    }
    char letter = (char)(c | 0x20);
    return letter >= 'a' ? (unsigned int)(letter - 'a') + 10 : UINT8_MAX;
}

static struct number read_integer(struct str text, struct toml_span at)
{
    struct number number = {0};
    unsigned int radix = 10;
    size_t i = at.start;
    if (text.data[i] == '+' || text.data[i] == '-') {
        number.negative = text.data[i++] == '-';
    }
    if (at.end - i >= 2 && text.data[i] == '0') { /* no other number begins with a zero */
        radix = text.data[i + 1] == 'x' ? 16 : text.data[i + 1] == 'o' ? 8 : 2;
        i += 2;
    }
    number.overflow = i == at.end;
    for (; i < at.end; i++) {
        if (text.data[i] == '_') {
            continue;
        }
        number.overflow |= digit_of(text.data[i]) >= radix;
        number.overflow |= __builtin_mul_overflow(number.magnitude, radix, &number.magnitude);
        number.overflow |=
            __builtin_add_overflow(number.magnitude, digit_of(text.data[i]), &number.magnitude);
    }
    return number;
}

static const char *decimal_text(struct arena *arena, const struct number *number)
{
    char digits[48];
    size_t at = sizeof(digits);
    u128 rest = number->magnitude;
    do {
        digits[--at] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest);
    return str_format(arena, "%s%.*s", number->negative ? "-" : "", (int)(sizeof(digits) - at),
                      digits + at)
        .data;
}

static bool check_integer(struct toml_decoder *decoder, struct toml_span at, int64_t *out)
{
    struct number number = read_integer(decoder->text, at);
    u128 half = (u128)1 << 127;
    u128 limit = (u128)INT64_MAX + number.negative;
    if (number.overflow || (number.negative && number.magnitude > half)) {
        return toml_decode_fault(decoder, "integer number overflowed", NULL, at.start, at.end);
    }
    if (number.magnitude <= limit) {
        uint64_t bits = (uint64_t)number.magnitude;
        *out = (int64_t)(number.negative ? 0 - bits : bits);
        return true;
    }
    if (!number.negative && number.magnitude <= UINT64_MAX) {
        return toml_decode_fault(decoder, "u64 value was too large", NULL, at.start, at.end);
    }
    const char *shown = decoder->snippet == TOML_MASK ? "*" : decimal_text(decoder->arena, &number);
    const char *type = number.magnitude >= half && !number.negative ? "u128" : "i128";
    return toml_decode_fault(
        decoder, str_format(decoder->arena, "invalid type: integer `%s` as %s", shown, type).data,
        "any valid TOML value", at.start, at.end);
}

static bool check_float(struct toml_decoder *decoder, struct toml_span at, double *out)
{
    struct buf buf = buf_new(decoder->arena);
    for (size_t i = at.start; i < at.end; i++) {
        if (decoder->text.data[i] != '_') {
            buf_add_char(&buf, decoder->text.data[i]);
        }
    }
    double value = strtod(buf_str(&buf).data, NULL); /* this program never leaves the C locale */
    if (isinf(value) && str_find(buf_str(&buf), 'f') < 0) {
        return toml_decode_fault(decoder, "floating-point number overflowed", NULL, at.start,
                                 at.end);
    }
    *out = value;
    return true;
}

bool toml_decode_range(struct toml_decoder *decoder, struct toml_node *node)
{
    if (node->type == TOML_INTEGER) {
        return check_integer(decoder, node->value, &node->integer);
    }
    return node->type != TOML_FLOAT || check_float(decoder, node->value, &node->floating);
}
