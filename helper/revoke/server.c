#include "server.h"

#include "http.h"

#include <jansson.h>
#include <time.h>

static struct str text_of(const json_t *value)
{
    return json_is_string(value) ? (struct str){json_string_value(value), json_string_length(value)}
                                 : STR("");
}

static struct str text_copy(struct arena *arena, const json_t *value)
{
    struct str text = text_of(value);
    return str_copy(arena, text.data, text.len);
}

static bool is_one_of(struct str text, const char *const *list, size_t count)
{
    size_t i = 0;
    while (i < count && !str_eq(text, str_of(list[i]))) {
        i++;
    }
    return i < count;
}

static json_t *body_read(struct str body)
{
    return json_loadb(body.data, body.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
}

static enum reading reading_of_status(long status)
{
    return status == 404 || status == 405 ? READ_UNSUPPORTED
           : status == 401                ? READ_UNAUTHORIZED
                                          : READ_OTHER;
}

/* For crates.io and servers with its API: {"errors":[{"detail":"..."}]} with exactly one error. */
static struct str crates_io_detail(struct arena *arena, const json_t *json)
{
    const json_t *errors = json_object_get(json, "errors");
    return json_object_size(json) == 1 && json_array_size(errors) == 1
               ? text_copy(arena, json_object_get(json_array_get(errors, 0), "detail"))
               : STR("");
}

#define NOT_PERMITTED "this token does not have the required permissions to perform this action"

static struct answer_text crates_io_read(struct arena *arena, enum call call, long status,
                                         struct str body)
{
    static const char no_format[] =
        "The given API token does not match the format used by crates.io.";
    json_auto_t *json = body_read(body);
    struct str detail = crates_io_detail(arena, json);
    struct answer_text text = {.reading = reading_of_status(status), .detail = detail};
    if (status == 204 && call == CALL_REVOKE) {
        text.reading = READ_REVOKED;
    } else if (status == 401 && str_starts(detail, str_of(no_format))) {
        text.reading = READ_NOT_A_TOKEN;
    } else if (status == 403 && str_eq(detail, STR("authentication failed"))) {
        text.reading = READ_INVALID;
    } else if (status == 403 && call == CALL_REVOKE && str_eq(detail, STR(NOT_PERMITTED))) {
        text.reading = READ_NOT_PERMITTED;
    } else if (status == 403 && call == CALL_CHECK &&
               str_eq(detail, STR("this action can only be performed on the crates.io website"))) {
        text.reading = READ_VALID;
    }
    return text;
}

static struct answer_text trusted_publishing_read(struct arena *arena, enum call call, long status,
                                                  struct str body)
{
    json_auto_t *json = body_read(body);
    struct str detail = crates_io_detail(arena, json);
    struct answer_text text = {.reading = reading_of_status(status), .detail = detail};
    if (status == 204 && call == CALL_REVOKE) {
        text.reading = READ_REVOKED;
    } else if (status == 401 &&
               str_eq(detail, STR("Invalid `Authorization` header: Failed to parse token"))) {
        text.reading = READ_NOT_A_TOKEN;
    }
    return text;
}

static struct answer_text other_read(struct arena *arena, enum call call, long status,
                                     struct str body)
{
    json_auto_t *json = body_read(body);
    struct str detail = crates_io_detail(arena, json);
    struct answer_text text = {.reading = reading_of_status(status), .detail = detail};
    bool says_ok = json_object_size(json) == 1 && json_is_true(json_object_get(json, "ok"));
    if (call == CALL_REVOKE && (status == 204 || (status == 200 && says_ok))) {
        text.reading = READ_REVOKED;
    } else if (status == 403 && str_eq(detail, STR(NOT_PERMITTED))) {
        text.reading = READ_NOT_PERMITTED;
    }
    return text;
}

/* Converts seconds since 1970 to a date in UTC. */
static struct str date_of(struct arena *arena, const json_t *seconds)
{
    time_t time = (time_t)json_integer_value(seconds);
    struct tm date;
    if (!json_is_integer(seconds) || time <= 0 || !gmtime_r(&time, &date)) {
        return STR("");
    }
    return str_format(arena, "%04d-%02d-%02d", date.tm_year + 1900, date.tm_mon + 1, date.tm_mday);
}

/* `jfac@01/users/ada`: the name is after the last slash. */
static struct str artifactory_user(struct arena *arena, struct str subject)
{
    ptrdiff_t slash = str_rfind(subject, '/');
    return str_copy(arena, subject.data + slash + 1, subject.len - (size_t)(slash + 1));
}

static struct answer_text artifactory_read(struct arena *arena, enum call call, long status,
                                           struct str body)
{
    json_auto_t *json = body_read(body);
    const json_t *errors = json_object_get(json, "errors");
    struct answer_text text = {
        .reading = reading_of_status(status),
        .detail = text_copy(arena, json_object_get(json_array_get(errors, 0), "message")),
    };
    bool agrees =
        body.len == 0 || (json_is_object(json) && !errors && !json_object_get(json, "error"));
    if (call == CALL_REVOKE && (status == 204 || (status == 200 && agrees))) {
        text.reading = READ_REVOKED;
    } else if (call == CALL_CHECK && status == 200 && agrees &&
               json_is_string(json_object_get(json, "token_id"))) {
        text.reading = READ_VALID;
        text.facts = (struct token_facts){
            .who = artifactory_user(arena, text_of(json_object_get(json, "subject"))),
            .scopes = text_copy(arena, json_object_get(json, "scope")),
            .expires = date_of(arena, json_object_get(json, "expiry")),
        };
    } else if (status == 401 && json_array_size(errors) > 0) {
        text.reading = READ_INVALID;
    } else if (status == 403) {
        text.reading = READ_NOT_PERMITTED;
    } else if (status == 400) {
        text.reading = READ_UNSUPPORTED;
    }
    return text;
}

static struct str words_of(struct arena *arena, const json_t *list)
{
    struct buf words = buf_new(arena);
    for (size_t i = 0; i < json_array_size(list); i++) {
        buf_add(&words, words.len > 0 ? STR(" ") : STR(""));
        buf_add(&words, text_of(json_array_get(list, i)));
    }
    return buf_str(&words);
}

/* GitLab answers {"message":"401 Unauthorized"}, or OAuth's {"error","error_description"}. */
static struct answer_text gitlab_read(struct arena *arena, enum call call, long status,
                                      struct str body)
{
    static const char *const invalid[] = {
        "401 Unauthorized",
        "Bad Access Token.",
        "Token is expired. You can either do re-authorization or token refresh.",
        "Token was revoked. You have to re-authorize from the user.",
    };
    json_auto_t *json = body_read(body);
    struct str message = text_of(json_object_get(json, "message"));
    struct str error = text_of(json_object_get(json, "error"));
    struct str described = text_of(json_object_get(json, "error_description"));
    struct str detail = message.len > 0 ? message : described.len > 0 ? described : error;
    struct answer_text text = {
        .reading = reading_of_status(status),
        .detail = str_copy(arena, detail.data, detail.len),
    };
    if (call == CALL_REVOKE && status == 204) {
        text.reading = READ_REVOKED;
    } else if (call == CALL_CHECK && status == 200 &&
               json_is_integer(json_object_get(json, "id")) &&
               json_is_true(json_object_get(json, "active")) &&
               json_is_false(json_object_get(json, "revoked"))) {
        text.reading = READ_VALID;
        text.facts = (struct token_facts){
            .who = text_copy(arena, json_object_get(json, "name")),
            .scopes = words_of(arena, json_object_get(json, "scopes")),
            .expires = text_copy(arena, json_object_get(json, "expires_at")),
        };
    } else if (status == 401 && is_one_of(detail, invalid, COUNT(invalid))) {
        text.reading = READ_INVALID;
    } else if (status == 403 && str_eq(error, STR("insufficient_scope"))) {
        text.reading = READ_NOT_PERMITTED;
    } else if (status == 400) {
        text.reading = READ_UNSUPPORTED; /* a deploy token or a CI job token */
    }
    return text;
}

/* Returns the names of the token and of its user. One of them can be missing. */
static struct str gitea_who(struct arena *arena, const json_t *json)
{
    struct str token = text_of(json_object_get(json, "name"));
    struct str user = text_of(json_object_get(json_object_get(json, "user"), "login"));
    struct buf who = buf_new(arena);
    buf_add(&who, token);
    buf_add(&who, token.len > 0 && user.len > 0 ? STR(" of ") : STR(""));
    buf_add(&who, user);
    return buf_str(&who);
}

/* For a database error, Gitea answers 200 with an empty body. Older versions and Forgejo do not
 * have this route and answer 404 with another text. */
static struct answer_text gitea_read(struct arena *arena, enum call call, long status,
                                     struct str body)
{
    static const char *const unknown[] = {
        "token not found", "invalid personal token",      /* 1.27 */
        "access token not found", "invalid access token", /* later */
    };
    json_auto_t *json = body_read(body);
    struct str message = text_copy(arena, json_object_get(json, "message"));
    struct answer_text text = {.reading = reading_of_status(status), .detail = message};
    if (call == CALL_REVOKE && status == 204) {
        text.reading = READ_REVOKED;
    } else if (call == CALL_CHECK && status == 200 &&
               json_is_integer(json_object_get(json, "id")) &&
               json_is_array(json_object_get(json, "scopes"))) {
        text.reading = READ_VALID;
        text.facts = (struct token_facts){
            .who = gitea_who(arena, json),
            .scopes = words_of(arena, json_object_get(json, "scopes")),
            .expires = STR(""),
        };
    } else if ((status == 401 && str_eq(message, STR("invalid username, password or token"))) ||
               (status == 404 && is_one_of(message, unknown, COUNT(unknown)))) {
        text.reading = READ_INVALID;
    }
    return text;
}

const struct server servers[KIND_OTHER + 1] = {
    [KIND_CRATES_IO] =
        {
            .name = "crates.io",
            .check_path = "/api/v1/me",
            .revoke_path = "/api/v1/tokens/current",
            .scheme = "",
            .asks_twice = true,
            .read = crates_io_read,
        },
    [KIND_TRUSTED_PUBLISHING] =
        {
            .revoke_path = "/api/v1/trusted_publishing/tokens",
            .scheme = "Bearer ",
            .read = trusted_publishing_read,
        },
    [KIND_ARTIFACTORY] =
        {
            .name = "Artifactory",
            .check_path = "/access/api/v1/tokens/me",
            .revoke_path = "/access/api/v1/tokens/me",
            .scheme = "Bearer ",
            .tells_facts = true,
            .polls = true,
            .read = artifactory_read,
        },
    [KIND_GITLAB] =
        {
            .name = "GitLab",
            .check_path = "/api/v4/personal_access_tokens/self",
            .revoke_path = "/api/v4/personal_access_tokens/self",
            .scheme = "Bearer ",
            .tells_facts = true,
            .read = gitlab_read,
        },
    [KIND_GITEA] =
        {
            .name = "Gitea",
            .check_path = "/api/v1/token",
            .revoke_path = "/api/v1/token",
            .scheme = "token ",
            .tells_facts = true,
            .read = gitea_read,
        },
    [KIND_OTHER] =
        {
            .name = "other",
            .revoke_path = "/api/v1/tokens/current",
            .read = other_read,
        },
};

struct str server_token(struct str stored)
{
    static const char *const schemes[] = {"Bearer ", "token "};
    for (size_t i = 0; i < COUNT(schemes); i++) {
        size_t len = strlen(schemes[i]);
        if (stored.len > len && strncasecmp(stored.data, schemes[i], len) == 0) {
            while (len < stored.len && stored.data[len] == ' ') {
                len++;
            }
            return (struct str){stored.data + len, stored.len - len};
        }
    }
    return stored;
}

enum reading server_authorization(struct arena *arena, struct str stored, enum token_kind *kind,
                                  struct str *out)
{
    struct str token = server_token(stored);
    if (!http_header_can_hold(stored) || token.len == 0) {
        return READ_NOT_A_TOKEN;
    }
    if (*kind == KIND_CRATES_IO) {
        if (!str_starts(token, STR("cio"))) {
            return READ_NOT_A_TOKEN;
        }
        *kind = str_starts(token, STR("cio_tp_")) ? KIND_TRUSTED_PUBLISHING : KIND_CRATES_IO;
    }
    const char *scheme = servers[*kind].scheme;
    if (scheme && (str_find(token, ' ') >= 0 || str_find(token, '\t') >= 0)) {
        return READ_UNSUPPORTED; /* `Basic ...`: a password, not a token */
    }
    *out = scheme ? str_format(arena, "%s%s", scheme, token.data) : stored;
    return READ_OTHER;
}
