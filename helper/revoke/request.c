#include "request.h"

#include <curl/curl.h>
#include <limits.h>

#define RETRY_LIMIT 100
#define TIME_LIMIT  (24L * 3600 * 1000)
#define LIMIT_MS    30000
#define POLLING_MS  180000 /* Artifactory can need minutes */
#define RECHECK_MS  5000
#define POLL_MS     2000

struct text_member {
    const char *key;
    struct str *to;
};

struct number_member {
    const char *key;
    long *to;
    long most;
};

static struct err *malformed(struct arena *arena, const char *key)
{
    return err_new(arena, "`%s` in the request is malformed", key);
}

/* Members that are missing keep their default or become empty. */
static struct err *texts_get(struct arena *arena, const json_t *json,
                             const struct text_member *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(json, members[i].key);
        if (value && !json_is_string(value)) {
            return malformed(arena, members[i].key);
        }
        if (value) {
            *members[i].to = (struct str){json_string_value(value), json_string_length(value)};
        } else if (!members[i].to->data) {
            *members[i].to = STR("");
        }
    }
    return NULL;
}

static struct err *numbers_get(struct arena *arena, const json_t *json,
                               const struct number_member *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(json, members[i].key);
        if (value && (!json_is_integer(value) || json_integer_value(value) < 0)) {
            return malformed(arena, members[i].key);
        }
        if (value) {
            json_int_t number = json_integer_value(value);
            *members[i].to = number < members[i].most ? (long)number : members[i].most;
        }
    }
    return NULL;
}

/* libcurl's number for a maximum version is that of the version, shifted by 16 bits
 * (http::to_ssl_version). */
static struct err *tls_versions_get(struct arena *arena, const json_t *json, long *out)
{
    static const struct {
        const char *name;
        long number;
    } known[] = {
        {"default", CURL_SSLVERSION_DEFAULT}, {"tlsv1", CURL_SSLVERSION_TLSv1},
        {"tlsv1.0", CURL_SSLVERSION_TLSv1_0}, {"tlsv1.1", CURL_SSLVERSION_TLSv1_1},
        {"tlsv1.2", CURL_SSLVERSION_TLSv1_2}, {"tlsv1.3", CURL_SSLVERSION_TLSv1_3},
    };
    struct str names[] = {STR("default"), STR("default")};
    const struct text_member members[] = {{"min", &names[0]}, {"max", &names[1]}};
    TRY(texts_get(arena, json, members, COUNT(members)));
    *out = 0;
    for (int bound = 0; bound < 2; bound++) {
        size_t i = 0;
        while (i < COUNT(known) && !str_eq(names[bound], str_of(known[i].name))) {
            i++;
        }
        if (i == COUNT(known)) {
            return malformed(arena, "ssl_version");
        }
        *out |= known[i].number << (16 * bound);
    }
    return NULL;
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
        .recheck_ms = RECHECK_MS,
        .poll_ms = POLL_MS,
    };
    struct str kind = STR("");
    const struct text_member texts[] = {
        {"group", &read.group},        {"kind", &kind},
        {"token", &read.token},        {"api", &read.api},
        {"index", &read.index},        {"canonical", &read.canonical},
        {"cache", &read.cache},        {"proxy", &read.http.proxy},
        {"cainfo", &read.http.cainfo}, {"user_agent", &read.http.user_agent},
    };
    TRY(texts_get(arena, json, texts, COUNT(texts)));
    read.kind =
        (enum server_kind)server_name_find(server_kind_names, COUNT(server_kind_names), kind.data);
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
    read.http.has_proxy = json_object_get(json, "proxy");
    read.limit_ms = read.kind == SERVER_ARTIFACTORY ? POLLING_MS : LIMIT_MS;
    const struct number_member numbers[] = {
        {"id", &read.id, LONG_MAX},
        {"timeout", &read.http.timeout_seconds, HTTP_SECONDS},
        {"retry", &read.http.retries, RETRY_LIMIT},
        {"limit_ms", &read.limit_ms, TIME_LIMIT},
        {"recheck_ms", &read.recheck_ms, TIME_LIMIT},
        {"poll_ms", &read.poll_ms, TIME_LIMIT},
    };
    TRY(numbers_get(arena, json, numbers, COUNT(numbers)));
    TRY(tls_versions_get(arena, json_object_get(json, "ssl_version"), &read.http.tls_versions));
    *out = read;
    return NULL;
}
