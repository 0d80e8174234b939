#include "jansson_view.h"

#include <jansson.h>

static void view_bytes(struct buf *out, const char *data, size_t len)
{
    buf_addf(out, "s%zu:", len);
    buf_add_bytes(out, data, len);
}

static void view(struct buf *out, json_t *value)
{
    const char *key;
    json_t *child;
    size_t i;
    switch (json_typeof(value)) {
    case JSON_NULL:
        buf_add_char(out, 'n');
        return;
    case JSON_TRUE:
    case JSON_FALSE:
        buf_add_char(out, json_is_true(value) ? 't' : 'f');
        return;
    case JSON_INTEGER:
        if (json_integer_value(value) != 0) {
            buf_addf(out, "i%lld;", json_integer_value(value));
            return;
        }
        __attribute__((fallthrough));
    case JSON_REAL:
        buf_add_char(out, 'r');
        return;
    case JSON_STRING:
        view_bytes(out, json_string_value(value), json_string_length(value));
        return;
    case JSON_ARRAY:
        buf_add_char(out, '[');
        json_array_foreach(value, i, child)
        {
            view(out, child);
        }
        buf_add_char(out, ']');
        return;
    case JSON_OBJECT:
        buf_add_char(out, '{');
        json_object_foreach(value, key, child)
        {
            view_bytes(out, key, strlen(key));
            view(out, child);
        }
        buf_add_char(out, '}');
        return;
    }
}

bool jansson_view(struct str text, struct buf *out)
{
    json_t *value = json_loadb(text.data, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (value) {
        view(out, value);
    }
    json_decref(value);
    return value != NULL;
}
