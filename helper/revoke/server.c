#include "server.h"

#include "util/json.h"

#include <time.h>

/* Joins the texts of a list with spaces. */
static struct str words_of(struct arena *arena, const json_t *list)
{
    struct buf words = buf_new(arena);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        buf_addf(&words, "%s%s", words.len > 0 ? " " : "", word ? word : "");
    }
    return buf_str(&words);
}

/* Converts seconds since 1970 to a date in UTC. */
static struct str date_of(struct arena *arena, const json_t *seconds)
{
    time_t time = (time_t)json_integer_value(seconds);
    struct tm date;
    if (!json_is_integer(seconds) || time <= 0 || !gmtime_r(&time, &date))
        return STR("");
    return str_format(arena, "%04d-%02d-%02d", date.tm_year + 1900, date.tm_mon + 1, date.tm_mday);
}

static bool other_confirms(const json_t *json)
{
    return json_object_size(json) == 1 && json_is_true(json_object_get(json, "ok"));
}

static bool artifactory_confirms(const json_t *json)
{
    return json_is_object(json) && !json_object_get(json, "errors") &&
           !json_object_get(json, "error");
}

static bool artifactory_describes(struct arena *arena, const json_t *json,
                                  struct server_answer *out)
{
    struct str subject = json_get_str(arena, json, "subject"); /* `jfac@01/users/ada` */
    out->who = str_slice(arena, subject, (size_t)(str_rfind(subject, '/') + 1), subject.len);
    out->scopes = json_get_str(arena, json, "scope");
    out->expires = date_of(arena, json_object_get(json, "expiry"));
    return json_is_string(json_object_get(json, "token_id")) && artifactory_confirms(json);
}

static bool gitlab_describes(struct arena *arena, const json_t *json, struct server_answer *out)
{
    out->who = json_get_str(arena, json, "name");
    out->scopes = words_of(arena, json_object_get(json, "scopes"));
    out->expires = json_get_str(arena, json, "expires_at");
    return json_is_integer(json_object_get(json, "id")) &&
           json_is_true(json_object_get(json, "active")) &&
           json_is_false(json_object_get(json, "revoked"));
}

/* Sets `who` to the names of the token and of its user. One of them can be missing. */
static bool gitea_describes(struct arena *arena, const json_t *json, struct server_answer *out)
{
    struct str token = json_get_str(arena, json, "name");
    struct str user = json_get_str(arena, json_object_get(json, "user"), "login");
    out->who = str_format(arena, "%s%s%s", token.data, token.len > 0 && user.len > 0 ? " of " : "",
                          user.data);
    out->scopes = words_of(arena, json_object_get(json, "scopes"));
    return json_is_integer(json_object_get(json, "id")) &&
           json_is_array(json_object_get(json, "scopes"));
}

const struct api apis[] = {
    [SERVER_CRATES_IO] =
        {
            .check_path = "/api/v1/me",
            .revoke_path = "/api/v1/tokens/current",
            .scheme = "",
            .error_key = "detail",
            .asks_twice = true,
        },
    [SERVER_TRUSTED_PUBLISHING] =
        {
            .revoke_path = "/api/v1/trusted_publishing/tokens",
            .scheme = "Bearer ",
            .error_key = "detail",
        },
    [SERVER_ARTIFACTORY] =
        {
            .check_path = "/access/api/v1/tokens/me",
            .revoke_path = "/access/api/v1/tokens/me",
            .scheme = "Bearer ",
            .error_key = "message",
            .polls = true,
            .confirms = artifactory_confirms,
            .describes = artifactory_describes,
        },
    [SERVER_GITLAB] =
        {
            .check_path = "/api/v4/personal_access_tokens/self",
            .revoke_path = "/api/v4/personal_access_tokens/self",
            .scheme = "Bearer ",
            .describes = gitlab_describes,
        },
    [SERVER_GITEA] =
        {
            .check_path = "/api/v1/token",
            .revoke_path = "/api/v1/token",
            .scheme = "token ",
            .describes = gitea_describes,
        },
    [SERVER_OTHER] =
        {
            .revoke_path = "/api/v1/tokens/current",
            .error_key = "detail",
            .confirms = other_confirms,
        },
};

#define NOT_PERMITTED "this token does not have the required permissions to perform this action"

/* What the refusals of a kind mean. A text that ends with `*` is the beginning of the reason, and
 * `*` alone is any reason. NULL: the reason does not matter. */
