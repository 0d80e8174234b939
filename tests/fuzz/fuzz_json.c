/*
 * Any text as JSON. It is accepted exactly where jansson accepts it, with the same values, but for
 * what json.h names; written again it is the same; a fault's place lies in the text; and no message
 * shows a string of it.
 */
#include "harness.h"
#include "jansson_view.h"

#include "util/json.h"
#include "toml/toml.h"

/* Nesting of an input, so that no other limit is met here. */
#define DEPTH_LIMIT 127

static void write_value(struct buf *out, const struct json_value *value)
{
    const struct json_value *child = value->first;
    switch (value->type) {
    case JSON_NULL:
        buf_add(out, STR("null"));
        return;
    case JSON_BOOLEAN:
        buf_add(out, value->boolean ? STR("true") : STR("false"));
        return;
    case JSON_INTEGER:
        buf_addf(out, "%s%ju", value->negative ? "-" : "", (uintmax_t)value->integer);
        return;
    case JSON_FLOAT:
        buf_add(out, STR("1.5"));
        return;
    case JSON_STRING:
        json_write_string(out, value->string);
        return;
    case JSON_ARRAY:
    case JSON_OBJECT:
        buf_add_char(out, value->type == JSON_ARRAY ? '[' : '{');
        for (; child; child = child->next) {
            if (value->type == JSON_OBJECT) {
                json_write_string(out, child->key);
                buf_add_char(out, ':');
            }
            write_value(out, child);
            buf_add_char(out, child->next ? ',' : ' ');
        }
        buf_add_char(out, value->type == JSON_ARRAY ? ']' : '}');
        return;
    }
}

static void check_same(const struct json_value *a, const struct json_value *b)
{
    HOLDS(a->type == b->type && str_eq(a->key, b->key));
    HOLDS(a->type != JSON_STRING || str_eq(a->string, b->string));
    HOLDS(a->type != JSON_BOOLEAN || a->boolean == b->boolean);
    HOLDS(a->type != JSON_INTEGER || (a->integer == b->integer && a->negative == b->negative));
    for (a = a->first, b = b->first; a; a = a->next, b = b->next) {
        HOLDS(b != NULL);
        check_same(a, b);
    }
    HOLDS(b == NULL);
}

static struct err *read(struct arena *arena, struct str text, struct json_value **out)
{
    struct json json = json_begin(arena, text);
    TRY(json_value(&json, out));
    HOLDS(json.depth == 0);
    return json_end(&json);
}

/* What jansson has no room for: numbers beyond 63 bits or a double, a key with a NUL. */
static bool has_room(const struct json_value *value)
{
    if (value->type == JSON_FLOAT ||
        (value->type == JSON_INTEGER && !value->negative && value->integer > INT64_MAX)) {
        return false;
    }
    for (value = value->first; value; value = value->next) {
        if (str_find(value->key, '\0') >= 0 || !has_room(value)) {
            return false;
        }
    }
    return true;
}

static bool is_first(const struct json_value *children, const struct json_value *child)
{
    while (!str_eq(children->key, child->key)) {
        children = children->next;
    }
    return children == child;
}

static const struct json_value *last_of(const struct json_value *child)
{
    const struct json_value *last = child;
    for (; child; child = child->next) {
        last = str_eq(child->key, last->key) ? child : last;
    }
    return last;
}

/* In jansson_view.h's notation. */
static void view(struct buf *out, const struct json_value *value)
{
    const struct json_value *child = value->first;
    switch (value->type) {
    case JSON_NULL:
        buf_add_char(out, 'n');
        return;
    case JSON_BOOLEAN:
        buf_add_char(out, value->boolean ? 't' : 'f');
        return;
    case JSON_INTEGER:
        if (value->integer > 0) {
            buf_addf(out, "i%s%ju;", value->negative ? "-" : "", (uintmax_t)value->integer);
            return;
        }
        __attribute__((fallthrough));
    case JSON_FLOAT:
        buf_add_char(out, 'r');
        return;
    case JSON_STRING:
        buf_addf(out, "s%zu:", value->string.len);
        buf_add(out, value->string);
        return;
    case JSON_ARRAY:
        buf_add_char(out, '[');
        for (; child; child = child->next) {
            view(out, child);
        }
        buf_add_char(out, ']');
        return;
    case JSON_OBJECT:
        buf_add_char(out, '{');
        for (; child; child = child->next) {
            if (is_first(value->first, child)) {
                buf_addf(out, "s%zu:", child->key.len);
                buf_add(out, child->key);
                view(out, last_of(child));
            }
        }
        buf_add_char(out, '}');
        return;
    }
}

static size_t depth_of(struct str text)
{
    size_t depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        depth += text.data[i] == '[' || text.data[i] == '{';
    }
    return depth;
}

/* `... at line 1 column 7` */
static void check_place(const struct err *err, struct str text)
{
    const char *place = strstr(err->message.data, " at line ");
    HOLDS(place != NULL);
    char *end;
    size_t line = strtoul(place + strlen(" at line "), &end, 10);
    HOLDS(strncmp(end, " column ", strlen(" column ")) == 0);
    size_t column = strtoul(end + strlen(" column "), &end, 10);
    HOLDS(*end == '\0');
    size_t start = 0;
    for (; line > 1; line--) {
        const char *newline = memchr(text.data + start, '\n', text.len - start);
        HOLDS(newline != NULL);
        start = (size_t)(newline - text.data) + 1;
    }
    HOLDS(line == 1 && start + column <= text.len);
}

static void check_text(struct arena *arena, struct str text)
{
    struct json_value *ours;
    struct err *err = read(arena, text, &ours);
    struct buf theirs = buf_new(arena);
    bool taken = str_find(text, '\0') < 0 && jansson_view(text, &theirs); /* which ends there */
    if (err) {
        HOLDS(!taken || depth_of(text) > DEPTH_LIMIT);
        harness_check_err(err);
        check_place(err, text);
    } else {
        HOLDS(taken || !has_room(ours));
        struct buf again = buf_new(arena);
        struct json_value *same;
        write_value(&again, ours);
        HOLDS(!read(arena, buf_str(&again), &same));
        check_same(ours, same);
    }
    if (!err && taken) {
        struct buf same = buf_new(arena);
        view(&same, ours);
        HOLDS(str_eq(buf_str(&same), buf_str(&theirs)));
    }
}

/* Any text at all is a string when it is written as one. */
static void check_string(struct arena *arena, struct str text)
{
    struct buf written = buf_new(arena);
    struct json_value *value;
    json_write_string(&written, text);
    HOLDS(!read(arena, buf_str(&written), &value));
    HOLDS(value->type == JSON_STRING && str_eq(value->string, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str text = harness_plant(&arena, data, size);
    if (utf8_valid(text)) {
        check_text(&arena, text);
        check_string(&arena, text);
    }
    arena_free(&arena);
    return 0;
}
