#include "toml/parse.h"

/* A value without quotes, and the position of the reader. */
struct reader {
    const char *data;
    size_t len;
    size_t at;
};

enum number { NO_NUMBER, NUMBER, OUT_OF_RANGE };

static char peek(const struct reader *r)
{
    if (r->at == r->len) {
        return '\0';
    }
    return r->data[r->at];
}

static bool take(struct reader *r, const char *any)
{
    bool found = peek(r) && strchr(any, peek(r));
    r->at += found;
    return found;
}

static bool is_word(const struct reader *r, size_t start, const char *word)
{
    return r->len - start == strlen(word) && memcmp(r->data + start, word, r->len - start) == 0;
}

static bool is_only(const struct reader *r, const char *characters)
{
    size_t at = 0;
    while (at < r->len && r->data[at] && strchr(characters, r->data[at])) {
        at++;
    }
    return at == r->len;
}

/* Returns UINT8_MAX for a byte that is not a digit in any radix. */
static unsigned int digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned int)(c - '0');
    }
    int letter = c | 0x20;
    return letter >= 'a' && letter <= 'f' ? (unsigned int)(letter - 'a') + 10 : UINT8_MAX;
}

/* Reads digits with single `_` between them. Returns false if there are none. */
static bool take_digits(struct reader *r, unsigned int radix)
{
    size_t start = r->at;
    while (digit_of(peek(r)) < radix) {
        r->at++;
        bool more = peek(r) == '_' && r->at + 1 < r->len && digit_of(r->data[r->at + 1]) < radix;
        r->at += more;
    }
    return r->at > start;
}

/* Reads decimal digits without a leading zero. */
static bool take_decimal(struct reader *r)
{
    size_t start = r->at;
    return take_digits(r, 10) && (r->data[start] != '0' || r->at == start + 1);
}

/* ---- Integers and floats ---- */

static enum number read_integer(struct reader r, int64_t *out)
{
    unsigned int radix = 10;
    bool negative = peek(&r) == '-';
    bool sign = take(&r, "+-");
    if (!sign && r.len > 2 && r.data[0] == '0' && strchr("xob", r.data[1]) && r.data[1]) {
        radix = r.data[1] == 'x' ? 16 : r.data[1] == 'o' ? 8 : 2;
        r.at = 2;
    }
    size_t start = r.at;
    if (!(radix == 10 ? take_decimal(&r) : take_digits(&r, radix)) || r.at < r.len) {
        return NO_NUMBER;
    }
    int64_t value = 0;
    for (size_t i = start; i < r.len; i++) {
        if (r.data[i] == '_') {
            continue;
        }
        int64_t digit = (int64_t)digit_of(r.data[i]);
        if (__builtin_mul_overflow(value, (int64_t)radix, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value)) {
            return OUT_OF_RANGE;
        }
    }
    *out = value;
    return NUMBER;
}

static bool is_float(struct reader r)
{
    (void)take(&r, "+-");
    if (is_word(&r, r.at, "inf") || is_word(&r, r.at, "nan")) {
        return true;
    }
    if (!take_decimal(&r)) {
        return false;
    }
    if (take(&r, ".") && !take_digits(&r, 10)) {
        return false;
    }
    if (take(&r, "eE")) {
        (void)take(&r, "+-");
        if (!take_digits(&r, 10)) {
            return false;
        }
    }
    return r.at == r.len;
}

/* ---- Dates and times ---- */

/* Reads two digits whose number is in this range. */
static bool take_field(struct reader *r, int least, int most)
{
    int value = 0;
    for (int i = 0; i < 2; i++, r->at++) {
        if (digit_of(peek(r)) > 9) {
            return false;
        }
        value = value * 10 + (int)digit_of(peek(r));
    }
    return value >= least && value <= most;
}

static int number_at(const struct reader *r, size_t at)
{
    return (int)(digit_of(r->data[at]) * 10 + digit_of(r->data[at + 1]));
}

static bool take_date(struct reader *r)
{
    static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool century = take_field(r, 0, 99);
    bool years = take_field(r, 0, 99);
    if (!century || !years || !take(r, "-") || !take_field(r, 1, 12) || !take(r, "-")) {
        return false;
    }
    int year = number_at(r, 0) * 100 + number_at(r, 2);
    int month = number_at(r, 5);
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return take_field(r, 1, days[month - 1] + (month == 2 && leap));
}