static const struct {
    enum server_kind kind;
    unsigned status;
    const char *text;
    enum server_verdict verdict;
} meanings[] = {
    {SERVER_CRATES_IO, 401, "The given API token does not match the format used by crates.io.*",
     VERDICT_NOT_A_TOKEN},
    {SERVER_CRATES_IO, 403, "authentication failed", VERDICT_ALREADY_INVALID},
    {SERVER_CRATES_IO, 403, NOT_PERMITTED, VERDICT_NOT_PERMITTED},
    {SERVER_CRATES_IO, 403, "this action can only be performed on the crates.io website",
     VERDICT_VALID},
    {SERVER_TRUSTED_PUBLISHING, 401, "Invalid `Authorization` header: Failed to parse token",
     VERDICT_NOT_A_TOKEN},
    {SERVER_ARTIFACTORY, 400, NULL, VERDICT_UNSUPPORTED},
    {SERVER_ARTIFACTORY, 401, "*", VERDICT_ALREADY_INVALID},
    {SERVER_ARTIFACTORY, 403, NULL, VERDICT_NOT_PERMITTED},
    {SERVER_GITLAB, 400, NULL, VERDICT_UNSUPPORTED}, /* a deploy token or a CI job token */
    {SERVER_GITLAB, 401, "401 Unauthorized", VERDICT_ALREADY_INVALID},
    {SERVER_GITLAB, 401, "Bad Access Token.", VERDICT_ALREADY_INVALID},
    {SERVER_GITLAB, 401, "Token is expired.*", VERDICT_ALREADY_INVALID},
    {SERVER_GITLAB, 401, "Token was revoked.*", VERDICT_ALREADY_INVALID},
    {SERVER_GITLAB, 403, "insufficient_scope", VERDICT_NOT_PERMITTED},
    /* Older versions and Forgejo do not have Gitea's route, and answer 404 with another text. */
    {SERVER_GITEA, 401, "invalid username, password or token", VERDICT_ALREADY_INVALID},
    {SERVER_GITEA, 404, "token not found", VERDICT_ALREADY_INVALID},        /* 1.27 */
    {SERVER_GITEA, 404, "invalid personal token", VERDICT_ALREADY_INVALID}, /* 1.27 */
    {SERVER_GITEA, 404, "access token not found", VERDICT_ALREADY_INVALID}, /* later */
    {SERVER_GITEA, 404, "invalid access token", VERDICT_ALREADY_INVALID},   /* later */
    {SERVER_OTHER, 403, NOT_PERMITTED, VERDICT_NOT_PERMITTED},
};

static bool matches(const char *pattern, struct str text)
{
    if (!pattern)
        return true;
    size_t len = strlen(pattern) - 1;
    return pattern[len] == '*' ? text.len > 0 && str_starts(text, (struct str){pattern, len})
                               : str_eq(text, str_of(pattern));
}

/* Sets the server's reason and the verdict of an answer that is no success. `code` is the name of
 * the error in OAuth's answers, {"error","error_description"}. */
static void refusal_read(struct arena *arena, enum server_kind kind, const json_t *json,
                         struct server_answer *answer)
{
    static const char *const reasons[] = {"message", "error_description", "error"};
    const char *key = apis[kind].error_key;
    const json_t *errors = json_object_get(json, "errors");
    struct str code = json_get_str(arena, json, "error");
    if (key && json_object_size(json) == 1 && json_array_size(errors) == 1)
        answer->detail = json_get_str(arena, json_array_get(errors, 0), key);
    for (size_t i = 0; i < COUNT(reasons) && !key && answer->detail.len == 0; i++)
        answer->detail = json_get_str(arena, json, reasons[i]);
    answer->verdict =
        answer->status == 404 || answer->status == 405 ? VERDICT_UNSUPPORTED : VERDICT_REFUSED;
    for (size_t i = 0; i < COUNT(meanings); i++)
        if (meanings[i].kind == kind && meanings[i].status == answer->status &&
            (matches(meanings[i].text, answer->detail) ||
             (!key && matches(meanings[i].text, code))))
            answer->verdict = meanings[i].verdict;
}

struct server_answer api_answer(struct arena *arena, enum server_kind kind, enum call call,
                                unsigned status, struct str body)
{
    const struct api *api = &apis[kind];
    struct server_answer answer = {.status = status};
    struct server_answer described = answer;
    struct str text = body.len > 0 ? body : STR("{}"); /* Artifactory confirms with either */
    json_auto_t *json =
        json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    refusal_read(arena, kind, json, &answer);
    if (call == CALL_CHECK) {
        if (status == 200 && api->describes && api->describes(arena, json, &described)) {
            answer = described;
            answer.verdict = VERDICT_VALID;
        }
    } else if (status == 204 || (status == 200 && api->confirms && api->confirms(json))) {
        answer.verdict = VERDICT_REVOKED_UNCHECKED;
    } else if (answer.verdict == VERDICT_VALID) {
        answer.verdict = VERDICT_REFUSED; /* the answer to a check, not to a revocation */
    }
    return answer;
}
