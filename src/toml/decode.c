/* Decodes keys and values. */
#include "toml/parse.h"

/* ---- Strings and keys ---- */

/* The state while a string is decoded. */
struct decoder {
    struct toml_parser *p;
    const char *at; /* a NUL follows the text, so one byte after `end` can be read */
    const char *end;
    bool lines; /* it can have several lines */
};

/* Returns the value of a hexadecimal digit, or UINT8_MAX. */
static unsigned int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned int)(c - '0');
    int letter = c | 0x20;
    return letter >= 'a' && letter <= 'f' ? (unsigned int)(letter - 'a') + 10 : UINT8_MAX;
}

static void put(struct toml_parser *p, const char *bytes, size_t len)
{
    memcpy(p->pool, bytes, len);
    p->pool += len;
}

static struct str finish(struct toml_parser *p, const char *start)
{
    struct str text = {start, (size_t)(p->pool - start)};
    *p->pool++ = '\0';
    return text;
}

/* Copies the bytes to the pool, followed by a NUL. */
static struct str copy(struct toml_parser *p, size_t start, size_t end)
{
    const char *pool = p->pool;
    put(p, p->doc.text.data + start, end - start);
    return finish(p, pool);
}

static void put_character(struct toml_parser *p, uint32_t c)
{
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--) {
        p->pool[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    p->pool[0] = (char)(first[len] | c);
    p->pool += len;
}

/* Returns the length of the line end at the current position: 0, 1 or 2 bytes. */
static size_t newline(const struct decoder *d)
{
    if (d->at == d->end)
        return 0;
    if (*d->at == '\n')
        return 1;
    return d->at[0] == '\r' && d->at + 1 < d->end && d->at[1] == '\n' ? 2 : 0;
}

static bool decode_hex(struct decoder *d, int digits)
{
    uint32_t value = 0;
    for (int i = 0; i < digits; i++, d->at++) {
        unsigned int digit = d->at < d->end ? digit_of(*d->at) : UINT8_MAX;
        if (digit > 15)
            return false;
        value = value << 4 | digit;
    }
    if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return false;
    put_character(d->p, value);
    return true;
}

/* Skips the white space after a backslash, which must contain a line end. */
static bool skip_escaped_newline(struct decoder *d)
{
    bool found = false;
    for (;;) {
        size_t len = newline(d);
        if (len == 0 && (d->at == d->end || !toml_is_blank(*d->at)))
            return found;
        found = found || len > 0;
        d->at += len > 0 ? len : 1;
    }
}

/* Decodes the escape after a backslash. */
static bool decode_escape(struct decoder *d)
{
    static const char letters[] = "befnrt\\\"";
    static const char meanings[] = "\b\x1b\f\n\r\t\\\"";
    char c = *d->at; /* at the end, a quote */
    const char *letter = c && d->at < d->end ? strchr(letters, c) : NULL;
    if (letter) {
        put(d->p, &meanings[letter - letters], 1);
        d->at++;
        return true;
    }
    if (c == 'x' || c == 'u' || c == 'U') {
        d->at++;
        return decode_hex(d, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    }
    return d->lines && skip_escaped_newline(d);
}

/* Decodes the text between the quotes. */
static void decode(struct decoder *d, bool escapes)
{
    const char *text = d->p->doc.text.data;
    while (d->at < d->end) {
        const char *start = d->at;
        size_t at = (size_t)(start - text);
        size_t len = d->lines ? newline(d) : 0;
        if (len == 0 && !toml_is_text(*start))
            toml_fault(d->p, "invalid character in a string", NULL, at, at + 1);
        len = len > 0 ? len : 1;
        d->at += len;
        if (!escapes || *start != '\\')
            put(d->p, start, len);
        else if (!decode_escape(d))
            toml_fault(d->p, "invalid escape in a string", NULL, at, (size_t)(d->at - text));
    }
}

struct str toml_decode_string(struct toml_parser *p, struct toml_token token)
{
    static const char *const invalid[] = {"invalid literal string", "invalid basic string",
                                          "invalid multi-line literal string",
                                          "invalid multi-line basic string"};
    if (token.plain)
        return copy(p, token.start + 1, token.end - 1);
    const char *text = p->doc.text.data;
    bool lines = toml_has_lines(token.kind);
    char quote = text[token.start];
    struct decoder d = {p, text + token.start, text + token.end, lines};
    for (int i = lines ? 3 : 1; i > 0; i--) {
        d.at++;
        if (d.end <= d.at || d.end[-1] != quote) {
            toml_fault(p, invalid[token.kind - TOML_LITERAL], quote == '"' ? "`\"`" : "`'`",
                       token.end, token.end);
            return STR("");
        }
        d.end--;
    }
    d.at += lines ? newline(&d) : 0;
    const char *start = p->pool;
    decode(&d, quote == '"');
    return finish(p, start);
}

struct str toml_decode_key(struct toml_parser *p, struct toml_token token)
{
    static const char bare[] = "letters, numbers, `-`, `_`";
    if (toml_has_lines(token.kind))
        toml_fault(p, "keys cannot be multi-line strings", NULL, token.start, token.end);
    if (token.kind != TOML_ATOM)
        return toml_decode_string(p, token);
    if (token.start == token.end)
        toml_fault(p, "unquoted keys cannot be empty", bare, token.start, token.start);
    if (!token.plain) {
        size_t bad = token.start;
        while (toml_is_bare(p->doc.text.data[bad]))
            bad++;
        size_t end = bad;
        while (end < token.end && !toml_is_bare(p->doc.text.data[end]))
            end++;
        toml_fault(p, "invalid unquoted key", bare, bad, end);
    }
    return copy(p, token.start, token.end);
}

/* ---- Values without quotes ---- */

/* Returns false if it is not an integer, or is out of range. */
static bool read_integer(struct str text, int64_t *out)
{
    bool negative = text.data[0] == '-';
    size_t start = negative || text.data[0] == '+';
    unsigned int radix = 10;
    if (text.len > 2 && text.data[0] == '0') {
        char letter = text.data[1];
        radix = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
        start = radix == 10 ? 0 : 2;
    }
    uint64_t number = 0;
    bool after_digit = false;
    for (size_t at = start; at < text.len; at++) {
        unsigned int digit = digit_of(text.data[at]);
        bool separator = text.data[at] == '_' && after_digit;
        after_digit = !separator;
        if (!separator && (digit >= radix || __builtin_mul_overflow(number, radix, &number) ||
                           __builtin_add_overflow(number, digit, &number)))
            return false;
    }
    *out = (int64_t)(negative ? -number : number);
    bool leading_zero = radix == 10 && text.data[start] == '0' && text.len > start + 1;
    return after_digit && !leading_zero && number <= (uint64_t)INT64_MAX + negative;
}

/* Checks only the characters, because cargo accepts no float and no date as a setting, even if it
 * is well-formed. */
static bool is_number_or_date(struct str text)
{
    static const char characters[] = "0123456789+-_.:eETtZz";
    size_t start = text.data[0] == '+' || text.data[0] == '-';
    struct str number = {text.data + start, text.len - start};
    if (str_eq(number, STR("inf")) || str_eq(number, STR("nan")))
        return true;
    for (size_t at = start; at < text.len; at++) {
        bool before_time = at == strlen("2000-01-01") && text.data[at] == ' ';
        if (!before_time && !memchr(characters, text.data[at], sizeof(characters) - 1))
            return false;
    }
    return number.len > 0 && digit_of(number.data[0]) <= 9;
}

/* Reports a malformed value with the crate's reasons (decoder::scalar). The first one that applies
 * counts. */
static void wrong_value(struct toml_parser *p, struct str text, struct toml_span at)
{
    static const char *const words[] = {"`true`", "`false`", "`inf`", "`nan`"};
    static const char *const quotes[] = {"`'''`", "`\"\"\"`", "`'`", "`\"`"};
    bool one_word = !memchr(text.data, ' ', text.len);
    for (size_t i = 0; i < COUNT(words); i++)
        if (one_word && (text.data[0] | 0x20) == words[i][1])
            toml_fault(p, i < 2 ? "invalid boolean" : "invalid float", words[i], at.start, at.end);
    if (one_word && text.data[0] == '.')
        toml_fault(p, "invalid mantissa", "digits", at.start, at.start);
    for (size_t i = 0; i < COUNT(quotes); i++)
        if (str_ends(text, (struct str){quotes[i] + 1, strlen(quotes[i]) - 2}))
            toml_fault(p, "missing opening quote", quotes[i], at.start, at.start);
    toml_fault(p, "string values must be quoted", "literal string", at.start, at.end);
}

void toml_decode_bare(struct toml_parser *p, struct toml_node *node)
{
    struct toml_span at = node->value;
    struct str text = {p->doc.text.data + at.start, at.end - at.start};
    if (str_eq(text, STR("true")) || str_eq(text, STR("false"))) {
        node->type = TOML_BOOLEAN;
        node->boolean = text.data[0] == 't';
    } else if (read_integer(text, &node->integer)) {
        node->type = TOML_INTEGER;
    } else if (is_number_or_date(text)) {
        node->type = TOML_UNSUPPORTED;
        node->string = copy(p, at.start, at.end);
    } else {
        wrong_value(p, text, at);
    }
}
