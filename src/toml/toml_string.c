#include "toml/toml_decode.h"

#define ESCAPES      "`b`, `e`, `f`, `n`, `r`, `\\`, `\"`, `x`, `u`, `U`"
#define RETURN_ALONE "carriage return must be followed by newline"

bool toml_decode_fault(struct toml_decoder *decoder, const char *reason, const char *expected,
                       size_t start, size_t end)
{
    decoder->fault =
        (struct toml_fault){.reason = reason, .expected = expected, .at = {start, end}};
    return false;
}

static void pool_add(struct toml_decoder *decoder, struct str *out, size_t start, size_t end)
{
    char *to = decoder->pool + out->len;
    memcpy(to, decoder->text.data + start, end - start);
    out->len += end - start;
}

static void pool_add_character(struct toml_decoder *decoder, struct str *out, uint32_t c)
{
    char *to = decoder->pool + out->len;
    if (c < 0x80) {
        to[0] = (char)c;
        out->len += 1;
    } else if (c < 0x800) {
        to[0] = (char)(0xc0 | (c >> 6));
        to[1] = (char)(0x80 | (c & 0x3f));
        out->len += 2;
    } else if (c < 0x10000) {
        to[0] = (char)(0xe0 | (c >> 12));
        to[1] = (char)(0x80 | ((c >> 6) & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        out->len += 3;
    } else {
        to[0] = (char)(0xf0 | (c >> 18));
        to[1] = (char)(0x80 | ((c >> 12) & 0x3f));
        to[2] = (char)(0x80 | ((c >> 6) & 0x3f));
        to[3] = (char)(0x80 | (c & 0x3f));
        out->len += 4;
    }
}

/* `out` was built at the pool's beginning; it gets its NUL and the pool moves on. */
static bool pool_finish(struct toml_decoder *decoder, struct str *out)
{
    decoder->pool[out->len] = '\0';
    decoder->pool += out->len + 1;
    return true;
}

static struct str pool_start(struct toml_decoder *decoder)
{
    return (struct str){decoder->pool, 0};
}

struct str toml_decode_copy(struct toml_decoder *decoder, size_t start, size_t end)
{
    struct str out = pool_start(decoder);
    pool_add(decoder, &out, start, end);
    (void)pool_finish(decoder, &out);
    return out;
}

static size_t skip(struct str text, size_t at, size_t end, enum toml_class wanted)
{
    while (at < end && toml_is(text.data[at], wanted)) {
        at++;
    }
    return at;
}

/* Where a token begins and ends inside its quotes; false without the closing ones. */
static bool inside(struct str text, struct toml_token token, size_t quotes, struct span *out)
{
    size_t start = token.start + quotes;
    size_t end = token.end;
    for (size_t i = 0; i < quotes; i++) {
        if (end <= start || text.data[end - 1] != text.data[token.start]) {
            return false;
        }
        end--;
    }
    *out = (struct span){start, end};
    return true;
}

static size_t skip_first_newline(struct str text, size_t start, size_t end)
{
    if (start < end && text.data[start] == '\n') {
        return start + 1;
    }
    if (start + 1 < end && text.data[start] == '\r' && text.data[start + 1] == '\n') {
        return start + 2;
    }
    return start;
}

static bool decode_literal(struct toml_decoder *decoder, struct toml_token token, struct str *out)
{
    if (token.plain) {
        *out = toml_decode_copy(decoder, token.start + 1, token.end - 1);
        return true;
    }
    struct span in;
    if (!inside(decoder->text, token, 1, &in)) {
        return toml_decode_fault(decoder, "invalid literal string", "`'`", token.end, token.end);
    }
    size_t bad = skip(decoder->text, in.start, in.end, TOML_TEXT);
    if (bad < in.end) {
        return toml_decode_fault(decoder, "invalid literal string",
                                 "non-single-quote visible characters", bad, bad);
    }
    *out = toml_decode_copy(decoder, in.start, in.end);
    return true;
}

static bool decode_literal_lines(struct toml_decoder *decoder, struct toml_token token,
                                 struct str *out)
{
    struct str text = decoder->text;
    struct span in;
    if (!inside(text, token, 3, &in)) {
        return toml_decode_fault(decoder, "invalid multi-line literal string", "`'`", token.end,
                                 token.end);
    }
    in.start = skip_first_newline(text, in.start, in.end);
    for (size_t at = in.start; at < in.end; at++) {
        at = skip(text, at, in.end, TOML_TEXT);
        if (at == in.end || text.data[at] == '\n') {
            continue;
        }
        if (text.data[at] != '\r') {
            return toml_decode_fault(decoder, "invalid multi-line literal string",
                                     "non-single-quote characters", at, at);
        }
        if (at + 1 == in.end || text.data[at + 1] != '\n') {
            return toml_decode_fault(decoder, RETURN_ALONE, "newline", at + 1, at + 1);
        }
    }
    *out = toml_decode_copy(decoder, in.start, in.end);
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
        return (c | 0x20) - 'a' + 10;
    }
    return -1;
}

static bool decode_hex(struct toml_decoder *decoder, struct str *out, size_t *at, size_t end,
                       size_t digits)
{
    uint32_t value = 0;
    size_t start = *at;
    while (*at < end && *at - start < digits && hex_digit(decoder->text.data[*at]) >= 0) {
        value = value << 4 | (uint32_t)hex_digit(decoder->text.data[*at]);
        ++*at;
    }
    if (*at - start < digits) {
        return toml_decode_fault(decoder, "too few unicode value digits",
                                 "unicode hexadecimal value", *at, *at);
    }
    if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
        return toml_decode_fault(decoder, "invalid value", "unicode hexadecimal value", start,
                                 start);
    }
    pool_add_character(decoder, out, value);
    return true;
}

