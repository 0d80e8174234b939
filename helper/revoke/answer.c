#include "answer.h"

#include "util/utf8.h"

#include <ctype.h>
#include <jansson.h>

#define TEXT_LIMIT     ((size_t)1000) /* bytes of one value; crates.io's longest detail has 436 */
#define PASSWORD_LEAST ((size_t)4)

static const char *const verdict_names[] = {
    [TOKEN_REVOKED_CHECKED] = "revoked-checked",
    [TOKEN_REVOKED_UNCHECKED] = "revoked-unchecked",
    [TOKEN_ALREADY_INVALID] = "already-invalid",
    [TOKEN_UNRECOGNIZED] = "unrecognized",
    [TOKEN_NOT_A_TOKEN] = "not-a-token",
    [TOKEN_VALID] = "valid",
    [TOKEN_NOT_PERMITTED] = "not-permitted",
    [TOKEN_UNSUPPORTED] = "unsupported",
    [TOKEN_REFUSED] = "refused",
    [TOKEN_NO_ANSWER] = "no-answer",
    [TOKEN_NO_API] = "no-api",
    [TOKEN_UNKNOWN] = "unknown",
};

const char *verdict_name(enum verdict verdict)
{
    return verdict_names[verdict];
}

bool verdict_is_invalid(enum verdict verdict)
{
    return verdict <= TOKEN_NOT_A_TOKEN;
}

/* Returns false for control characters, line and paragraph separators, and characters that change
 * the direction of writing. */
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

void secrets_add(struct secrets *secrets, struct str text)
{
    if (text.len > 0 && secrets->count < COUNT(secrets->list)) {
        secrets->list[secrets->count++] = text;
    }
}

void secrets_add_userinfo(struct secrets *secrets, struct str url)
{
    if (url.len == 0) {
        return;
    }
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

/* Returns the byte at `at`, which can be percent-encoded several times. Sets `end` to its end. */
static unsigned char decoded_byte(struct str text, size_t at, size_t *end)
{
    unsigned char byte = (unsigned char)text.data[at];
    *end = at + 1;
    while (byte == '%' && *end + 1 < text.len && isxdigit((unsigned char)text.data[*end]) &&
           isxdigit((unsigned char)text.data[*end + 1])) {
        char digits[3] = {text.data[*end], text.data[*end + 1], '\0'};
        byte = (unsigned char)strtoul(digits, NULL, 16);
        *end += 2;
    }
    return byte;
}

/* Returns the length of the text at `at` that spells the secret, or 0 if none does. Case is
 * ignored, because host names are in lower case. */
static size_t spelled_length(struct str text, size_t at, struct str secret, bool decode)
{
    size_t next = at;
    for (size_t i = 0; i < secret.len; i++) {
        if (next >= text.len) {
            return 0;
        }
        unsigned char byte = (unsigned char)text.data[next];
        if (decode) {
            byte = decoded_byte(text, next, &next);
        } else {
            next++;
        }
        if (tolower(byte) != tolower((unsigned char)secret.data[i])) {
            return 0;
        }
    }
    return next - at;
}

static struct str without_secret(struct arena *arena, struct str text, struct str secret)
{
    struct buf out = buf_new(arena);
    size_t at = 0;
    while (at < text.len) {
        size_t len = spelled_length(text, at, secret, false);
        len = len > 0 ? len : spelled_length(text, at, secret, true);
        if (len > 0) {
            buf_add(&out, STR("[secret]"));
            at += len;
        } else {
            buf_add_char(&out, text.data[at++]);
        }
    }
    return buf_str(&out);
}

static struct str not_too_long(struct arena *arena, struct str text)
{
    if (text.len <= TEXT_LIMIT) {
        return text;
    }
    size_t len = TEXT_LIMIT;
    while (((unsigned char)text.data[len] & 0xC0) == 0x80) {
        len--; /* do not cut inside a character; the text is valid UTF-8, so the loop ends */
    }
    return str_format(arena, "%.*s...", (int)len, text.data);
}

static void text_set(struct arena *arena, json_t *json, const char *key, struct str text,
                     const struct secrets *secrets)
{
    if (text.len == 0) {
        return;
    }
    struct str line = one_line(arena, text);
    for (size_t i = 0; i < secrets->count; i++) {
        /* the secret as one_line() shows it, with spaces instead of line ends */
        struct str looks = one_line(arena, secrets->list[i]);
        if (strspn(looks.data, " ") < looks.len) { /* a secret of blanks need not be hidden */
            line = without_secret(arena, line, looks);
        }
    }
    struct str shown = not_too_long(arena, line);
    json_object_set_new(json, key, json_stringn(shown.data, shown.len));
}

static struct str line_of(struct arena *arena, json_t *json)
{
    size_t len = json_dumpb(json, NULL, 0, JSON_COMPACT);
    char *line = arena_alloc(arena, len + 2);
    (void)json_dumpb(json, line, len, JSON_COMPACT);
    line[len] = '\n';
    json_decref(json);
    return (struct str){line, len + 1};
}

struct str answer_line(struct arena *arena, long id, const struct answer *answer,
                       const struct secrets *secrets)
{
    json_t *json =
        json_pack("{sI ss sb}", "id", (json_int_t)id, "verdict", verdict_name(answer->verdict),
                  "invalid", verdict_is_invalid(answer->verdict));
    text_set(arena, json, "url", answer->url, secrets);
    if (answer->status > 0) {
        json_object_set_new(json, "status", json_integer(answer->status));
    }
    text_set(arena, json, "detail", answer->detail, secrets);
    text_set(arena, json, "who", answer->facts.who, secrets);
    text_set(arena, json, "scopes", answer->facts.scopes, secrets);
    text_set(arena, json, "expires", answer->facts.expires, secrets);
    text_set(arena, json, "page", answer->page, secrets);
    return line_of(arena, json);
}

struct str waiting_line(struct arena *arena, long id, const char *why)
{
    return line_of(arena, json_pack("{sI ss}", "id", (json_int_t)id, "waiting", why));
}
