#include "util/json.h"

#include "util/utf8.h"

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

/* The header of each block, because jansson does not pass the size when it frees a block. */
struct block {
    size_t size;
    _Alignas(max_align_t) char data[];
};

/* Exits if there is no memory, because jansson would report malformed JSON. */
static void *wiping_malloc(size_t size)
{
    struct block *block = size > SIZE_MAX - sizeof(*block) ? NULL : malloc(sizeof(*block) + size);
    if (block) {
        block->size = size;
        return block->data;
    }
    out_of_memory();
}

static void wiping_free(void *memory)
{
    if (memory) {
        void *start = (char *)memory - offsetof(struct block, data);
        struct block *block = start;
        explicit_bzero(block->data, block->size);
        free(block);
    }
}

void json_wipe_memory(void)
{
    json_set_alloc_funcs(wiping_malloc, wiping_free);
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