/* Reads a time. The seconds and their fraction are optional. */
static bool take_time(struct reader *r)
{
    if (!take_field(r, 0, 23) || !take(r, ":") || !take_field(r, 0, 59)) {
        return false;
    }
    if (!take(r, ":")) {
        return true;
    }
    bool whole = take_field(r, 0, 60);
    size_t start = r->at + 1;
    if (whole && take(r, ".")) {
        while (digit_of(peek(r)) <= 9) {
            r->at++;
        }
        whole = r->at > start;
    }
    return whole;
}

static bool take_offset(struct reader *r)
{
    return take(r, "Zz") ||
           (take(r, "+-") && take_field(r, 0, 23) && take(r, ":") && take_field(r, 0, 59));
}

static bool is_datetime(struct reader r)
{
    if (r.len > 2 && r.data[2] == ':') {
        return take_time(&r) && r.at == r.len;
    }
    bool date = take_date(&r);
    if (date && r.at < r.len) {
        date = take(&r, "Tt ") && take_time(&r) && (r.at == r.len || take_offset(&r));
    }
    return date && r.at == r.len;
}

/* ---- Text that is neither ---- */

/* Reports text that was probably meant as a string. As decoder::scalar::decode_invalid. */
static bool unquoted(struct toml_parser *p, const struct reader *r, struct toml_span at)
{
    static const char *const quotes[] = {"`'''`", "`\"\"\"`", "`'`", "`\"`"};
    for (size_t i = 0; i < COUNT(quotes); i++) {
        size_t len = strlen(quotes[i]) - 2;
        if (r->len >= len && memcmp(r->data + r->len - len, quotes[i] + 1, len) == 0) {
            return toml_fault(p, "missing opening quote", quotes[i], at.start, at.start);
        }
    }
    return toml_fault(p, "string values must be quoted", "literal string", at.start, at.end);
}

/* Reports a malformed value. For text that was meant as a string, the reasons are the crate's. */
static bool wrong_value(struct toml_parser *p, const struct reader *r, struct toml_span at)
{
    static const char *const words[] = {"`true`", "`false`", "`inf`", "`nan`"};
    char first = r->data[0];
    bool spaced = memchr(r->data, ' ', r->len);
    for (size_t i = 0; !spaced && i < COUNT(words); i++) {
        if ((first | 0x20) == words[i][1]) {
            return toml_fault(p, i < 2 ? "invalid boolean" : "invalid float", words[i], at.start,
                              at.end);
        }
    }
    if (!spaced && first == '.') {
        return toml_fault(p, "invalid mantissa", "digits", at.start, at.start);
    }
    size_t digits = 0;
    while (digits < r->len && digit_of(r->data[digits]) <= 9) {
        digits++;
    }
    bool date = digits > 0 && digits < r->len && strchr("-:", r->data[digits]);
    if (date && is_only(r, "0123456789-+:.TtZz ")) {
        return toml_fault(p, "invalid date or time", NULL, at.start, at.end);
    }
    bool sign = r->len > 1 && (first == '+' || first == '-');
    bool radix = first == '0' && is_only(r, "0123456789abcdefABCDEFxXoO_");
    if (radix || (digit_of(r->data[sign]) <= 9 && is_only(r, "0123456789+-_.eE"))) {
        return toml_fault(p, "invalid number", NULL, at.start, at.end);
    }
    return unquoted(p, r, at);
}

bool toml_decode_bare(struct toml_parser *p, struct toml_node *node)
{
    struct toml_span at = node->value;
    struct reader r = {p->text.data + at.start, at.end - at.start, 0};
    if (is_word(&r, 0, "true") || is_word(&r, 0, "false")) {
        node->type = TOML_BOOLEAN;
        node->boolean = r.data[0] == 't';
        return true;
    }
    enum number number = read_integer(r, &node->integer);
    if (number == OUT_OF_RANGE) {
        return toml_fault(p, "integer out of range", NULL, at.start, at.end);
    }
    if (number == NUMBER) {
        node->type = TOML_INTEGER;
        return true;
    }
    if (is_float(r) || is_datetime(r)) {
        node->type = is_float(r) ? TOML_FLOAT : TOML_DATETIME;
        node->string = toml_copy(p, at.start, at.end);
        return true;
    }
    return wrong_value(p, &r, at);
}
