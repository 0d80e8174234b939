#include "toml/parse.h"

/* A value without quotes, and the position of the reader. */
struct reader {
    const char *data;
    size_t len;
    size_t at;
    uint64_t number; /* of the last digits that were read */
    bool too_large;
};

static char peek(const struct reader *r)
{
    if (r->at == r->len) {
        return '\0';
    }
    return r->data[r->at];
}

/* Reads one of these characters. */
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

unsigned int toml_digit(char c)
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
    r->number = 0;
    r->too_large = false;
    while (toml_digit(peek(r)) < radix) {
        r->too_large |= __builtin_mul_overflow(r->number, radix, &r->number);
        r->too_large |= __builtin_add_overflow(r->number, toml_digit(peek(r)), &r->number);
        r->at++;
        bool more = peek(r) == '_' && r->at + 1 < r->len && toml_digit(r->data[r->at + 1]) < radix;
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

/* Returns false if it is not an integer. Sets `too_large`. */
static bool read_integer(struct reader *r, int64_t *out)
{
    bool negative = peek(r) == '-';
    unsigned int radix = 10;
    if (!take(r, "+-") && r->len > 2 && r->data[0] == '0') {
        char letter = r->data[1];
        radix = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
        r->at = radix == 10 ? 0 : 2;
    }
    if (!(radix == 10 ? take_decimal(r) : take_digits(r, radix)) || r->at < r->len) {
        return false;
    }
    r->too_large |= r->number > (uint64_t)INT64_MAX + negative;
    *out = (int64_t)(negative ? -r->number : r->number);
    return true;
}

static bool is_float(struct reader r)
{
    (void)take(&r, "+-");
    if (is_word(&r, r.at, "inf") || is_word(&r, r.at, "nan")) {
        return true;
    }
    if (!take_decimal(&r) || (take(&r, ".") && !take_digits(&r, 10))) {
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

/* Reads characters like those of the pattern, in which a zero stands for any digit. */
static bool take_like(struct reader *r, const char *pattern)
{
    for (const char *p = pattern; *p; p++) {
        if (*p == '0' ? toml_digit(peek(r)) > 9 : peek(r) != *p) {
            return false;
        }
        r->at++;
    }
    return true;
}

/* The seconds and their fraction are optional. */
static bool take_time(struct reader *r)
{
    bool time = take_like(r, "00:00");
    if (time && peek(r) == ':') {
        time = take_like(r, ":00");
        if (time && take(r, ".")) {
            time = take_digits(r, 10);
        }
    }
    return time;
}

/* Checks only the form, because cargo accepts no date as a setting, even if there is such a day. */
static bool is_datetime(struct reader r)
{
    if (r.len > 2 && r.data[2] == ':') {
        return take_time(&r) && r.at == r.len;
    }
    bool date = take_like(&r, "0000-00-00");
    if (date && r.at < r.len) {
        date = take(&r, "Tt ") && take_time(&r);
        if (date && take(&r, "+-")) {
            date = take_like(&r, "00:00");
        } else {
            (void)take(&r, "Zz");
        }
    }
    return date && r.at == r.len;
}

/* Reports text that was meant as a string, as decoder::scalar::decode_invalid. */
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
    if (memchr(r->data, ' ', r->len)) {
        return unquoted(p, r, at);
    }
    for (size_t i = 0; i < COUNT(words); i++) {
        if ((first | 0x20) == words[i][1]) {
            return toml_fault(p, i < 2 ? "invalid boolean" : "invalid float", words[i], at.start,
                              at.end);
        }
    }
    if (first == '.') {
        return toml_fault(p, "invalid mantissa", "digits", at.start, at.start);
    }
    size_t digit = first == '+' || first == '-';
    size_t end = digit;
    while (end < r->len && r->data[end] && strchr("0123456789+-_.:eETtZz", r->data[end])) {
        end++;
    }
    if (end == r->len && digit < r->len && toml_digit(r->data[digit]) <= 9) {
        return toml_fault(p, "invalid number or date", NULL, at.start, at.end);
    }
    return unquoted(p, r, at);
}

bool toml_decode_bare(struct toml_parser *p, struct toml_node *node)
{
    struct toml_span at = node->value;
    struct reader r = {.data = p->text.data + at.start, .len = at.end - at.start};
    if (is_word(&r, 0, "true") || is_word(&r, 0, "false")) {
        node->type = TOML_BOOLEAN;
        node->boolean = r.data[0] == 't';
        return true;
    }
    struct reader integer = r;
    if (read_integer(&integer, &node->integer)) {
        node->type = TOML_INTEGER;
        return !integer.too_large || toml_fault(p, "integer out of range", NULL, at.start, at.end);
    }
    if (is_float(r) || is_datetime(r)) {
        node->type = is_float(r) ? TOML_FLOAT : TOML_DATETIME;
        node->string = toml_copy(p, at.start, at.end);
        return true;
    }
    return wrong_value(p, &r, at);
}
