#include "toml/parse.h"

/* The state while a string is decoded. */
struct decoder {
    struct toml_parser *p;
    const char *at; /* a NUL follows the text, so one byte after `end` can be read */
    const char *end;
    bool lines; /* it can have several lines */
};

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

struct str toml_copy(struct toml_parser *p, size_t start, size_t end)
{
    const char *copy = p->pool;
    put(p, p->text.data + start, end - start);
    return finish(p, copy);
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
    if (d->at == d->end) {
        return 0;
    }
    if (*d->at == '\n') {
        return 1;
    }
    return d->at[0] == '\r' && d->at + 1 < d->end && d->at[1] == '\n' ? 2 : 0;
}

static bool decode_hex(struct decoder *d, int digits)
{
    uint32_t value = 0;
    for (int i = 0; i < digits; i++, d->at++) {
        unsigned int digit = d->at < d->end ? toml_digit(*d->at) : UINT8_MAX;
        if (digit > 15) {
            return false;
        }
        value = value << 4 | digit;
    }
    if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
        return false;
    }
    put_character(d->p, value);
    return true;
}

/* Skips the white space after a backslash, which must contain a line end. */
static bool skip_escaped_newline(struct decoder *d)
{
    bool found = false;
    for (;;) {
        size_t len = newline(d);
        if (len == 0 && (d->at == d->end || !toml_is_blank(*d->at))) {
            return found;
        }
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
static bool decode(struct decoder *d, bool escapes)
{
    const char *text = d->p->text.data;
    while (d->at < d->end) {
        const char *start = d->at;
        size_t len = d->lines ? newline(d) : 0;
        len = len == 0 && toml_is_text(*d->at) ? 1 : len;
        if (len == 0) {
            size_t at = (size_t)(start - text);
            return toml_fault(d->p, "invalid character in a string", NULL, at, at + 1);
        }
        d->at += len;
        if (!escapes || *start != '\\') {
            put(d->p, start, len);
        } else if (!decode_escape(d)) {
            return toml_fault(d->p, "invalid escape in a string", NULL, (size_t)(start - text),
                              (size_t)(d->at - text));
        }
    }
    return true;
}

bool toml_decode_string(struct toml_parser *p, struct toml_token token, struct str *out)
{
    static const char *const invalid[] = {"invalid literal string", "invalid basic string",
                                          "invalid multi-line literal string",
                                          "invalid multi-line basic string"};
    if (token.plain) {
        *out = toml_copy(p, token.start + 1, token.end - 1);
        return true;
    }
    const char *text = p->text.data;
    bool lines = toml_has_lines(token.kind);
    char quote = text[token.start];
    struct decoder d = {p, text + token.start, text + token.end, lines};
    for (int i = lines ? 3 : 1; i > 0; i--) {
        d.at++;
        if (d.end <= d.at || d.end[-1] != quote) {
            return toml_fault(p, invalid[token.kind - TOML_LITERAL], quote == '"' ? "`\"`" : "`'`",
                              token.end, token.end);
        }
        d.end--;
    }
    d.at += lines ? newline(&d) : 0;
    const char *start = p->pool;
    if (!decode(&d, quote == '"')) {
        return false;
    }
    *out = finish(p, start);
    return true;
}

bool toml_decode_key(struct toml_parser *p, struct toml_token token, struct str *out)
{
    static const char bare[] = "letters, numbers, `-`, `_`";
    if (toml_has_lines(token.kind)) {
        return toml_fault(p, "keys cannot be multi-line strings", NULL, token.start, token.end);
    }
    if (token.kind != TOML_ATOM) {
        return toml_decode_string(p, token, out);
    }
    if (token.start == token.end) {
        return toml_fault(p, "unquoted keys cannot be empty", bare, token.start, token.start);
    }
    if (!token.plain) {
        size_t bad = token.start;
        while (toml_is_bare(p->text.data[bad])) {
            bad++;
        }
        size_t end = bad;
        while (end < token.end && !toml_is_bare(p->text.data[end])) {
            end++;
        }
        return toml_fault(p, "invalid unquoted key", bare, bad, end);
    }
    *out = toml_copy(p, token.start, token.end);
    return true;
}
