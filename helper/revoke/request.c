#include "request.h"

#include <curl/curl.h>
#include <jansson.h>
#include <limits.h>

#define REQUEST_VERSION 2
#define RETRY_DEFAULT   3 /* cargo's default of net.retry */
#define RETRY_LIMIT     100
#define TIME_LIMIT      (24L * 3600 * 1000)
#define LIMIT_MS        30000
#define RUN_MS          300000
#define RECHECK_MS      5000
#define POLL_MS         2000

static struct err *wrong_type(struct arena *arena, const char *key, const char *wanted)
{
    return err_new(arena, "`%s` in the request is not %s", key, wanted);
}

/* Returns the value, or NULL if there is none. */
static const json_t *value_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_null(value) ? NULL : value;
}

static struct err *text_get(struct arena *arena, const json_t *object, const char *key,
                            struct str *out, bool *there)
{
    const json_t *value = value_of(object, key);
    if (value && json_typeof(value) != JSON_STRING) {
        return wrong_type(arena, key, "a string");
    }
    *there = value;
    *out = value ? str_copy(arena, json_string_value(value), json_string_length(value)) : STR("");
    return NULL;
}

static struct err *number_get(struct arena *arena, const json_t *object, const char *key, long most,
                              long *out)
{
    const json_t *value = value_of(object, key);
    if (!value) {
        return NULL;
    }
    if (json_typeof(value) != JSON_INTEGER || json_integer_value(value) < 0) {
        return wrong_type(arena, key, "a number");
    }
    *out = json_integer_value(value) < most ? (long)json_integer_value(value) : most;
    return NULL;
}

/* Sets the index of the string in the list. */
static struct err *name_get(struct arena *arena, const json_t *json, const char *key,
                            const char *const *names, size_t count, size_t *out)
{
    struct str name = {0};
    bool there = false;
    TRY(text_get(arena, json, key, &name, &there));
    for (size_t i = 0; there && i < count; i++) {
        if (names[i] && str_eq(name, str_of(names[i]))) {
            *out = i;
            return NULL;
        }
    }
    return err_new(arena, "the request has no known `%s`", key);
}

static struct err *action_get(struct arena *arena, const json_t *json, struct request *out)
{
    static const char *const actions[] = {
        [ACTION_REVOKE] = "revoke", [ACTION_CHECK] = "check", [ACTION_INSPECT] = "inspect"};
    const char *kinds[COUNT(servers)];
    size_t action = 0;
    size_t kind = 0;
    for (size_t i = 0; i < COUNT(servers); i++) {
        kinds[i] = servers[i].name;
    }
    TRY(name_get(arena, json, "action", actions, COUNT(actions), &action));
    TRY(name_get(arena, json, "kind", kinds, COUNT(kinds), &kind));
    out->action = (enum action)action;
    out->kind = (enum token_kind)kind;
    return NULL;
}

static struct err *place_get(struct arena *arena, const json_t *json, struct request *out)
{
    bool has_index = false;
    bool there = false;
    TRY(text_get(arena, json, "api", &out->api, &out->has_api));
    TRY(text_get(arena, json, "index", &out->index, &has_index));
    TRY(text_get(arena, json, "canonical", &out->canonical, &there));
    TRY(text_get(arena, json, "host", &out->host, &there));
    TRY(text_get(arena, json, "cargo_home", &out->cargo_home, &there));
    out->sparse = json_is_true(json_object_get(json, "sparse"));
    if (out->has_api == has_index) {
        return err_new(arena, "the request has neither `api` nor `index`");
    }
    return NULL;
}

static struct err *times_get(struct arena *arena, const json_t *json, struct request *out)
{
    out->limit_ms = LIMIT_MS;
    out->run_ms = RUN_MS;
    out->recheck_ms = RECHECK_MS;
    out->poll_ms = POLL_MS;
    TRY(number_get(arena, json, "limit_ms", TIME_LIMIT, &out->limit_ms));
    TRY(number_get(arena, json, "run_ms", TIME_LIMIT, &out->run_ms));
    TRY(number_get(arena, json, "recheck_ms", TIME_LIMIT, &out->recheck_ms));
    return number_get(arena, json, "poll_ms", TIME_LIMIT, &out->poll_ms);
}

/* libcurl's number for a maximum version is that of the version, shifted by 16 bits
 * (http::to_ssl_version). */
