#include "toml/parse.h"

#define ESCAPES      "`b`, `e`, `f`, `n`, `r`, `\\`, `\"`, `x`, `u`, `U`"
#define RETURN_ALONE "carriage return must be followed by newline"

/* A string while it is decoded. */
struct decoder {
    struct toml_parser *p;
    struct str text;
    size_t at;
    size_t end; /* where the closing quotes begin */
    struct str out;
};

static bool fault(struct decoder *d, const char *reason, const char *expected, size_t start,
                  size_t end)
{
    return toml_fault(d->p, reason, expected, start, end);
}

static void add(struct decoder *d, size_t end)
{
    memcpy(d->p->pool + d->out.len, d->text.data + d->at, end - d->at);
    d->out.len += end - d->at;
    d->at = end;
}

static void add_character(struct decoder *d, uint32_t c)
{
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    int bytes = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    char *to = d->p->pool + d->out.len;
    for (int i = bytes - 1; i > 0; i--) {
        to[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    to[0] = bytes == 1 ? (char)c : (char)(first[bytes] | c);
    d->out.len += (size_t)bytes;
}

static struct str finish(struct decoder *d)
{
    d->p->pool[d->out.len] = '\0';
    d->p->pool += d->out.len + 1;
    return d->out;
}

struct str toml_copy(struct toml_parser *p, size_t start, size_t end)
{
    struct decoder d = {p, p->text, start, end, {p->pool, 0}};
    add(&d, end);
    return finish(&d);
}

static size_t skip(const struct decoder *d, enum toml_class wanted)
{
    size_t at = d->at;
    while (at < d->end && toml_is(d->text.data[at], wanted)) {
        at++;
    }
    return at;
}

/* NUL, which is allowed nowhere, at the string's end. */
static char peek(const struct decoder *d)
{
    return d->at < d->end ? d->text.data[d->at] : '\0';
}

/* The line end at the decoder's place: 0, 1 or 2 bytes. */
static size_t newline(const struct decoder *d)
{
    if (peek(d) == '\n') {
        return 1;
    }
    return d->at + 1 < d->end && memcmp(d->text.data + d->at, "\r\n", 2) == 0 ? 2 : 0;
}

static bool return_alone(struct decoder *d)
{
    return fault(d, RETURN_ALONE, "newline", d->at + 1, d->at + 1);
}

/* Places the decoder inside the quotes of a token, and behind a line end that follows three quotes;
 * false without closing quotes. */
static bool start(struct decoder *d, struct toml_parser *p, struct toml_token token, size_t quotes)
{
    char quote = p->text.data[token.start];
    *d = (struct decoder){p, p->text, token.start + quotes, token.end, {p->pool, 0}};
    for (size_t i = 0; i < quotes; i++) {
        if (d->end <= d->at || d->text.data[d->end - 1] != quote) {
            return false;
        }
        d->end--;
    }
    d->at += quotes == 3 ? newline(d) : 0;
    return true;
}

static bool decode_literal(struct toml_parser *p, struct toml_token token, struct str *out)
{
    struct decoder d;
    if (!start(&d, p, token, 1)) {
        return fault(&d, "invalid literal string", "`'`", token.end, token.end);
    }
    size_t bad = skip(&d, TOML_TEXT);
    if (bad < d.end) {
        return fault(&d, "invalid literal string", "non-single-quote visible characters", bad, bad);
    }
    *out = toml_copy(p, d.at, d.end);
    return true;
}

static bool decode_literal_lines(struct toml_parser *p, struct toml_token token, struct str *out)
{
    static const char reason[] = "invalid multi-line literal string";
    struct decoder d;
    if (!start(&d, p, token, 3)) {
        return fault(&d, reason, "`'`", token.end, token.end);
    }
    while (d.at < d.end) {
        add(&d, skip(&d, TOML_TEXT));
        size_t ends = newline(&d);
        if (ends > 0) {
            add(&d, d.at + ends);
        } else if (peek(&d) == '\r') {
            return return_alone(&d);
        } else if (d.at < d.end) {
            return fault(&d, reason, "non-single-quote characters", d.at, d.at);
        }
    }
    *out = finish(&d);
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool decode_hex(struct decoder *d, size_t digits)
{
    static const char expected[] = "unicode hexadecimal value";
    uint32_t value = 0;
    size_t first = d->at;
    while (d->at - first < digits && hex_digit(peek(d)) >= 0) {
        value = value << 4 | (uint32_t)hex_digit(peek(d));
        d->at++;
    }
    if (d->at - first < digits) {
        return fault(d, "too few unicode value digits", expected, d->at, d->at);
    }
    if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
        return fault(d, "invalid value", expected, first, first);
    }
    add_character(d, value);
    return true;
}

/* Behind the backslash. */
static bool decode_escape(struct decoder *d)
{
    static const char letters[] = "befnrt\\\"";
    static const char meanings[] = "\b\x1b\f\n\r\t\\\"";
    char c = peek(d);
    const char *letter = c ? strchr(letters, c) : NULL;
    if (letter) {
        add_character(d, (uint32_t)meanings[letter - letters]);
        d->at++;
        return true;
    }
    if (c == 'x' || c == 'u' || c == 'U') {
        d->at++;
        return decode_hex(d, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    }
    return fault(d, "missing escaped value", ESCAPES, d->at, d->at);
}

static bool decode_basic(struct toml_parser *p, struct toml_token token, struct str *out)
{
    static const char reason[] = "invalid basic string";
    struct decoder d;
    if (!start(&d, p, token, 1)) {
        return fault(&d, reason, "`\"`", token.end, token.end);
    }
    while (d.at < d.end) {
        add(&d, skip(&d, TOML_PLAIN));
        if (peek(&d) == '\\') {
            d.at++;
            if (!decode_escape(&d)) {
                return false;
            }
        } else if (d.at < d.end) {
            size_t bad = d.at;
            while (bad < d.end && !toml_is(d.text.data[bad], TOML_PLAIN) &&
                   d.text.data[bad] != '\\') {
                bad++;
            }
            return fault(&d, reason, "non-double-quote visible characters, `\\`", d.at, bad);
        }
    }
    *out = finish(&d);
    return true;
}

/* Behind a backslash before white space: it must end the line, and all blanks and line ends up to
 * the next character are left out. */
static bool skip_escaped_newline(struct decoder *d)
{
    for (bool first = true;; first = false) {
        while (toml_is_blank(peek(d))) {
            d->at++;
        }
        size_t ends = newline(d);
        if (ends == 0 && peek(d) == '\r') {
            return return_alone(d);
        }
        if (ends == 0) {
            return !first || fault(d, "invalid multi-line basic string", "newline", d->at, d->at);
        }
        d->at += ends;
    }
}

/* The character at the decoder's place, which is not plain. */
static bool decode_special(struct decoder *d)
{
    size_t ends = newline(d);
    if (ends > 0 || peek(d) == '"') {
        add(d, d->at + (ends ? ends : 1));
        return true;
    }
    if (peek(d) == '\r') {
        return return_alone(d);
    }
    if (peek(d) == '\\') {
        d->at++;
        char c = peek(d);
        bool white = toml_is_blank(c) || c == '\r' || c == '\n';
        return white ? skip_escaped_newline(d) : decode_escape(d);
    }
    size_t bad = d->at;
    while (bad < d->end && !toml_is(d->text.data[bad], TOML_PLAIN) &&
           !memchr("\"\n\\\r", d->text.data[bad], 4)) {
        bad++;
    }
    return fault(d, "invalid multi-line basic string", "`\\`, characters", d->at, bad);
}

static bool decode_basic_lines(struct toml_parser *p, struct toml_token token, struct str *out)
{
    struct decoder d;
    if (!start(&d, p, token, 3)) {
        return fault(&d, "invalid multi-line basic string", "`\"`", token.end, token.end);
    }
    while (d.at < d.end) {
        add(&d, skip(&d, TOML_PLAIN));
        if (d.at < d.end && !decode_special(&d)) {
            return false;
        }
    }
    *out = finish(&d);
    return true;
}

bool toml_decode_string(struct toml_parser *p, struct toml_token token, struct str *out)
{
    if (token.plain) {
        *out = toml_copy(p, token.start + 1, token.end - 1);
        return true;
    }
    switch ((int)token.kind) {
    case TOML_LITERAL:
        return decode_literal(p, token, out);
    case TOML_LITERAL_LINES:
        return decode_literal_lines(p, token, out);
    case TOML_BASIC:
        return decode_basic(p, token, out);
    default:
        return decode_basic_lines(p, token, out);
    }
}

bool toml_decode_key(struct toml_parser *p, struct toml_token token, struct str *out)
{
    static const char quoted[] = "basic string, literal string";
    static const char bare[] = "letters, numbers, `-`, `_`";
    if (token.kind == TOML_BASIC_LINES || token.kind == TOML_LITERAL_LINES) {
        return toml_fault(p,
                          token.kind == TOML_BASIC_LINES
                              ? "keys cannot be multi-line basic strings"
                              : "keys cannot be multi-line literal strings",
                          quoted, token.start, token.end);
    }
    if (token.kind != TOML_ATOM) {
        return toml_decode_string(p, token, out);
    }
    if (token.start == token.end) {
        return toml_fault(p, "unquoted keys cannot be empty", bare, token.start, token.start);
    }
    if (!token.plain) {
        size_t bad = token.start;
        while (toml_is(p->text.data[bad], TOML_BARE)) {
            bad++;
        }
        size_t end = bad;
        while (end < token.end && !toml_is(p->text.data[end], TOML_BARE)) {
            end++;
        }
        return toml_fault(p, "invalid unquoted key", bare, bad, end);
    }
    *out = toml_copy(p, token.start, token.end);
    return true;
}
