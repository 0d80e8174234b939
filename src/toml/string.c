#include "toml/parse.h"

/* The properties of one of the four kinds of strings. */
struct kind {
    const char *invalid;
    const char *quote;
    const char *characters; /* for the message about a character that is not allowed */
    enum toml_class plain;
    bool lines;
};

/* The state while a string is decoded. */
struct decoder {
    struct toml_parser *p;
    const struct kind *kind;
    struct str text;
    size_t at;
    size_t end; /* offset of the closing quotes */
    struct str out;
};

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
    to[0] = (char)(first[bytes] | c);
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
    struct decoder d = {p, NULL, p->text, start, end, {p->pool, 0}};
    add(&d, end);
    return finish(&d);
}

/* Returns the next byte, or NUL at the string's end. A NUL is not allowed in a string. */
static char peek(const struct decoder *d)
{
    if (d->at == d->end) {
        return '\0';
    }
    return d->text.data[d->at];
}

/* Returns the length of the line end at the current position: 0, 1 or 2 bytes. */
static size_t newline(const struct decoder *d)
{
    if (peek(d) == '\n') {
        return 1;
    }
    return d->at + 1 < d->end && memcmp(d->text.data + d->at, "\r\n", 2) == 0 ? 2 : 0;
}

static bool fault(struct decoder *d, const char *reason, const char *expected, size_t at)
{
    return toml_fault(d->p, reason, expected, at, at);
}

static bool return_alone(struct decoder *d)
{
    return fault(d, "carriage return must be followed by newline", "newline", d->at + 1);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    int letter = c | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
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
        return fault(d, "too few unicode value digits", expected, d->at);
    }
    if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
        return fault(d, "invalid value", expected, first);
    }
    add_character(d, value);
    return true;
}

/* Skips white space after a backslash. It must contain a line end, and all blanks and line ends up
 * to the next character are removed. */
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
            return !first || fault(d, d->kind->invalid, "newline", d->at);
        }
        d->at += ends;
    }
}

/* Decodes the escape at the backslash. */
static bool decode_escape(struct decoder *d)
{
    static const char letters[] = "befnrt\\\"";
    static const char meanings[] = "\b\x1b\f\n\r\t\\\"";
    d->at++;
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
    if (d->kind->lines && (toml_is_blank(c) || c == '\r' || c == '\n')) {
        return skip_escaped_newline(d);
    }
    return fault(d, "missing escaped value", "`b`, `e`, `f`, `n`, `r`, `\\`, `\"`, `x`, `u`, `U`",
                 d->at);
}

/* Reports a character that is not allowed, or in basic strings all that follow each other. */
static bool bad_character(struct decoder *d)
{
    struct str allowed = d->kind->lines ? STR("\\\"\n\r") : STR("\\");
    size_t bad = d->at;
    while (d->kind->plain == TOML_PLAIN && bad < d->end &&
           !toml_is(d->text.data[bad], TOML_PLAIN) && str_find(allowed, d->text.data[bad]) < 0) {
        bad++;
    }
    return toml_fault(d->p, d->kind->invalid, d->kind->characters, d->at, bad);
}

/* Decodes the text between the quotes. */
static bool decode(struct decoder *d)
{
    while (d->at < d->end) {
        size_t plain = d->at;
        while (plain < d->end && toml_is(d->text.data[plain], d->kind->plain)) {
            plain++;
        }
        add(d, plain);
        char c = peek(d);
        size_t ends = d->kind->lines ? newline(d) : 0;
        if (ends > 0 || (d->kind->lines && c == '"')) {
            add(d, d->at + (ends ? ends : 1));
        } else if (d->kind->lines && c == '\r') {
            return return_alone(d);
        } else if (c == '\\') {
            if (!decode_escape(d)) {
                return false;
            }
        } else if (d->at < d->end) {
            return bad_character(d);
        }
    }
    return true;
}

bool toml_decode_string(struct toml_parser *p, struct toml_token token, struct str *out)
{
    static const struct kind kinds[] = {
        {"invalid literal string", "`'`", "non-single-quote visible characters", TOML_TEXT, false},
        {"invalid basic string", "`\"`", "non-double-quote visible characters, `\\`", TOML_PLAIN,
         false},
        {"invalid multi-line literal string", "`'`", "non-single-quote characters", TOML_TEXT,
         true},
        {"invalid multi-line basic string", "`\"`", "`\\`, characters", TOML_PLAIN, true},
    };
    if (token.plain) {
        *out = toml_copy(p, token.start + 1, token.end - 1);
        return true;
    }
    const struct kind *kind = &kinds[token.kind - TOML_LITERAL];
    size_t quotes = kind->lines ? 3 : 1;
    struct decoder d = {p, kind, p->text, token.start + quotes, token.end, {p->pool, 0}};
    for (size_t i = 0; i < quotes; i++) {
        if (d.end <= d.at || d.text.data[d.end - 1] != d.text.data[token.start]) {
            return fault(&d, kind->invalid, kind->quote, token.end);
        }
        d.end--;
    }
    d.at += kind->lines ? newline(&d) : 0;
    if (!decode(&d)) {
        return false;
    }
    *out = finish(&d);
    return true;
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
