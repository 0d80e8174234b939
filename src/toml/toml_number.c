#include "toml/toml_decode.h"

#define BETWEEN_DIGITS "`_` may only go between digits"

/* A value without quotes while it is read. */
struct value {
    struct toml_decoder *decoder;
    struct str text; /* the whole document */
    struct toml_span raw;
    size_t at; /* floats: what is still to be read */
    enum toml_type type;
};

static char byte_at(const struct value *v, size_t at)
{
    if (at >= v->raw.end) {
        return '\0';
    }
    return v->text.data[at];
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex_digit(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool has(const struct value *v, size_t start, const char *any)
{
    for (size_t i = start; i < v->raw.end; i++) {
        if (v->text.data[i] && strchr(any, v->text.data[i])) {
            return true;
        }
    }
    return false;
}

static bool fault(struct value *v, const char *reason, const char *expected, size_t start,
                  size_t end)
{
    return toml_decode_fault(v->decoder, reason, expected, start, end);
}

static bool ends_with(const struct value *v, const char *quotes)
{
    size_t len = strlen(quotes);
    return v->raw.end - v->raw.start >= len &&
           memcmp(v->text.data + v->raw.end - len, quotes, len) == 0;
}

/* decoder::scalar::decode_invalid: neither number nor word, so most likely a string. */
static bool not_a_value(struct value *v)
{
    static const char reason[] = "missing opening quote";
    size_t start = v->raw.start;
    if (ends_with(v, "'''")) {
        return fault(v, reason, "`'''`", start, start);
    }
    if (ends_with(v, "\"\"\"")) {
        return fault(v, reason, "`\"\"\"`", start, start);
    }
    if (ends_with(v, "'")) {
        return fault(v, reason, "`'`", start, start);
    }
    if (ends_with(v, "\"")) {
        return fault(v, reason, "`\"`", start, start);
    }
    return fault(v, "string values must be quoted", "literal string", start, v->raw.end);
}

/* One part between underscores, its ends included. An underscore needs a digit on both sides;
 * for integers of any radix, hexadecimal ones will do, as in decode_float_or_integer. */
static bool check_part(struct value *v, size_t start, size_t end)
{
    bool (*digit)(char) = v->type == TOML_FLOAT ? is_digit : is_hex_digit;
    size_t len = end - start;
    if (start > v->raw.start && len > 0 && !digit(v->text.data[start])) {
        return fault(v, BETWEEN_DIGITS, NULL, start - 1, start);
    }
    if (len > 1 && end < v->raw.end && !digit(v->text.data[end - 1])) {
        return fault(v, BETWEEN_DIGITS, NULL, end, end + 1);
    }
    if (len == 0) {
        return fault(v, BETWEEN_DIGITS, NULL, start, start + 1);
    }
    return true;
}

/* `start`: behind a radix's prefix, else the whole value with its sign. */
static bool check_underscores(struct value *v, size_t start)
{
    size_t end = v->raw.end;
    if (!has(v, start, "_")) {
        return true;
    }
    if (byte_at(v, start) == '_') {
        return fault(v, BETWEEN_DIGITS, "nothing", v->raw.start, v->raw.start + 1);
    }
    if (v->text.data[end - 1] == '_') {
        return fault(v, BETWEEN_DIGITS, "nothing", end - 1, end);
    }
    size_t part = start;
    for (size_t i = start; i <= end; i++) {
        if (i == end || v->text.data[i] == '_') {
            if (!check_part(v, part, i)) {
                return false;
            }
            part = i + 1;
        }
    }
    return true;
}

/* Digits and underscores. A leading zero is told of where `zero` is not allowed. */
static bool check_digits(struct value *v, bool zero, const char *reason)
{
    size_t start = v->at;
    size_t count = 0;
    while (is_digit(byte_at(v, v->at)) || byte_at(v, v->at) == '_') {
        count += byte_at(v, v->at) != '_';
        v->at++;
    }
    if (count == 0) {
        return fault(v, reason, "digits", start, start);
    }
    if (count > 1 && !zero && byte_at(v, start) == '0') {
        return fault(v, "unexpected leading zero", "nothing", start, start + 1);
    }
    return true;
}

static bool decode_float(struct value *v)
{
    v->type = TOML_FLOAT;
    if (!check_digits(v, false, "invalid mantissa")) {
        return false;
    }
    if (byte_at(v, v->at) == '.') {
        v->at++;
        if (!check_digits(v, true, "invalid fraction")) {
            return false;
        }
    }
    if (byte_at(v, v->at) == 'e' || byte_at(v, v->at) == 'E') {
        v->at++;
        v->at += byte_at(v, v->at) == '+' || byte_at(v, v->at) == '-';
        if (!check_digits(v, true, "invalid exponent")) {
            return false;
        }
    }
    if (v->at != v->raw.end) {
        return fault(v, "invalid float", "nothing", v->at, v->raw.end);
    }
    return check_underscores(v, v->raw.start);
}

static bool decode_decimal(struct value *v, size_t start)
{
    v->type = TOML_INTEGER;
    if (byte_at(v, start) == '0' && v->raw.end - start > 1) {
        return fault(v, "unexpected leading zero", "nothing", start, start + 1);
    }
    return check_underscores(v, v->raw.start);
}

/* decode_datetime_or_float_or_integer; `start` is behind the sign. */
static bool decode_digits(struct value *v, size_t start)
{
    size_t rest = start;
    while (is_digit(byte_at(v, rest))) {
        rest++;
    }
    char c = byte_at(v, rest);
    if (rest == v->raw.end) {
        return decode_decimal(v, start);
    }
    if (c == '-' || c == ':') {
        v->type = TOML_DATETIME;
        return toml_decode_datetime(v->decoder, v->raw);
    }
    if (has(v, rest, " ")) {
        return not_a_value(v);
    }
    if (has(v, rest, ".eE")) {
        v->at = start;
        return decode_float(v);
    }
    return c == '_' ? decode_decimal(v, start) : not_a_value(v);
}

static bool valid_in(char c, char radix)
{
    if (c == '_') {
        return true;
    }
    return radix == 'x' ? is_hex_digit(c) : c >= '0' && c <= (radix == 'o' ? '7' : '1');
}

/* 0x, 0o, 0b at `start`. */
static bool decode_radix(struct value *v, size_t start, char radix)
{
    size_t digits = start + 2;
    size_t raw = v->raw.start;
    if (start != raw) {
        return fault(v, "integers with a radix cannot be signed", "nothing", raw, raw + 1);
    }
    if (v->text.data[start + 1] != radix) {
        return fault(v, "radix must be lowercase",
                     radix == 'x'   ? "`0x`"
                     : radix == 'o' ? "`0o`"
                                    : "`0b`",
                     start, digits);
    }
    if (byte_at(v, digits) == '+' || byte_at(v, digits) == '-') {
        return fault(v, "unexpected sign", "nothing", digits, digits + 1);
    }
    for (size_t i = digits; i < v->raw.end; i++) {
        if (!valid_in(v->text.data[i], radix)) {
            return fault(v,
                         radix == 'x'   ? "invalid hexadecimal number"
                         : radix == 'o' ? "invalid octal number"
                                        : "invalid binary number",
                         NULL, i, i);
        }
    }
    v->type = TOML_INTEGER;
    return check_underscores(v, digits);
}

static bool decode_zero(struct value *v, size_t start)
{
    size_t raw = v->raw.start;
    char c = (char)(byte_at(v, start + 1) | 0x20);
    if (c == 'x' || c == 'o' || c == 'b') {
        return decode_radix(v, start, c);
    }
    if (c == 'd' && start != raw) {
        return fault(v, "integers with a radix cannot be signed", "nothing", raw, raw + 1);
    }
    if (c == 'd') {
        return fault(v, "redundant integer number prefix", "nothing", raw, raw + 2);
    }
    return decode_digits(v, start);
}

static bool is_word(const struct value *v, size_t start, const char *word)
{
    return v->raw.end - start == strlen(word) &&
           memcmp(v->text.data + start, word, strlen(word)) == 0;
}

static bool decode_signed(struct value *v)
{
    size_t start = v->raw.start + 1;
    char c = byte_at(v, start);
    v->at = start;
    if (c == '+' || c == '-') {
        return fault(v, "redundant numeric sign", "nothing", start, start + 1);
    }
    if (c == '0') {
        return decode_zero(v, start);
    }
    if (is_digit(c) || c == '_') {
        return decode_digits(v, start);
    }
    if (c == '.') {
        v->at = v->raw.start; /* told at the sign, as the toml crate does */
        return decode_float(v);
    }
    const char *word = (c | 0x20) == 'i' ? "inf" : "nan";
    if ((c | 0x20) != 'i' && (c | 0x20) != 'n') {
        return not_a_value(v);
    }
    v->type = TOML_FLOAT;
    if (!is_word(v, start, word)) {
        return fault(v, "invalid float", word[0] == 'i' ? "`inf`" : "`nan`", start, v->raw.end);
    }
    return true;
}

static bool decode_word(struct value *v, enum toml_type type, const char *word,
                        const char *expected)
{
    v->type = type;
    if (is_word(v, v->raw.start, word)) {
        return true;
    }
    if (has(v, v->raw.start, " ")) {
        return not_a_value(v);
    }
    return fault(v, type == TOML_FLOAT ? "invalid float" : "invalid boolean", expected,
                 v->raw.start, v->raw.end);
}

static bool decode_unquoted(struct value *v)
{
    switch (byte_at(v, v->raw.start)) {
    case '+':
    case '-':
        return decode_signed(v);
    case '0':
        return decode_zero(v, v->raw.start);
    case '_':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return decode_digits(v, v->raw.start);
    case '.':
        return decode_float(v);
    case 't':
    case 'T':
        return decode_word(v, TOML_BOOLEAN, "true", "`true`");
    case 'f':
    case 'F':
        return decode_word(v, TOML_BOOLEAN, "false", "`false`");
    case 'i':
    case 'I':
        return decode_word(v, TOML_FLOAT, "inf", "`inf`");
    case 'n':
    case 'N':
        return decode_word(v, TOML_FLOAT, "nan", "`nan`");
    default:
        return not_a_value(v);
    }
}

bool toml_decode_scalar(struct toml_decoder *decoder, struct toml_node *node)
{
    struct value v = {
        .decoder = decoder, .text = decoder->text, .raw = node->value, .at = node->value.start};
    if (!decode_unquoted(&v)) {
        return false;
    }
    node->type = v.type;
    if (v.type == TOML_BOOLEAN) {
        node->boolean = v.text.data[v.raw.start] == 't';
    } else if (v.type == TOML_DATETIME) {
        node->string = toml_decode_copy(decoder, v.raw.start, v.raw.end);
    }
    return true;
}
