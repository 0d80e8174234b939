#include "answer.h"

#include "util/json.h"
#include "util/text.h"

#include <ctype.h>

#define TEXT_LIMIT ((size_t)1000) /* bytes of one value; crates.io's longest detail has 436 */

/* Returns the byte at `at`, which can be percent-encoded several times, in lower case, because host
 * names are in lower case. Moves `at` to its end. */
static int decoded_byte(struct str text, size_t *at)
{
    unsigned char byte = (unsigned char)text.data[(*at)++];
    while (byte == '%' && *at + 1 < text.len && isxdigit((unsigned char)text.data[*at]) &&
           isxdigit((unsigned char)text.data[*at + 1])) {
        char digits[3] = {text.data[*at], text.data[*at + 1], '\0'};
        byte = (unsigned char)strtoul(digits, NULL, 16);
        *at += 2;
    }
    return tolower(byte);
}

/* Returns the length of the text at `start` that spells the secret, or 0 if none does. */
static size_t spelled_length(struct str text, size_t start, struct str secret)
{
    size_t at = start;
    for (size_t i = 0; i < secret.len;) {
        if (at >= text.len || decoded_byte(text, &at) != decoded_byte(secret, &i)) {
            return 0;
        }
    }
    return at - start;
}

static struct str without_secret(struct arena *arena, struct str text, struct str secret)
{
    struct buf out = buf_new(arena);
    size_t at = 0;
    while (at < text.len) {
        size_t len = spelled_length(text, at, secret);
        if (len > 0) {
            buf_add(&out, STR("[secret]"));
            at += len;
        } else {
            buf_add_char(&out, text.data[at++]);
        }
    }
    return buf_str(&out);
}

/* Omits the key if the text is empty. */
static void text_set(struct arena *arena, json_t *json, const char *key, struct str text,
                     struct str secret)
{
    struct str clean = without_secret(arena, text, secret);
    if (clean.len > 0) {
        size_t len = clean.len < TEXT_LIMIT ? clean.len : TEXT_LIMIT;
        struct str shown = text_shown(arena, str_slice(arena, clean, 0, len));
        json_object_set_new(json, key, json_stringn(shown.data, shown.len));
    }
}

struct str answer_line(struct arena *arena, long id, const struct server_answer *answer,
                       struct str secret)
{
    json_t *json = json_pack("{s:I, s:s, s:i}", "id", (json_int_t)id, "verdict",
                             server_verdict_names[answer->verdict], "status", (int)answer->status);
    text_set(arena, json, "url", answer->url, secret);
    text_set(arena, json, "detail", answer->detail, secret);
    text_set(arena, json, "who", answer->who, secret);
    text_set(arena, json, "scopes", answer->scopes, secret);
    text_set(arena, json, "expires", answer->expires, secret);
    text_set(arena, json, "page", answer->page, secret);
    return json_line(arena, json);
}

struct str waiting_line(struct arena *arena, long id, const char *why)
{
    return json_line(arena, json_pack("{s:I, s:s}", "id", (json_int_t)id, "waiting", why));
}
