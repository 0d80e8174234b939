#include "text/toml_scan.h"

/* Sums of enum toml_class by byte; the bytes beyond ASCII are text and plain. */
/* clang-format off */
const unsigned char toml_classes[128] = {
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
};
/* clang-format on */

static size_t scan_blank(struct str text, size_t at)
{
    while (at < text.len && (text.data[at] == ' ' || text.data[at] == '\t')) {
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

static size_t scan_atom(struct str text, size_t at)
{
    while (at < text.len && !toml_is(text.data[at], TOML_DELIMITER)) {
        at++;
    }
    return at;
}

/* `at` is behind the opening quote; a backslash is honoured in basic strings only. */
static size_t scan_line_string(struct str text, size_t at, char quote)
{
    while (at < text.len) {
        char c = text.data[at];
        if (c == quote) {
            return at + 1;
        }
        if (c == '\n') {
            return at;
        }
        at++;
        if (c == '\\' && quote == '"' && at < text.len &&
            (text.data[at] == '\\' || text.data[at] == '"')) {
            at++;
        }
    }
    return at;
}

static bool three_quotes(struct str text, size_t at, char quote)
{
    return text.len - at >= 3 && text.data[at] == quote && text.data[at + 1] == quote &&
           text.data[at + 2] == quote;
}

/* Up to two quotes before the closing three belong to the string. */
static size_t scan_lines_string(struct str text, size_t at, char quote)
{
    while (at < text.len && !three_quotes(text, at, quote)) {
        bool escape = text.data[at] == '\\' && quote == '"';
        at++;
        if (escape && at < text.len && (text.data[at] == '\\' || text.data[at] == '"')) {
            at++;
        }
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

static struct toml_token scan_string(struct str text, size_t at, char quote)
{
    bool basic = quote == '"';
    if (three_quotes(text, at, quote)) {
        return (struct toml_token){basic ? TOML_BASIC_LINES : TOML_LITERAL_LINES, at,
                                   scan_lines_string(text, at + 3, quote)};
    }
    return (struct toml_token){basic ? TOML_BASIC : TOML_LITERAL, at,
                               scan_line_string(text, at + 1, quote)};
}

struct toml_token toml_scan(struct str text, size_t at)
{
    if (at == text.len) {
        return (struct toml_token){TOML_END, at, at};
    }
    switch (text.data[at]) {
    case '.':
        return (struct toml_token){TOML_DOT, at, at + 1};
    case '=':
        return (struct toml_token){TOML_EQUALS, at, at + 1};
    case ',':
        return (struct toml_token){TOML_COMMA, at, at + 1};
    case '[':
        return (struct toml_token){TOML_OPEN_BRACKET, at, at + 1};
    case ']':
        return (struct toml_token){TOML_CLOSE_BRACKET, at, at + 1};
    case '{':
        return (struct toml_token){TOML_OPEN_BRACE, at, at + 1};
    case '}':
        return (struct toml_token){TOML_CLOSE_BRACE, at, at + 1};
    case ' ':
    case '\t':
        return (struct toml_token){TOML_BLANK, at, scan_blank(text, at)};
    case '#':
        return (struct toml_token){TOML_COMMENT, at, scan_comment(text, at)};
    case '\n':
        return (struct toml_token){TOML_NEWLINE, at, at + 1};
    case '\r':
        return (struct toml_token){TOML_NEWLINE, at,
                                   at + 1 + (at + 1 < text.len && text.data[at + 1] == '\n')};
    case '\'':
    case '"':
        return scan_string(text, at, text.data[at]);
    default:
        return (struct toml_token){TOML_ATOM, at, scan_atom(text, at)};
    }
}
