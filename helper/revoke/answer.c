#include "answer.h"

#include "util/json.h"
#include "util/text.h"

#include <ctype.h>

#define TEXT_LIMIT     ((size_t)1000) /* bytes of one value; crates.io's longest detail has 436 */
#define PASSWORD_LEAST ((size_t)4)

void secrets_add(struct secrets *secrets, struct str text)
{
    if (text.len > 0 && secrets->count < COUNT(secrets->list)) {
        secrets->list[secrets->count++] = text;
    }
}

void secrets_add_userinfo(struct secrets *secrets, struct str url)
{
    const char *scheme = memmem(url.data, url.len, "://", 3);
    size_t start = scheme ? (size_t)(scheme - url.data) + 3 : 0;
    size_t end = start + strcspn(url.data + start, "/?#");
    struct str authority = {url.data + start, end - start};
    ptrdiff_t at = str_rfind(authority, '@');
    if (at <= 0) {
        return;
    }
    struct str userinfo = {authority.data, (size_t)at};
    ptrdiff_t colon = str_find(userinfo, ':');
    secrets_add(secrets, userinfo);
    if (colon >= 0 && userinfo.len - (size_t)colon > PASSWORD_LEAST) {
        secrets_add(secrets, (struct str){userinfo.data + colon + 1, (size_t)(at - colon - 1)});
    }
}

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
                     const struct secrets *secrets)
{
    for (size_t i = 0; i < secrets->count; i++) {
        text = without_secret(arena, text, secrets->list[i]);
    }
    if (text.len > 0) {
        size_t len = text.len < TEXT_LIMIT ? text.len : TEXT_LIMIT;
        struct str shown = text_shown(arena, str_slice(arena, text, 0, len));
        json_object_set_new(json, key, json_stringn(shown.data, shown.len));
    }
}

struct str answer_line(struct arena *arena, long id, const struct server_answer *answer,
                       const struct secrets *secrets)
{
    json_t *json = json_pack("{s:I, s:s, s:i}", "id", (json_int_t)id, "verdict",
                             server_verdict_names[answer->verdict], "status", (int)answer->status);
    text_set(arena, json, "url", answer->url, secrets);
    text_set(arena, json, "detail", answer->detail, secrets);
    text_set(arena, json, "who", answer->who, secrets);
    text_set(arena, json, "scopes", answer->scopes, secrets);
    text_set(arena, json, "expires", answer->expires, secrets);
    text_set(arena, json, "page", answer->page, secrets);
    return json_line(arena, json);
}

struct str waiting_line(struct arena *arena, long id, const char *why)
{
    return json_line(arena, json_pack("{s:I, s:s}", "id", (json_int_t)id, "waiting", why));
}
