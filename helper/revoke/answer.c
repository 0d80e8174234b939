#include "answer.h"

#include "util/utf8.h"

#include <jansson.h>

#define TEXT_LIMIT ((size_t)1000) /* bytes of one value; crates.io's longest detail has 436 */

/* Control characters, line and paragraph separators, and those that change the direction. */
static bool is_fit_to_show(uint32_t c)
{
    bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    bool turns = c == 0x200E || c == 0x200F || c == 0x061C || (c >= 0x2028 && c <= 0x202E) ||
                 (c >= 0x2066 && c <= 0x2069);
    return !control && !turns;
}

static struct str one_line(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena);
    struct str valid = utf8_lossy(arena, text);
    size_t step;
    for (size_t at = 0; at < valid.len; at += step) {
        uint32_t character;
        bool whole;
        step = utf8_decode(valid, at, &character, &whole);
        if (is_fit_to_show(character)) {
            buf_add_bytes(&out, valid.data + at, step);
        } else {
            buf_add_char(&out, ' ');
        }
    }
    return buf_str(&out);
}

static struct str without_token(struct arena *arena, struct str text, struct str token)
{
    struct buf out = buf_new(arena);
    size_t at = 0;
    const char *found;
    bool is_seen = strspn(token.data, " ") < token.len; /* what looks like blanks shows nothing */
    while (is_seen && (found = memmem(text.data + at, text.len - at, token.data, token.len))) {
        buf_add_bytes(&out, text.data + at, (size_t)(found - text.data) - at);
        buf_add(&out, STR("[the token]"));
        at = (size_t)(found - text.data) + token.len;
    }
    buf_add_bytes(&out, text.data + at, text.len - at);
    return buf_str(&out);
}

static struct str not_too_long(struct arena *arena, struct str text)
{
    if (text.len <= TEXT_LIMIT) {
        return text;
    }
    size_t len = TEXT_LIMIT;
    while (((unsigned char)text.data[len] & 0xC0) == 0x80) {
        len--; /* not within a character; the text is valid, so it has a beginning */
    }
    return str_format(arena, "%.*s...", (int)len, text.data);
}

static void text_set(struct arena *arena, json_t *json, const char *key, struct str text,
                     struct str token)
{
    if (text.len > 0) {
        /* The token as it would look: a line's end may have become one of its spaces. */
        struct str looks = one_line(arena, token);
        struct str line = without_token(arena, one_line(arena, text), looks);
        struct str shown = not_too_long(arena, line);
        json_object_set_new(json, key, json_stringn(shown.data, shown.len));
    }
}

struct str answer_line(struct arena *arena, const struct answer *answer, struct str token)
{
    json_t *json =
        json_pack("{sb ss}", "dead", how_is_dead(answer->how), "how", how_name(answer->how));
    text_set(arena, json, "url", answer->url, token);
    if (answer->status > 0) {
        json_object_set_new(json, "status", json_integer(answer->status));
    }
    text_set(arena, json, "detail", answer->detail, token);
    size_t len = json_dumpb(json, NULL, 0, JSON_COMPACT);
    char *line = arena_alloc(arena, len + 2);
    (void)json_dumpb(json, line, len, JSON_COMPACT);
    line[len] = '\n';
    json_decref(json);
    return (struct str){line, len + 1};
}
