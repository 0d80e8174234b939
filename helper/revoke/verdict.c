#include "verdict.h"

#include <jansson.h>

bool how_is_dead(enum how how)
{
    return how == HOW_REVOKED || how == HOW_UNKNOWN_TOKEN || how == HOW_NOT_A_TOKEN;
}

const char *how_name(enum how how)
{
    static const char *const names[] = {
        [HOW_REVOKED] = "revoked",         [HOW_UNKNOWN_TOKEN] = "unknown-token",
        [HOW_NOT_A_TOKEN] = "not-a-token", [HOW_NOT_PERMITTED] = "not-permitted",
        [HOW_UNSUPPORTED] = "unsupported", [HOW_REFUSED] = "refused",
        [HOW_NO_ANSWER] = "no-answer",     [HOW_NO_API] = "no-api",
    };
    return names[how];
}

/* The details of all errors, as cargo joins them (crates_io::Error::Api). */
static struct str details_of(struct arena *arena, const json_t *errors)
{
    struct buf text = buf_new(arena);
    for (size_t i = 0; i < json_array_size(errors); i++) {
        const json_t *detail = json_object_get(json_array_get(errors, i), "detail");
        if (json_is_string(detail)) {
            buf_add(&text, text.len > 0 ? STR(", ") : STR(""));
            buf_add_bytes(&text, json_string_value(detail), json_string_length(detail));
        }
    }
    return buf_str(&text);
}

static enum how how_refused(enum token_kind kind, long status, struct str detail)
{
    static const char no_format[] =
        "The given API token does not match the format used by crates.io.";
    if (status == 404 || status == 405) {
        return HOW_UNSUPPORTED;
    }
    if (status == 403 && kind == TOKEN_CRATES_IO && str_eq(detail, STR("authentication failed"))) {
        return HOW_UNKNOWN_TOKEN;
    }
    if (status == 403 &&
        str_eq(detail, STR("this token does not have the required permissions to perform this "
                           "action"))) {
        return HOW_NOT_PERMITTED;
    }
    if (status == 401 && kind == TOKEN_CRATES_IO && str_starts(detail, str_of(no_format))) {
        return HOW_NOT_A_TOKEN;
    }
    if (status == 401 && kind == TOKEN_TRUSTED_PUBLISHING &&
        str_eq(detail, STR("Invalid `Authorization` header: Failed to parse token"))) {
        return HOW_NOT_A_TOKEN;
    }
    return HOW_REFUSED;
}

struct verdict verdict_of(struct arena *arena, enum token_kind kind, long status, struct str body)
{
    json_auto_t *json = json_loadb(body.data, body.len, JSON_ALLOW_NUL, NULL);
    const json_t *errors = json_object_get(json, "errors");
    struct verdict verdict = {.detail = details_of(arena, errors)};
    bool says_yes = body.len == 0 || (json_is_object(json) && !errors);
    if (status == 204 || (status >= 200 && status < 300 && says_yes)) {
        verdict.how = HOW_REVOKED;
        return verdict;
    }
    verdict.how = how_refused(kind, status, verdict.detail);
    return verdict;
}
