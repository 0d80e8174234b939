#include "toml/scan.h"

size_t toml_skip_blank(struct str text, size_t at)
{
    while (at < text.len && toml_is_blank(text.data[at]))
        at++;
    return at;
}

/* Sets *plain if it is a bare key. */
static size_t scan_atom(struct str text, size_t at, bool *plain)
{
    static const bool ends[256] = {
        ['\t'] = true, ['\n'] = true, ['\r'] = true, [' '] = true, ['#'] = true, [','] = true,
        ['.'] = true,  ['='] = true,  ['['] = true,  [']'] = true, ['{'] = true, ['}'] = true,
    };
    while (at < text.len && toml_is_bare(text.data[at]))
        at++;
    size_t bare = at;
    while (at < text.len && !ends[(unsigned char)text.data[at]])
        at++;
    *plain = at == bare;
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

static bool three_quotes(struct str text, size_t at, char quote)
{
    return text.len - at >= 3 && text.data[at] == quote && text.data[at + 1] == quote &&
           text.data[at + 2] == quote;
}

/* Returns the end of the string. Up to two quotes before the closing three belong to the string. */
static size_t scan_lines(struct str text, size_t at, char quote)
{
    while (at < text.len && !three_quotes(text, at, quote))
        at = skip_character(text, at, quote);
    if (at == text.len)
        return at;
    at += 3;
    for (int more = 0; more < 2 && at < text.len && text.data[at] == quote; more++)
        at++;
    return at;
}

/* Returns true if all bytes are allowed in a string and none begins an escape. Uses only
 * operators that the compiler can apply to many bytes at once. */
static bool is_plain(const char *bytes, size_t len)
{
    unsigned char bad = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        bad |= (unsigned char)((byte < ' ') & (byte != '\t')) | (byte == '\x7f') | (byte == '\\');
    }
    return bad == 0;
}

/* Sets *plain if the string is closed and has no escapes. */
static size_t scan_line(struct str text, size_t at, char quote, bool *plain)
{
    const char *next = memchr(text.data + at, quote, text.len - at);
    *plain = next && is_plain(text.data + at, (size_t)(next - text.data) - at);
    if (*plain)
        return (size_t)(next - text.data) + 1;
    while (at < text.len && text.data[at] != '\n' && text.data[at] != quote)
        at = skip_character(text, at, quote);
    return at + (at < text.len && text.data[at] == quote);
}

void toml_scan_to(struct str text, size_t at, struct toml_token *out)
{
    static const enum toml_kind marks[128] = {
        ['.'] = TOML_DOT,          ['='] = TOML_EQUALS,     [','] = TOML_COMMA,
        ['['] = TOML_OPEN_BRACKET, ['{'] = TOML_OPEN_BRACE, [']'] = TOML_CLOSE_BRACKET,
        ['}'] = TOML_CLOSE_BRACE,
    };
    char c = text.data[at]; /* a NUL follows the text */
    enum toml_kind kind = (unsigned char)c < COUNT(marks) ? marks[(unsigned char)c] : TOML_END;
    size_t end = at + 1;
    bool plain = false;
    switch (c) {
    case ' ':
    case '\t':
        kind = TOML_BLANK;
        end = toml_skip_blank(text, at);
        break;
    case '#':
        kind = TOML_COMMENT;
        while (end < text.len && text.data[end] != '\n' && text.data[end] != '\r')
            end++;
        break;
    case '\n':
    case '\r':
        kind = TOML_NEWLINE;
        end += c == '\r' && text.data[end] == '\n';
        break;
    case '\'':
    case '"':
        if (three_quotes(text, at, c)) {
            kind = c == '"' ? TOML_BASIC_LINES : TOML_LITERAL_LINES;
            end = scan_lines(text, at + 3, c);
        } else {
            kind = c == '"' ? TOML_BASIC : TOML_LITERAL;
            end = scan_line(text, at + 1, c, &plain);
        }
        break;
    default:
        if (at == text.len) {
            end = at;
        } else if (kind == TOML_END) {
            kind = TOML_ATOM;
            end = scan_atom(text, at, &plain);
        }
    }
    out->kind = kind;
    out->plain = plain;
    out->start = (uint32_t)at;
    out->end = (uint32_t)end;
}