static struct err *tls_version_get(struct arena *arena, const json_t *versions, const char *key,
                                   long *out)
{
    static const struct {
        const char *name;
        long number;
    } known[] = {
        {"default", CURL_SSLVERSION_DEFAULT}, {"tlsv1", CURL_SSLVERSION_TLSv1},
        {"tlsv1.0", CURL_SSLVERSION_TLSv1_0}, {"tlsv1.1", CURL_SSLVERSION_TLSv1_1},
        {"tlsv1.2", CURL_SSLVERSION_TLSv1_2}, {"tlsv1.3", CURL_SSLVERSION_TLSv1_3},
    };
    struct str name = {0};
    bool there = false;
    TRY(text_get(arena, versions, key, &name, &there));
    *out = CURL_SSLVERSION_DEFAULT;
    for (size_t i = 0; there && i < COUNT(known); i++) {
        if (str_eq(name, str_of(known[i].name))) {
            *out = known[i].number;
            return NULL;
        }
    }
    return there ? err_new(arena, "`%s` of `ssl_version` in the request is not known", key) : NULL;
}

static struct err *tls_get(struct arena *arena, const json_t *json, struct http_settings *out)
{
    const json_t *versions = value_of(json, "ssl_version");
    const json_t *check = value_of(json, "check_revoke");
    long least = CURL_SSLVERSION_DEFAULT;
    long most = CURL_SSLVERSION_DEFAULT;
    if (versions && json_typeof(versions) != JSON_OBJECT) {
        return wrong_type(arena, "ssl_version", "an object");
    }
    if (check && json_typeof(check) != JSON_TRUE && json_typeof(check) != JSON_FALSE) {
        return wrong_type(arena, "check_revoke", "true or false");
    }
    TRY(tls_version_get(arena, versions, "min", &least));
    TRY(tls_version_get(arena, versions, "max", &most));
    out->tls_versions = least | most << 16;
    out->skip_revocation_lists = json_is_false(check);
    return NULL;
}

/* Shows operators of servers which program sends the requests. */
static const char user_agent[] = "cargo-logout/" VERSION
#ifdef PROJECT_URL
                                 " (" PROJECT_URL ")"
#endif
    ;

static struct err *settings_get(struct arena *arena, const json_t *json, struct http_settings *out)
{
    bool there = false;
    *out = (struct http_settings){.timeout_seconds = HTTP_SECONDS, .retries = RETRY_DEFAULT};
    TRY(text_get(arena, json, "proxy", &out->proxy, &out->has_proxy));
    TRY(text_get(arena, json, "cainfo", &out->cainfo, &there));
    TRY(text_get(arena, json, "user_agent", &out->user_agent, &there));
    if (!there) {
        out->user_agent = str_of(user_agent);
    }
    if (!http_header_can_hold(out->user_agent)) {
        return err_new(arena, "`user_agent` in the request cannot be the value of a header");
    }
    TRY(number_get(arena, json, "timeout", HTTP_SECONDS, &out->timeout_seconds));
    TRY(number_get(arena, json, "retry", RETRY_LIMIT, &out->retries));
    return tls_get(arena, json, out);
}

static struct err *request_read(struct arena *arena, const json_t *json, struct request *out)
{
    struct request request = {0};
    bool there = false;
    const json_t *version = json_object_get(json, "v");
    if (!json_is_integer(version) || json_integer_value(version) != REQUEST_VERSION) {
        return err_new(arena, "the request does not have version %d", REQUEST_VERSION);
    }
    TRY(text_get(arena, json, "token", &request.token, &there));
    if (!there) {
        return err_new(arena, "the request has no `token`");
    }
    TRY(number_get(arena, json, "id", LONG_MAX, &request.id));
    TRY(number_get(arena, json, "group", LONG_MAX, &request.group));
    TRY(action_get(arena, json, &request));
    TRY(place_get(arena, json, &request));
    TRY(settings_get(arena, json, &request.http));
    TRY(times_get(arena, json, &request));
    *out = request;
    return NULL;
}

struct err *request_parse(struct arena *arena, struct str line, struct request *out)
{
    json_error_t wrong;
    json_auto_t *json = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, &wrong);
    if (!json) {
        /* without wrong.text, which quotes the input and could contain the token */
        return err_new(arena, "the request is not valid JSON (column %d)", wrong.column);
    }
    return request_read(arena, json, out);
}
