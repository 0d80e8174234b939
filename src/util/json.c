#include "util/json.h"

/* Arrays and objects that are open at once, as in serde_json. */
#define DEPTH_LIMIT 127

struct json json_begin(struct arena *arena, struct str text)
{
    return (struct json){.arena = arena, .text = text};
}

/* Line and column of a byte offset: columns count bytes from the last newline. */
static struct err *fault_at(const struct json *json, const char *what, size_t at)
{
    size_t line = 1;
    size_t line_start = 0;
    for (size_t i = 0; i < at; i++) {
        if (json->text.data[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    return err_new(json->arena, "%s at line %zu column %zu", what, line, at - line_start);
}

struct err *json_fault(const struct json *json, const char *what)
{
    return fault_at(json, what, json->at);
}

struct err *json_fault_next(const struct json *json, const char *what)
{
    return fault_at(json, what, json->at < json->text.len ? json->at + 1 : json->at);
}

static int byte_next(const struct json *json)
{
    return json->at < json->text.len ? (unsigned char)json->text.data[json->at] : JSON_END;
}

static bool is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

int json_peek(struct json *json)
{
    for (;;) {
        int byte = byte_next(json);
        if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r') {
            return byte;
        }
        json->at++;
    }
}

struct err *json_open(struct json *json)
{
    if (json->depth == DEPTH_LIMIT) {
        return json_fault_next(json, "recursion limit exceeded");
    }
    json->depth++;
    json->at++;
    return NULL;
}

void json_close(struct json *json)
{
    json->depth--;
    json->at++;
}

struct err *json_last_element(struct json *json)
{
    int byte = json_peek(json);
    if (byte == ']') {
        json_close(json);
        return NULL;
    }
    if (byte == JSON_END) {
        return json_fault_next(json, "EOF while parsing a list");
    }
    if (byte == ',') {
        json->at++;
        byte = json_peek(json);
    }
    return json_fault_next(json, byte == ']' ? "trailing comma" : "trailing characters");
}

struct err *json_next_element(struct json *json, bool first, bool *more)
{
    int byte = json_peek(json);
    if (byte == JSON_END) {
        return json_fault_next(json, "EOF while parsing a list");
    }
    if (byte == ']' || first) {
        *more = byte != ']';
        return NULL;
    }
    if (byte != ',') {
        return json_fault_next(json, "expected `,` or `]`");
    }
    json->at++;
    byte = json_peek(json);
    if (byte == JSON_END) {
        return json_fault_next(json, "EOF while parsing a value");
    }
    if (byte == ']') {
        return json_fault_next(json, "trailing comma");
    }
    *more = true;
    return NULL;
}

struct err *json_next_key(struct json *json, bool first, bool *more, struct str *key)
{
    int byte = json_peek(json);
    if (byte == JSON_END) {
        return json_fault_next(json, "EOF while parsing an object");
    }
    if (byte == '}') {
        *more = false;
        return NULL;
    }
    if (!first) {
        if (byte != ',') {
            return json_fault_next(json, "expected `,` or `}`");
        }
        json->at++;
        byte = json_peek(json);
        if (byte == JSON_END) {
            return json_fault_next(json, "EOF while parsing a value");
        }
        if (byte == '}') {
            return json_fault_next(json, "trailing comma");
        }
    }
    if (byte != '"') {
        return json_fault_next(json, "key must be a string");
    }
    TRY(json_string(json, key));
    *more = true;
    return NULL;
}

struct err *json_colon(struct json *json)
{
    int byte = json_peek(json);
    if (byte != ':') {
        return json_fault_next(json,
                               byte == JSON_END ? "EOF while parsing an object" : "expected `:`");
    }
    json->at++;
    return NULL;
}

/* Four hexadecimal digits of a \u. */
static struct err *unit_read(struct json *json, uint32_t *out)
{
    if (json->text.len - json->at < 4) {
        json->at = json->text.len;
        return json_fault(json, "EOF while parsing a string");
    }
    uint32_t unit = 0;
    bool valid = true;
    for (int i = 0; i < 4; i++) {
        int c = (unsigned char)json->text.data[json->at++];
        int lower = c | 0x20;
        bool letter = lower >= 'a' && lower <= 'f';
        valid = valid && (is_digit(c) || letter);
        unit = unit << 4 | ((uint32_t)(letter ? lower - 'a' + 10 : c - '0') & 0xF);
    }
    if (!valid) {
        return json_fault(json, "invalid escape");
    }
    *out = unit;
    return NULL;
}

static void character_add(struct buf *buf, uint32_t c)
{
    if (c < 0x80) {
        buf_add_char(buf, (char)c);
        return;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint32_t lead[] = {0, 0xC0, 0xE0, 0xF0};
    buf_add_char(buf, (char)(lead[more] | c >> (6 * more)));
    while (more-- > 0) {
        buf_add_char(buf, (char)(0x80 | (c >> (6 * more) & 0x3F)));
    }
}

/* Behind `\u`: one character, which may need a second \u. */
static struct err *unicode_read(struct json *json, struct buf *buf)
{
    static const char lone[] = "lone leading surrogate in hex escape";
    uint32_t unit = 0;
    TRY(unit_read(json, &unit));
    if (unit >= 0xDC00 && unit <= 0xDFFF) {
        return json_fault(json, lone);
    }
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        for (int i = 0; i < 2; i++) {
            int byte = byte_next(json);
            if (byte == JSON_END) {
                return json_fault(json, "EOF while parsing a string");
            }
            json->at++;
            if (byte != "\\u"[i]) {
                return json_fault(json, "unexpected end of hex escape");
            }
        }
        uint32_t second = 0;
        TRY(unit_read(json, &second));
        if (second < 0xDC00 || second > 0xDFFF) {
            return json_fault(json, lone);
        }
        unit = 0x10000 + ((unit - 0xD800) << 10 | (second - 0xDC00));
    }
    character_add(buf, unit);
    return NULL;
}

/* The bytes that are escaped by a letter, and the letters. */
static const char escaped[] = "\"\\/\b\f\n\r\t";
static const char letters[] = "\"\\/bfnrt";

struct err *json_string(struct json *json, struct str *out)
{
    struct buf buf = buf_new(json->arena);
    json->at++;
    for (;;) {
        size_t start = json->at;
        int byte;
        while ((byte = byte_next(json)) != JSON_END && byte != '"' && byte != '\\' &&
               byte >= 0x20) {
            json->at++;
        }
        buf_add_bytes(&buf, json->text.data + start, json->at - start);
        if (byte == JSON_END) {
            return json_fault(json, "EOF while parsing a string");
        }
        json->at++;
        if (byte == '"') {
            *out = buf_str(&buf);
            return NULL;
        }
        if (byte != '\\') {
            return json_fault(json,
                              "control character (\\u0000-\\u001F) found while parsing a string");
        }
        byte = byte_next(json);
        if (byte == JSON_END) {
            return json_fault(json, "EOF while parsing a string");
        }
        json->at++;
        const char *letter = byte ? strchr(letters, byte) : NULL;
        if (letter) {
            buf_add_char(&buf, escaped[letter - letters]);
        } else if (byte == 'u') {
            TRY(unicode_read(json, &buf));
        } else {
            return json_fault(json, "invalid escape");
        }
    }
}

/* `true`, `false`, `null`. */
static struct err *word_read(struct json *json, const char *word)
{
    json->at++;
    for (const char *p = word + 1; *p; p++) {
        int byte = byte_next(json);
        if (byte == JSON_END) {
            return json_fault(json, "EOF while parsing a value");
        }
        json->at++;
        if (byte != *p) {
            return json_fault(json, "expected ident");
        }
    }
    return NULL;
}

static void digits_skip(struct json *json)
{
    while (is_digit(byte_next(json))) {
        json->at++;
    }
}

/* Behind the digits before the point: a fraction, an exponent. */
static struct err *float_read(struct json *json)
{
    if (byte_next(json) == '.') {
        json->at++;
        if (!is_digit(byte_next(json))) {
            return json_fault_next(json, byte_next(json) == JSON_END ? "EOF while parsing a value"
                                                                     : "invalid number");
        }
        digits_skip(json);
    }
    if (byte_next(json) != 'e' && byte_next(json) != 'E') {
        return NULL;
    }
    json->at++;
    if (byte_next(json) == '+' || byte_next(json) == '-') {
        json->at++;
    }
    int byte = byte_next(json);
    if (byte == JSON_END) {
        return json_fault(json, "EOF while parsing a value");
    }
    json->at++;
    if (!is_digit(byte)) {
        return json_fault(json, "invalid number");
    }
    digits_skip(json);
    return NULL;
}

static struct err *number_read(struct json *json, struct json_value *value)
{
    value->negative = byte_next(json) == '-';
    json->at += value->negative;
    int byte = byte_next(json);
    if (byte == JSON_END) {
        return json_fault(json, "EOF while parsing a value");
    }
    if (!is_digit(byte)) {
        json->at++;
        return json_fault(json, "invalid number");
    }
    bool fits = true;
    size_t start = json->at;
    for (; is_digit(byte = byte_next(json)); json->at++) {
        if (json->at == start + 1 && json->text.data[start] == '0') {
            return json_fault_next(json, "invalid number");
        }
        fits = fits && !__builtin_mul_overflow(value->integer, 10, &value->integer) &&
               !__builtin_add_overflow(value->integer, (uint64_t)(byte - '0'), &value->integer);
    }
    if (value->negative) {
        fits = fits && value->integer > 0 && value->integer <= (uint64_t)INT64_MAX + 1;
    }
    bool whole = byte != '.' && byte != 'e' && byte != 'E';
    value->type = fits && whole ? JSON_INTEGER : JSON_FLOAT;
    return float_read(json);
}

static struct err *children_read(struct json *json, bool array, struct json_value *parent)
{
    struct json_value **last = &parent->first;
    TRY(json_open(json));
    for (bool first = true;; first = false) {
        bool more = false;
        struct str key = STR("");
        if (array) {
            TRY(json_next_element(json, first, &more));
        } else {
            TRY(json_next_key(json, first, &more, &key));
        }
        if (!more) {
            json_close(json);
            return NULL;
        }
        if (!array) {
            TRY(json_colon(json));
        }
        TRY(json_value(json, last));
        (*last)->key = key;
        last = &(*last)->next;
    }
}

struct err *json_value(struct json *json, struct json_value **out)
{
    struct json_value *value = arena_new(json->arena, struct json_value);
    int byte = json_peek(json);
    if (byte == '{' || byte == '[') {
        value->type = byte == '{' ? JSON_OBJECT : JSON_ARRAY;
        TRY(children_read(json, byte == '[', value));
    } else if (byte == '"') {
        value->type = JSON_STRING;
        TRY(json_string(json, &value->string));
    } else if (byte == '-' || is_digit(byte)) {
        TRY(number_read(json, value));
    } else if (byte == 't' || byte == 'f') {
        value->type = JSON_BOOLEAN;
        value->boolean = byte == 't';
        TRY(word_read(json, value->boolean ? "true" : "false"));
    } else if (byte == 'n') {
        TRY(word_read(json, "null"));
    } else {
        return json_fault_next(json,
                               byte == JSON_END ? "EOF while parsing a value" : "expected value");
    }
    *out = value;
    return NULL;
}

struct err *json_end(struct json *json)
{
    return json_peek(json) == JSON_END ? NULL : json_fault_next(json, "trailing characters");
}

struct str json_describe(struct arena *arena, const struct json_value *value)
{
    switch (value->type) {
    case JSON_NULL:
        return STR("null");
    case JSON_BOOLEAN:
        return value->boolean ? STR("boolean `true`") : STR("boolean `false`");
    case JSON_INTEGER:
        return str_format(arena, "integer `%s%ju`", value->negative ? "-" : "",
                          (uintmax_t)value->integer);
    case JSON_FLOAT:
        return STR("floating point");
    case JSON_STRING:
        return STR("string");
    case JSON_ARRAY:
        return STR("sequence");
    case JSON_OBJECT:
        return STR("map");
    }
    __builtin_unreachable();
}

struct err *json_fault_type(struct json *json, const char *expected)
{
    int byte = json_peek(json);
    struct json_value bracket = {.type = byte == '{' ? JSON_OBJECT : JSON_ARRAY};
    struct json_value *value = &bracket;
    if (byte != '{' && byte != '[') {
        struct err *failure = json_value(json, &value);
        if (failure) {
            return failure;
        }
    }
    struct str what = json_describe(json->arena, value);
    struct str text = str_format(json->arena, "invalid type: %s, expected %s", what.data, expected);
    return json_fault(json, text.data);
}

void json_write_string(struct buf *buf, struct str text)
{
    buf_add_char(buf, '"');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        const char *found = c && c != '/' ? strchr(escaped, c) : NULL;
        if (found) {
            buf_addf(buf, "\\%c", letters[found - escaped]);
        } else if ((unsigned char)c < 0x20) {
            buf_addf(buf, "\\u%04x", (unsigned)c);
        } else {
            buf_add_char(buf, c);
        }
    }
    buf_add_char(buf, '"');
}
