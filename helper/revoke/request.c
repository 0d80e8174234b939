#include "request.h"

#include <curl/curl.h>
#include <limits.h>

#define RETRY_LIMIT 100
#define TIME_LIMIT  (24L * 3600 * 1000)
#define LIMIT_MS    30000
#define POLLING_MS  180000 /* Artifactory can need minutes */
#define RECHECK_MS  5000
#define POLL_MS     2000

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
