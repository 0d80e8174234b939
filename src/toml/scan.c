#include "toml/scan.h"

static struct toml_token token_of(enum toml_kind kind, size_t start, size_t end)
{
    return (struct toml_token){.kind = kind, .start = (uint32_t)start, .end = (uint32_t)end};
}

size_t toml_skip_blank(struct str text, size_t at)
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

/* Returns true at a character that ends an atom. */
static bool delimits(struct str text, size_t at)
{
    return at == text.len || (text.data[at] && strchr("\t\n\r #,.=[]{}", text.data[at]));
}

static struct toml_token scan_atom(struct str text, size_t start)
{
    size_t at = start;
    while (at < text.len && toml_is_bare(text.data[at])) {
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

/* Returns the offset after the character at `at`, or after two if a backslash escapes the second
 * one. */
static size_t skip_character(struct str text, size_t at, char quote)
{
    bool escape = text.data[at] == '\\' && quote == '"' && at + 1 < text.len &&
                  (text.data[at + 1] == '\\' || text.data[at + 1] == '"');
    return at + 1 + escape;
}

static bool three_quotes(struct str text, size_t at, char quote)
{
    return text.len - at >= 3 && text.data[at] == quote && text.data[at + 1] == quote &&
           text.data[at + 2] == quote;
}

/* Returns the end of the string. Up to two quotes before the closing three belong to the string. */
static size_t scan_lines(struct str text, size_t at, char quote)
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

static struct toml_token scan_string(struct str text, size_t start, char quote)
{
    bool basic = quote == '"';
    if (three_quotes(text, start, quote)) {
        return token_of(basic ? TOML_BASIC_LINES : TOML_LITERAL_LINES, start,
                        scan_lines(text, start + 3, quote));
    }
    size_t at = start + 1;
    bool plain = true;
    while (at < text.len && text.data[at] != '\n' && text.data[at] != quote) {
        plain = plain && toml_is_text(text.data[at]) && text.data[at] != '\\';
        at = skip_character(text, at, quote);
    }
    bool closed = at < text.len && text.data[at] == quote;
    struct toml_token string = token_of(basic ? TOML_BASIC : TOML_LITERAL, start, at + closed);
    string.plain = closed && plain;
    return string;
}

struct toml_token toml_scan(struct str text, size_t at)
{
    static const enum toml_kind marks[128] = {
        ['.'] = TOML_DOT,          ['='] = TOML_EQUALS,     [','] = TOML_COMMA,
        ['['] = TOML_OPEN_BRACKET, ['{'] = TOML_OPEN_BRACE, [']'] = TOML_CLOSE_BRACKET,
        ['}'] = TOML_CLOSE_BRACE,
    };
    if (at == text.len) {
        return token_of(TOML_END, at, at);
    }
    char c = text.data[at];
    switch (c) {
    case ' ':
    case '\t':
        return token_of(TOML_BLANK, at, toml_skip_blank(text, at));
    case '#':
        return token_of(TOML_COMMENT, at, scan_comment(text, at));
    case '\n':
        return token_of(TOML_NEWLINE, at, at + 1);
    case '\r':
        return token_of(TOML_NEWLINE, at, at + 1 + (text.data[at + 1] == '\n'));
    case '\'':
    case '"':
        return scan_string(text, at, c);
    default:
        break;
    }
    enum toml_kind mark = (unsigned char)c < COUNT(marks) ? marks[(unsigned char)c] : TOML_END;
    return mark == TOML_END ? scan_atom(text, at) : token_of(mark, at, at + 1);
}
