#include "protocol.h"

#include "util/json.h"
#include "util/text.h"

#include <ctype.h>
#include <curl/curl.h>
#include <limits.h>

#define RETRY_LIMIT 100
#define TIME_LIMIT  (24L * 3600 * 1000)
#define LIMIT_MS    30000
#define POLLING_MS  180000 /* Artifactory can need minutes */
#define RECHECK_MS  5000
#define POLL_MS     2000
#define TEXT_LIMIT  ((size_t)1000) /* bytes of one value; crates.io's longest detail has 436 */

/* A text or a number of the request. A larger number becomes `most`. */
static const struct member {
    const char *key;
    size_t offset;
    json_type type;
    long most;
} members[] = {
    {"id", offsetof(struct request, id), JSON_INTEGER, LONG_MAX},
    {"group", offsetof(struct request, group), JSON_STRING, 0},
    {"token", offsetof(struct request, token), JSON_STRING, 0},
    {"api", offsetof(struct request, api), JSON_STRING, 0},
    {"index", offsetof(struct request, index), JSON_STRING, 0},
    {"canonical", offsetof(struct request, canonical), JSON_STRING, 0},
    {"cache", offsetof(struct request, cache), JSON_STRING, 0},
    {"proxy", offsetof(struct request, http.proxy), JSON_STRING, 0},
    {"cainfo", offsetof(struct request, http.cainfo), JSON_STRING, 0},
    {"user_agent", offsetof(struct request, http.user_agent), JSON_STRING, 0},
    {"timeout", offsetof(struct request, http.timeout_seconds), JSON_INTEGER, HTTP_SECONDS},
    {"retry", offsetof(struct request, http.retries), JSON_INTEGER, RETRY_LIMIT},
    {"limit_ms", offsetof(struct request, limit_ms), JSON_INTEGER, TIME_LIMIT},
    {"recheck_ms", offsetof(struct request, recheck_ms), JSON_INTEGER, TIME_LIMIT},
    {"poll_ms", offsetof(struct request, poll_ms), JSON_INTEGER, TIME_LIMIT},
};

static struct err *malformed(struct arena *arena, const char *key)
{
    return err_new(arena, "`%s` in the request is malformed", key);
}

/* Members that are missing keep their default. */
static struct err *members_get(struct arena *arena, const json_t *json, struct request *out)
{
    for (size_t i = 0; i < COUNT(members); i++) {
        const struct member *member = &members[i];
        const json_t *value = json_object_get(json, member->key);
        json_int_t number = json_integer_value(value);
        void *to = (char *)out + member->offset;
        if (value && (json_typeof(value) != member->type || number < 0)) {
            return malformed(arena, member->key);
        }
        if (value && member->type == JSON_INTEGER) {
            *(long *)to = number < member->most ? (long)number : member->most;
        } else if (value) {
            *(struct str *)to = (struct str){json_string_value(value), json_string_length(value)};
        }
    }
    return NULL;
}

/* libcurl's number for a maximum version is that of the version, shifted by 16 bits
 * (http::to_ssl_version). */
static struct err *tls_versions_get(struct arena *arena, json_t *json, long *out)
{
    static const struct {
        const char *name;
        long number;
    } known[] = {
        {"default", CURL_SSLVERSION_DEFAULT}, {"tlsv1", CURL_SSLVERSION_TLSv1},
        {"tlsv1.0", CURL_SSLVERSION_TLSv1_0}, {"tlsv1.1", CURL_SSLVERSION_TLSv1_1},
        {"tlsv1.2", CURL_SSLVERSION_TLSv1_2}, {"tlsv1.3", CURL_SSLVERSION_TLSv1_3},
    };
    const char *names[] = {"default", "default"};
    bool valid = !json || json_unpack(json, "{s?s, s?s}", "min", &names[0], "max", &names[1]) == 0;
    *out = 0;
    for (int bound = 0; bound < 2 && valid; bound++) {
        size_t i = 0;
        while (i < COUNT(known) && strcmp(names[bound], known[i].name) != 0) {
            i++;
        }
        valid = i < COUNT(known);
        *out |= valid ? known[i].number << (16 * bound) : 0;
    }
    return valid ? NULL : malformed(arena, "ssl_version");
}

/* Shows operators of servers which program sends the requests. */
static const char user_agent[] = "cargo-logout/" VERSION
#ifdef PROJECT_URL
                                 " (" PROJECT_URL ")"
#endif
    ;

struct err *request_read(struct arena *arena, const json_t *json, struct request *out)
{
    struct request read = {
        .http = {.user_agent = str_of(user_agent), .timeout_seconds = HTTP_SECONDS},
        .revokes = json_is_true(json_object_get(json, "revokes")),
        .limit_ms = -1,
        .recheck_ms = RECHECK_MS,
        .poll_ms = POLL_MS,
    };
    const char *kind = json_string_value(json_object_get(json, "kind"));
    TRY(members_get(arena, json, &read));
    TRY(tls_versions_get(arena, json_object_get(json, "ssl_version"), &read.http.tls_versions));
    read.kind = (enum server_kind)server_name_find(server_kind_names, COUNT(server_kind_names),
                                                   kind ? kind : "");
    if (read.kind >= COUNT(server_kind_names)) {
        return malformed(arena, "kind");
    }
    if (server_token_obstacle(read.kind, read.token)) {
        return malformed(arena, "token");
    }
    if ((read.api.len > 0) == (read.index.len > 0)) {
        return malformed(arena, "api");
    }
    if (!server_can_send(read.http.user_agent)) {
        return malformed(arena, "user_agent");
    }
    read.http.has_proxy = read.http.proxy.data;
    if (read.limit_ms < 0) {
        read.limit_ms = read.kind == SERVER_ARTIFACTORY ? POLLING_MS : LIMIT_MS;
    }
    *out = read;
    return NULL;
}

/*
 * Answers.
 */

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
