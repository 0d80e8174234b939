#include "toml/parse.h"

struct place {
    size_t line;       /* counted from 0 */
    size_t column;     /* in characters, counted from 0 */
    struct span bytes; /* the whole line without its line end */
    size_t room;       /* the maximum number of carets */
};

static size_t count_characters(struct str text, size_t start, size_t end)
{
    size_t count = 0;
    for (size_t i = start; i < end; i++)
        count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    return count;
}

/* As toml::de::error::translate_position: an offset after the last byte is one column after the
 * last byte, even if that is a newline. At a non-ASCII character, the column counts bytes. */
static struct place place_of(struct str text, size_t offset)
{
    size_t index = offset < text.len ? offset : text.len - 1;
    const char *newline = memrchr(text.data, '\n', index);
    size_t start = newline ? (size_t)(newline - text.data) + 1 : 0;
    bool whole = (unsigned char)text.data[index] < 0xc0;
    size_t column = whole ? count_characters(text, start, index + 1) - 1 : index - start;
    column += offset - index;
    size_t line = 0;
    for (size_t i = 0; i < start; i++)
        line += text.data[i] == '\n';
    const char *following = memchr(text.data + start, '\n', text.len - start);
    size_t end = following ? (size_t)(following - text.data) : text.len;
    size_t room = end - start > column ? end - start - column : 0;
    end -= end > start && text.data[end - 1] == '\r'; /* cargo's lines() removes it */
    return (struct place){line, column, {start, end}, room};
}

static bool is_readable(struct str text, struct toml_token part)
{
    if (part.kind != TOML_BASIC && part.kind != TOML_LITERAL)
        return part.kind == TOML_ATOM && part.plain;
    size_t at = part.start;
    while (at < part.end && toml_is_text(text.data[at]))
        at++;
    return at == part.end;
}

/* Returns the token after a key of bare and quoted parts, or TOML_END if there is no key. */
static struct toml_token behind_key(struct str text, size_t at)
{
    struct toml_token token;
    do {
        token = toml_scan(text, toml_skip_blank(text, at));
        if (!is_readable(text, token))
            return (struct toml_token){.kind = TOML_END};
        token = toml_scan(text, toml_skip_blank(text, token.end));
        at = token.end;
    } while (token.kind == TOML_DOT);
    return token;
}

/* Returns the end of `[key]` or `[[key]]`, or `start` if there is none. */
static size_t header_end(struct str text, size_t start)
{
    bool element = toml_scan(text, start + 1).kind == TOML_OPEN_BRACKET;
    struct toml_token token = behind_key(text, start + 1 + element);
    if (element && token.kind == TOML_CLOSE_BRACKET)
        token = toml_scan(text, token.end);
    return token.kind == TOML_CLOSE_BRACKET ? token.end : start;
}

/* Returns the end of `key =`, or `start` if there is none. */
static size_t key_end(struct str text, size_t start)
{
    struct toml_token equals = behind_key(text, start);
    if (equals.kind != TOML_EQUALS)
        return start;
    struct toml_token more = toml_scan(text, equals.end);
    size_t end = more.kind == TOML_EQUALS ? more.end : equals.end;
    more = toml_scan(text, toml_skip_blank(text, end));
    bool ends = more.kind == TOML_NEWLINE || more.kind == TOML_COMMENT || more.kind == TOML_END;
    bool base64 = ends && !toml_is_blank(text.data[equals.start - 1]);
    return base64 ? start : equals.end;
}

/* Returns the readable part of the line on which the statement begins. It can be empty. */
static struct span readable(struct str text, size_t statement)
{
    size_t start = toml_skip_blank(text, statement);
    bool bracket = start < text.len && text.data[start] == '[';
    return (struct span){start, bracket ? header_end(text, start) : key_end(text, start)};
}

static void add_masked(struct buf *buf, struct str text, size_t start, size_t end)
{
    for (size_t i = start; i < end; i++) {
        char c = text.data[i];
        if (toml_is_blank(c))
            buf_add_char(buf, c);
        else if (((unsigned char)c & 0xc0) != 0x80)
            buf_add_char(buf, '*');
    }
}

struct err *toml_fault_err(const struct toml_parser *p)
{
    const struct toml_fault *fault = &p->fault;
    struct str text = p->doc.text;
    struct buf buf = buf_new(p->arena);
    struct place place = place_of(text, fault->at.start);
    size_t start = place.bytes.start;
    struct span shown =
        p->statement < start ? (struct span){start, start} : readable(text, p->statement);
    int gutter = (int)str_format(p->arena, "%zu", place.line + 1).len + 1;
    size_t marks = fault->at.end - fault->at.start;
    marks = marks < place.room ? marks : place.room;

    buf_addf(&buf, "TOML parse error at line %zu, column %zu\n", place.line + 1, place.column + 1);
    buf_addf(&buf, "%*s|\n%zu | ", gutter, "", place.line + 1);
    add_masked(&buf, text, start, shown.start);
    buf_add_bytes(&buf, text.data + shown.start, shown.end - shown.start);
    add_masked(&buf, text, shown.end, place.bytes.end);
    buf_addf(&buf, "\n%*s|", gutter, "");
    buf_add_times(&buf, ' ', place.column + 1);
    buf_add_times(&buf, '^', marks ? marks : 1);
    buf_addf(&buf, "\n%s", fault->reason);
    if (fault->expected)
        buf_addf(&buf, ", expected %s", fault->expected);
    return err_new(p->arena, "%s", buf_str(&buf).data);
}
