#include "util/json.h"

#include <malloc.h>

/* Exits if there is no memory, because jansson would report malformed JSON. */
static void *checked_malloc(size_t size)
{
    void *memory = malloc(size);
    if (memory)
        return memory;
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

struct str json_get_str(struct arena *arena, const json_t *object, const char *key)
{
    return json_to_str(arena, json_object_get(object, key));
}

json_t *json_from_err(struct arena *arena, const struct err *err)
{
    json_t *messages = err ? json_array() : NULL;
    for (; err; err = err->cause)
        (void)json_array_append_new(messages, json_from_str(arena, err->message));
    return messages;
}

struct str json_line(struct arena *arena, json_t *json)
{
    const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII;
    size_t len = json_dumpb(json, NULL, 0, flags);
    char *line = arena_alloc(arena, len + 2);
    (void)json_dumpb(json, line, len, flags);
    line[len] = '\n';
    json_decref(json);
    return (struct str){line, len + 1};
}