/* NUL, which means nothing behind a backslash, where the string ends. */
static char byte_at(struct str text, size_t at, size_t end)
{
    if (at == end) {
        return '\0';
    }
    return text.data[at];
}

/* `*at` is behind the backslash. */
static bool decode_escape(struct toml_decoder *decoder, struct str *out, size_t *at, size_t end)
{
    static const char letters[] = "befnrt\\\"";
    static const char meanings[] = "\b\x1b\f\n\r\t\\\"";
    char c = byte_at(decoder->text, *at, end);
    const char *letter = c ? memchr(letters, c, sizeof(letters) - 1) : NULL;
    if (letter) {
        pool_add_character(decoder, out, (uint32_t)meanings[letter - letters]);
        ++*at;
        return true;
    }
    if (c == 'x' || c == 'u' || c == 'U') {
        ++*at;
        return decode_hex(decoder, out, at, end, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    }
    return toml_decode_fault(decoder, "missing escaped value", ESCAPES, *at, *at);
}

static bool decode_basic(struct toml_decoder *decoder, struct toml_token token, struct str *out)
{
    if (token.plain) {
        *out = toml_decode_copy(decoder, token.start + 1, token.end - 1);
        return true;
    }
    struct str text = decoder->text;
    struct span in;
    if (!inside(text, token, 1, &in)) {
        return toml_decode_fault(decoder, "invalid basic string", "`\"`", token.end, token.end);
    }
    *out = pool_start(decoder);
    size_t at = in.start;
    while (at < in.end) {
        size_t plain = skip(text, at, in.end, TOML_PLAIN);
        pool_add(decoder, out, at, plain);
        at = plain;
        if (at < in.end && text.data[at] == '\\') {
            at++;
            if (!decode_escape(decoder, out, &at, in.end)) {
                return false;
            }
        } else if (at < in.end) {
            size_t bad = at;
            while (bad < in.end && !toml_is(text.data[bad], TOML_PLAIN) && text.data[bad] != '\\') {
                bad++;
            }
            return toml_decode_fault(decoder, "invalid basic string",
                                     "non-double-quote visible characters, `\\`", at, bad);
        }
    }
    return pool_finish(decoder, out);
}

/* A line's end in a multi-line basic string: 0 where there is none, 1 or 2 bytes. */
static size_t newline_at(struct str text, size_t at, size_t end)
{
    if (at < end && text.data[at] == '\n') {
        return 1;
    }
    return at + 1 < end && text.data[at] == '\r' && text.data[at + 1] == '\n' ? 2 : 0;
}

/* `\` at a line's end: with it go all blanks and line ends up to the next character. */
static bool skip_escaped_newline(struct toml_decoder *decoder, size_t *at, size_t end)
{
    struct str text = decoder->text;
    bool first = true;
    for (;;) {
        while (*at < end && (text.data[*at] == ' ' || text.data[*at] == '\t')) {
            ++*at;
        }
        size_t newline = newline_at(text, *at, end);
        if (newline == 0 && *at < end && text.data[*at] == '\r') {
            return toml_decode_fault(decoder, RETURN_ALONE, "newline", *at + 1, *at + 1);
        }
        if (newline == 0 && first) {
            return toml_decode_fault(decoder, "invalid multi-line basic string", "newline", *at,
                                     *at);
        }
        if (newline == 0) {
            return true;
        }
        *at += newline;
        first = false;
    }
}

static bool invalid_in_lines(char c)
{
    return !toml_is(c, TOML_PLAIN) && c != '"' && c != '\n' && c != '\\' && c != '\r';
}

/* What may stand at `*at`, which is not plain. */
static bool decode_lines_special(struct toml_decoder *decoder, struct str *out, size_t *at,
                                 size_t end)
{
    struct str text = decoder->text;
    size_t newline = newline_at(text, *at, end);
    if (newline || text.data[*at] == '"') {
        size_t next = *at + (newline ? newline : 1);
        pool_add(decoder, out, *at, next);
        *at = next;
        return true;
    }
    if (text.data[*at] == '\r') {
        return toml_decode_fault(decoder, RETURN_ALONE, "newline", *at + 1, *at + 1);
    }
    if (text.data[*at] == '\\') {
        ++*at;
        char c = byte_at(text, *at, end);
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            return skip_escaped_newline(decoder, at, end);
        }
        return decode_escape(decoder, out, at, end);
    }
    size_t bad = *at;
    while (bad < end && invalid_in_lines(text.data[bad])) {
        bad++;
    }
    return toml_decode_fault(decoder, "invalid multi-line basic string", "`\\`, characters", *at,
                             bad);
}

