#include "protocol.h"

#include "server.h"
#include "util/child.h"
#include "util/json.h"
#include "util/text.h"

#include <ctype.h>
#include <curl/curl.h>

#define HTTP_SECONDS 30 /* how long a server can be silent */
#define LIMIT_MS     30000
#define POLLING_MS   180000 /* Artifactory can need minutes */
#define RECHECK_MS   5000
#define POLL_MS      2000
#define TEXT_LIMIT   ((size_t)1000) /* bytes of one value; crates.io's longest detail has 436 */

/* Returns libcurl's number for a version, or one that libcurl rejects. */
static long tls_version(const char *name)
{
    static const char *const names[] = {
        [CURL_SSLVERSION_DEFAULT] = "default", [CURL_SSLVERSION_TLSv1] = "tlsv1",
        [CURL_SSLVERSION_SSLv2] = "",          [CURL_SSLVERSION_SSLv3] = "",
        [CURL_SSLVERSION_TLSv1_0] = "tlsv1.0", [CURL_SSLVERSION_TLSv1_1] = "tlsv1.1",
        [CURL_SSLVERSION_TLSv1_2] = "tlsv1.2", [CURL_SSLVERSION_TLSv1_3] = "tlsv1.3",
    };
    return (long)server_name_find(names, COUNT(names), name);
}

/* Shows operators of servers which program sends the requests. */
static const char user_agent[] = "cargo-logout/" VERSION
#ifdef PROJECT_URL
                                 " (" PROJECT_URL ")"
#endif
    ;

/* Settings that are missing keep their default. */
static struct err *settings_read(struct arena *arena, json_t *json, struct http *out)
{
    const char *min = "default";
    const char *max = "default";
    json_int_t timeout = HTTP_SECONDS;
    json_int_t retry = 0;
    json_error_t wrong;
    struct http http = {.arena = arena, .user_agent = str_of(user_agent)};
    if (json_unpack_ex(json, &wrong, 0, "{s?s%, s?s%, s?s%, s?I, s?I, s?s, s?s}", "proxy",
                       &http.proxy.data, &http.proxy.len, "cainfo", &http.cainfo.data,
                       &http.cainfo.len, "user_agent", &http.user_agent.data, &http.user_agent.len,
                       "timeout", &timeout, "retry", &retry, "ssl_min", &min, "ssl_max", &max) != 0)
        return err_new(arena, "the request is malformed: %s", wrong.text);
    if (!server_can_send(http.user_agent))
        return err_new(arena, "`user_agent` in the request is malformed");
    /* libcurl's number for a maximum is that of the version, shifted (http::to_ssl_version) */
    http.tls_versions = tls_version(min) | tls_version(max) << 16;
    http.timeout_seconds = timeout < HTTP_SECONDS ? (long)timeout : HTTP_SECONDS;
    http.retries = (long)retry;
    *out = http;
    return NULL;
}

/* Sets the kind of the token and how it is sent. */
static struct err *token_read(struct arena *arena, const char *kind, struct str stored,
                              struct request *out)
{
    size_t found = server_name_find(server_kind_names, COUNT(server_kind_names), kind);
    if (found == COUNT(server_kind_names))
        return err_new(arena, "`kind` in the request is malformed");
    out->kind = (enum server_kind)found;
    if (server_token_obstacle(out->kind, stored))
        return err_new(arena, "`token` in the request is malformed");
    out->token = server_bare_token(stored);
    if (out->kind == SERVER_CRATES_IO && str_starts(out->token, STR("cio_tp_")))
        out->kind = SERVER_TRUSTED_PUBLISHING;
    const char *scheme = apis[out->kind].scheme;
    out->authorization = scheme ? str_format(arena, "%s%s", scheme, out->token.data) : stored;
    return NULL;
}

struct err *request_read(struct arena *arena, json_t *json, int64_t until, struct request *out)
{
    struct request read = {.recheck_ms = RECHECK_MS, .poll_ms = POLL_MS};
    struct str stored;
    const char *kind;
    int revokes;
    int limit_ms = -1;
    json_error_t wrong;
    if (json_unpack_ex(
            json, &wrong, 0, "{s:I, s:b, s:s, s:s%, s?s%, s?s%, s?s%, s?s%, s?i, s?i, s?i}", "id",
            &read.id, "revokes", &revokes, "kind", &kind, "token", &stored.data, &stored.len, "api",
            &read.api.data, &read.api.len, "index", &read.index.data, &read.index.len, "canonical",
            &read.canonical.data, &read.canonical.len, "cache", &read.cache.data, &read.cache.len,
            "limit_ms", &limit_ms, "recheck_ms", &read.recheck_ms, "poll_ms", &read.poll_ms))
        return err_new(arena, "the request is malformed: %s", wrong.text);
    read.revokes = revokes;
    TRY(token_read(arena, kind, stored, &read));
    TRY(settings_read(arena, json, &read.http));
    if (limit_ms < 0)
        limit_ms = read.kind == SERVER_ARTIFACTORY ? POLLING_MS : LIMIT_MS;
    int64_t limit = child_clock() + limit_ms;
    read.http.deadline = limit < until ? limit : until;
    *out = read;
    return NULL;
}

/* Returns the text in lower case, because host names are in lower case, without percent-encoding,
 * of which there can be several layers. */
static struct str decoded(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < text.len; i++) {
        buf_add_char(&out, text.data[i]);
        const unsigned char *end = (const unsigned char *)out.data + out.len;
        while (out.len >= 3 && end[-3] == '%' && isxdigit(end[-2]) && isxdigit(end[-1])) {
            char digits[] = {(char)end[-2], (char)end[-1], '\0'};
            out.len -= 3;
            buf_add_char(&out, (char)strtoul(digits, NULL, 16));
            end -= 2;
        }
    }
    return str_lower(arena, buf_str(&out));
}

static bool contains(struct str text, struct str part)
{
    return memmem(text.data, text.len, part.data, part.len) != NULL;
}

/* Returns a text that can be shown, or NULL if it is empty. */
static const char *shown(const struct request *request, struct str text)
{
    struct arena *arena = request->http.arena;
    if (text.len == 0)
        return NULL;
    if (contains(str_lower(arena, text), str_lower(arena, request->token)) ||
        contains(decoded(arena, text), decoded(arena, request->token)))
        return "(hidden, because it contains the token)";
    size_t len = text.len < TEXT_LIMIT ? text.len : TEXT_LIMIT;
    return text_shown(arena, str_slice(arena, text, 0, len)).data;
}

struct str answer_line(const struct request *request, const struct server_answer *answer)
{
    json_t *json =
        json_pack("{sI ss si ss* ss* ss* ss* ss* ss*}", "id", request->id, "verdict",
                  server_verdict_names[answer->verdict], "status", (int)answer->status, "url",
                  shown(request, answer->url), "detail", shown(request, answer->detail), "who",
                  shown(request, answer->who), "scopes", shown(request, answer->scopes), "expires",
                  shown(request, answer->expires), "page", shown(request, answer->page));
    return json_line(request->http.arena, json);
}
