#include "util/json.h"

#include "util/utf8.h"

#include <malloc.h>

void json_write_string(struct buf *buf, struct str text)
{
    static const char escaped[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    buf_add_char(buf, '"');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        const char *found = c ? strchr(escaped, c) : NULL;
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

/* Exits if there is no memory, because jansson would report malformed JSON. */
static void *checked_malloc(size_t size)
{
    void *memory = malloc(size);
    if (memory) {
        return memory;
    }
    out_of_memory();
}

void wiping_free(void *memory)
{
    if (memory) {
        explicit_bzero(memory, malloc_usable_size(memory));
        free(memory);
    }
}

void json_wipe_memory(void)
{
    json_set_alloc_funcs(checked_malloc, wiping_free);
}

json_t *json_from_str(struct arena *arena, struct str text)
{
    struct str valid = utf8_lossy(arena, text);
    return json_stringn(valid.data, valid.len);
}

struct str json_to_str(struct arena *arena, const json_t *json)
{
    return json_is_string(json) ? str_copy(arena, json_string_value(json), json_string_length(json))
                                : STR("");
}

json_t *json_from_err(struct arena *arena, const struct err *err)
{
    json_t *messages = err ? json_array() : NULL;
    for (; err; err = err->cause) {
        (void)json_array_append_new(messages, json_from_str(arena, err->message));
    }
    return messages;
}

struct str json_line(struct arena *arena, json_t *json)
{
    size_t len = json_dumpb(json, NULL, 0, JSON_COMPACT);
    char *line = arena_alloc(arena, len + 2);
    (void)json_dumpb(json, line, len, JSON_COMPACT);
    line[len] = '\n';
    json_decref(json);
    return (struct str){line, len + 1};
}