static bool decode_basic_lines(struct toml_decoder *decoder, struct toml_token token,
                               struct str *out)
{
    struct str text = decoder->text;
    struct span in;
    if (!inside(text, token, 3, &in)) {
        return toml_decode_fault(decoder, "invalid multi-line basic string", "`\"`", token.end,
                                 token.end);
    }
    *out = pool_start(decoder);
    size_t at = skip_first_newline(text, in.start, in.end);
    while (at < in.end) {
        size_t plain = skip(text, at, in.end, TOML_PLAIN);
        pool_add(decoder, out, at, plain);
        at = plain;
        if (at < in.end && !decode_lines_special(decoder, out, &at, in.end)) {
            return false;
        }
    }
    return pool_finish(decoder, out);
}

bool toml_decode_string(struct toml_decoder *decoder, struct toml_token token, struct str *out)
{
    if (token.kind == TOML_LITERAL) {
        return decode_literal(decoder, token, out);
    }
    if (token.kind == TOML_LITERAL_LINES) {
        return decode_literal_lines(decoder, token, out);
    }
    if (token.kind == TOML_BASIC) {
        return decode_basic(decoder, token, out);
    }
    return decode_basic_lines(decoder, token, out);
}

static bool decode_bare_key(struct toml_decoder *decoder, struct toml_token token, struct str *out)
{
    static const char expected[] = "letters, numbers, `-`, `_`";
    if (token.plain) {
        *out = toml_decode_copy(decoder, token.start, token.end);
        return true;
    }
    if (token.start == token.end) {
        return toml_decode_fault(decoder, "unquoted keys cannot be empty", expected, token.start,
                                 token.start);
    }
    size_t bad = skip(decoder->text, token.start, token.end, TOML_BARE);
    return toml_decode_fault(decoder, "invalid unquoted key", expected, bad, bad);
}

bool toml_decode_key(struct toml_decoder *decoder, struct toml_token token, struct str *out)
{
    static const char expected[] = "basic string, literal string";
    switch ((int)token.kind) {
    case TOML_BASIC:
        return decode_basic(decoder, token, out);
    case TOML_LITERAL:
        return decode_literal(decoder, token, out);
    case TOML_BASIC_LINES:
        return toml_decode_fault(decoder, "keys cannot be multi-line basic strings", expected,
                                 token.start, token.end);
    case TOML_LITERAL_LINES:
        return toml_decode_fault(decoder, "keys cannot be multi-line literal strings", expected,
                                 token.start, token.end);
    default:
        return decode_bare_key(decoder, token, out);
    }
}
