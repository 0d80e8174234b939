#include "toml/scan.h"

/* For each byte, the sum of its values of enum toml_class. */
/* clang-format off */
const unsigned char toml_classes[256] = {
    /* 0x00: tab and line ends */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 11, 8, 0, 0, 8, 0, 0,
    /* 0x10 */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 0x20:  !"#$%&'()*+,-./ */
    11, 3, 1, 11, 3, 3, 3, 3, 3, 3, 3, 3, 11, 7, 11, 3,
    /* 0x30: 0-9:;<=>? */
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 3, 3, 3, 11, 3, 3,
    /* 0x40: @A-O */
    3, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    /* 0x50: P-Z[\]^_ */
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 11, 1, 11, 3, 7,
    /* 0x60: `a-o */
    3, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    /* 0x70: p-z{|}~ */
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 11, 3, 11, 3, 0,
    /* beyond ASCII */
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
};
/* clang-format on */

static struct toml_token token_of(enum toml_kind kind, size_t start, size_t end)
{
    return (struct toml_token){.kind = kind, .start = (uint32_t)start, .end = (uint32_t)end};
}

static size_t scan_blank(struct str text, size_t at)
{
    while (at < text.len && toml_is_blank(text.data[at])) {
        at++;
    }
    return at;
}

static size_t scan_comment(struct str text, size_t at)
{
    while (at < text.len && text.data[at] != '\n' && text.data[at] != '\r') {
        at++;
    }
    return at;
}

static bool delimits(struct str text, size_t at)
{
    return at == text.len || toml_is(text.data[at], TOML_DELIMITER);
}

/* This and scan_string are not inlined, because toml_scan would otherwise save registers for them
 * at each token. */
__attribute__((noinline)) static struct toml_token scan_atom(struct str text, size_t start)
{
    size_t at = start;
    while (at < text.len && toml_is(text.data[at], TOML_BARE)) {
        at++;
    }
    bool plain = delimits(text, at);
    while (!delimits(text, at)) {
        at++;
    }
    struct toml_token atom = token_of(TOML_ATOM, start, at);
    atom.plain = plain;
    return atom;
}

/* Nonzero if one of the eight bytes is below `wanted`, or equal to it. */
#define EACH_BYTE UINT64_C(0x0101010101010101)

static uint64_t any_below(uint64_t eight, unsigned char wanted)
{
    return (eight - EACH_BYTE * wanted) & ~eight & EACH_BYTE << 7;
}

static uint64_t any_is(uint64_t eight, char wanted)
{
    return any_below(eight ^ EACH_BYTE * (unsigned char)wanted, 1);
}

/* Returns the offset of the first byte that is the quote or not plain. Reads eight bytes at a time.
 */
static size_t skip_plain(struct str text, size_t at, char quote)
{
    uint64_t eight;
    for (; text.len - at >= sizeof(eight); at += sizeof(eight)) {
        memcpy(&eight, text.data + at, sizeof(eight));
        if (any_below(eight, ' ') | any_is(eight, quote) | any_is(eight, '\\') |
            any_is(eight, '\x7f')) {
            break;
        }
    }
    while (at < text.len && toml_is(text.data[at], TOML_PLAIN) && text.data[at] != quote) {
        at++;
    }
    return at;
}

/* Returns the offset after the character at `at`, or after two if a backslash escapes the second
 * one. */
static size_t skip_character(struct str text, size_t at, char quote)
{
    bool escape = text.data[at] == '\\' && quote == '"' && at + 1 < text.len &&
                  (text.data[at + 1] == '\\' || text.data[at + 1] == '"');
    return at + 1 + escape;
}

/* Returns the end of the string. `at` is inside the quotes and not after a backslash. */
static size_t scan_line_string(struct str text, size_t at, char quote)
{
    while (at < text.len && text.data[at] != '\n') {
        if (text.data[at] == quote) {
            return at + 1;
        }
        at = skip_character(text, at, quote);
    }
    return at;
}

static bool three_quotes(struct str text, size_t at, char quote)
{
    return text.len - at >= 3 && text.data[at] == quote && text.data[at + 1] == quote &&
           text.data[at + 2] == quote;
}

/* Returns the end of the string. Up to two quotes before the closing three belong to the string. */
static size_t scan_lines_string(struct str text, size_t at, char quote)
{
    while (at < text.len && !three_quotes(text, at, quote)) {
        at = skip_character(text, at, quote);
    }
    if (at == text.len) {
        return at;
    }
    at += 3;
    for (int more = 0; more < 2 && at < text.len && text.data[at] == quote; more++) {
        at++;
    }
    return at;
}

__attribute__((noinline)) static struct toml_token scan_string(struct str text, size_t at,
                                                               char quote)
{
    bool basic = quote == '"';
    if (three_quotes(text, at, quote)) {
        return token_of(basic ? TOML_BASIC_LINES : TOML_LITERAL_LINES, at,
                        scan_lines_string(text, at + 3, quote));
    }
    size_t end = skip_plain(text, at + 1, quote);
    bool plain = end < text.len && text.data[end] == quote;
    struct toml_token string = token_of(basic ? TOML_BASIC : TOML_LITERAL, at,
                                        plain ? end + 1 : scan_line_string(text, end, quote));
    string.plain = plain;
    return string;
}

struct toml_token toml_scan(struct str text, size_t at)
{
    static const enum toml_kind kinds[128] = {
        ['.'] = TOML_DOT,          ['='] = TOML_EQUALS,        [','] = TOML_COMMA,
        ['['] = TOML_OPEN_BRACKET, [']'] = TOML_CLOSE_BRACKET, ['{'] = TOML_OPEN_BRACE,
        ['}'] = TOML_CLOSE_BRACE,  [' '] = TOML_BLANK,         ['\t'] = TOML_BLANK,
        ['#'] = TOML_COMMENT,      ['\n'] = TOML_NEWLINE,      ['\r'] = TOML_NEWLINE,
        ['\''] = TOML_LITERAL,     ['"'] = TOML_BASIC,
    };
    if (at == text.len) {
        return token_of(TOML_END, at, at);
    }
    char c = text.data[at];
    enum toml_kind kind = (unsigned char)c < 128 ? kinds[(unsigned char)c] : TOML_END;
    switch ((int)kind) {
    case TOML_END:
        return scan_atom(text, at);
    case TOML_BLANK:
        return token_of(TOML_BLANK, at, scan_blank(text, at));
    case TOML_COMMENT:
        return token_of(TOML_COMMENT, at, scan_comment(text, at));
    case TOML_NEWLINE:
        return token_of(TOML_NEWLINE, at,
                        at + 1 + (c == '\r' && at + 1 < text.len && text.data[at + 1] == '\n'));
    case TOML_LITERAL:
    case TOML_BASIC:
        return scan_string(text, at, c);
    default:
        return token_of(kind, at, at + 1);
    }
}

size_t toml_line_end(struct str text, size_t at)
{
    struct toml_token token = toml_scan(text, at);
    while (token.kind == TOML_BLANK || token.kind == TOML_COMMENT) {
        token = toml_scan(text, token.end);
    }
    return token.end;
}
