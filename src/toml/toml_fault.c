#include "toml/toml_fault.h"

#include "toml/toml_scan.h"

/* A word of a key that is longer, or has more than small letters, - and _, may be a secret that
 * stands in the wrong place. */
#define LONGEST_CLEAR_WORD 24

struct place {
    size_t line;       /* from 0 */
    size_t column;     /* in characters, from 0 */
    struct span bytes; /* the whole line without its \n */
    size_t shown;      /* the end of what a snippet shows of it: no \r */
};

static size_t count_characters(struct str text, size_t start, size_t end)
{
    size_t count = 0;
    for (size_t i = start; i < end; i++) {
        count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    }
    return count;
}

/* toml::de::error::translate_position: a place behind the last byte is that of the last byte, one
 * column on, even where the last byte is a newline; at a character that is not ASCII the column
 * counts bytes. */
static struct place place_of(struct str text, size_t offset)
{
    size_t index = offset < text.len ? offset : text.len - 1;
    const char *newline = memrchr(text.data, '\n', index);
    size_t start = newline ? (size_t)(newline - text.data) + 1 : 0;
    bool whole = (unsigned char)text.data[index] < 0xc0;
    size_t column = whole ? count_characters(text, start, index + 1) - 1 : index - start;
    size_t line = 0;
    for (size_t i = 0; i < start; i++) {
        line += text.data[i] == '\n';
    }
    const char *next = memchr(text.data + start, '\n', text.len - start);
    size_t end = next ? (size_t)(next - text.data) : text.len;
    /* cargo takes its causes apart by lines() to indent them, and so loses the \r. */
    size_t shown = end > start && text.data[end - 1] == '\r' ? end - 1 : end;
    return (struct place){line, column + (offset - index), {start, end}, shown};
}

static bool ends_word(char c)
{
    return c == '.' || c == '=' || c == '[' || c == ']' || c == ' ' || c == '\t';
}

/* Behind each word of a statement's own `key =` or `[header]` is one of these. */
static size_t word_end(struct str text, size_t at)
{
    while (!ends_word(text.data[at])) {
        at++;
    }
    return at;
}

static bool harmless(struct str text, size_t start, size_t end)
{
    for (size_t i = start; i < end; i++) {
        char c = text.data[i];
        if (!(c >= 'a' && c <= 'z') && c != '-' && c != '_') {
            return false;
        }
    }
    return end - start <= LONGEST_CLEAR_WORD;
}

static bool has_quote(struct str text, struct span span)
{
    const char *start = text.data + span.start;
    size_t len = span.end - span.start;
    return memchr(start, '"', len) || memchr(start, '\'', len);
}

static void add_masked(struct buf *buf, struct str text, size_t start, size_t end)
{
    buf_add_times(buf, '*', count_characters(text, start, end));
}

/* The statement's own `key =` stays, where its words are harmless; any other character becomes a
 * star. A line that does not begin with the statement may lie in a string and stays dark; so does
 * one with a quoted key, which may be a secret that lost its key. */
static void add_masked_line(struct buf *buf, struct str text, size_t start, size_t end,
                            struct span clear)
{
    size_t at = start;
    while (at < end && (text.data[at] == ' ' || text.data[at] == '\t')) {
        at++;
    }
    buf_add_bytes(buf, text.data + start, at - start);
    if (clear.start != at || has_quote(text, clear)) {
        add_masked(buf, text, at, end);
        return;
    }
    assert(clear.end <= end && (clear.end == at || ends_word(text.data[clear.end - 1])));
    while (at < clear.end) {
        size_t word = word_end(text, at);
        if (word == at) {
            buf_add_char(buf, text.data[at++]);
        } else if (harmless(text, at, word)) {
            buf_add_bytes(buf, text.data + at, word - at);
            at = word;
        } else {
            add_masked(buf, text, at, word);
            at = word;
        }
    }
    add_masked(buf, text, at, end);
}

static void add_place(struct buf *buf, struct str text, enum toml_snippet snippet,
                      const struct toml_fault *fault)
{
    struct place place = place_of(text, fault->at.start);
    size_t gutter = str_format(buf->arena, "%zu", place.line + 1).len + 1;
    size_t length = place.bytes.end - place.bytes.start;
    size_t most = length > place.column ? length - place.column : 0;
    size_t marks = fault->at.end - fault->at.start;
    marks = marks < most ? marks : most;

    buf_addf(buf, "TOML parse error at line %zu, column %zu\n", place.line + 1, place.column + 1);
    buf_add_times(buf, ' ', gutter);
    buf_addf(buf, "|\n%zu | ", place.line + 1);
    if (snippet == TOML_MASK) {
        add_masked_line(buf, text, place.bytes.start, place.shown, fault->clear);
    } else {
        buf_add_bytes(buf, text.data + place.bytes.start, place.shown - place.bytes.start);
    }
    buf_add_char(buf, '\n');
    buf_add_times(buf, ' ', gutter);
    buf_add_char(buf, '|');
    buf_add_times(buf, ' ', place.column + 1);
    buf_add_times(buf, '^', marks ? marks : 1);
    buf_add_char(buf, '\n');
}

struct err *toml_fault_err(struct arena *arena, struct str text, enum toml_snippet snippet,
                           const struct toml_fault *fault)
{
    struct buf buf = buf_new(arena);
    if (!fault->no_place) {
        add_place(&buf, text, snippet, fault);
    }
    buf_add(&buf, str_of(fault->reason));
    if (fault->expected) {
        buf_addf(&buf, ", expected %s", fault->expected);
    }
    struct err *err = err_new(arena, "%s", "");
    err->message = buf_str(&buf); /* not through a format: the line may hold a NUL */
    return err;
}
