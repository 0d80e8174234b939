#include "protocol.h"

#include "util/json.h"

#include <jansson.h>

const char *const request_names[] = {
    [REQUEST_GET] = "get",
    [REQUEST_LOGIN] = "login",
    [REQUEST_LOGOUT] = "logout",
};

struct str answer_ok(struct arena *arena, enum request_kind kind, struct str token)
{
    json_t *answer = json_pack("{ss}", "kind", request_names[kind]);
    if (kind == REQUEST_GET) {
        (void)json_object_set_new(answer, "token", json_from_str(arena, token));
        (void)json_object_set_new(answer, "cache", json_string("session"));
        (void)json_object_set_new(answer, "operation_independent", json_true());
    }
    return json_line(arena, json_pack("{so}", "Ok", answer));
}

struct str answer_error(struct arena *arena, const char *kind)
{
    return json_line(arena, json_pack("{s{ss}}", "Err", "kind", kind));
}

struct str answer_failed(struct arena *arena, const struct err *err)
{
    json_t *causes = err->cause ? json_from_err(arena, err->cause) : json_array();
    return json_line(arena, json_pack("{s{ss so so}}", "Err", "kind", "other", "message",
                                      json_from_str(arena, err->message), "caused-by", causes));
}

static struct str copy_of(struct arena *arena, const char *text)
{
    return text ? str_copy(arena, text, strlen(text)) : STR("");
}

/* Reports missing keys and wrong types in jansson's words, which do not quote values. The words
 * about JSON that is not valid quote the input, which could contain a token. */
struct err *request_parse(struct arena *arena, struct str line, struct request *out)
{
    int version = PROTOCOL_VERSION;
    const char *kind;
    const char *url;
    const char *name = NULL;
    const char *login_url = NULL;
    const char *token = NULL;
    json_error_t wrong;
    json_auto_t *json = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, &wrong);
    if (!json) {
        return err_new(arena, "the request is not valid JSON (column %d)", wrong.column);
    }
    (void)json_unpack(json, "{s:i}", "v", &version);
    if (version != PROTOCOL_VERSION) {
        return err_new(arena, "unsupported protocol version %d", version);
    }
    if (json_unpack_ex(json, &wrong, 0, "{s:i, s:s, s:{s:s, s?s}, s?s, s?s}", "v", &version, "kind",
                       &kind, "registry", "index-url", &url, "name", &name, "login-url", &login_url,
                       "token", &token) != 0) {
        return err_new(arena, "the request is malformed: %s", wrong.text);
    }
    *out = (struct request){
        .index_url = copy_of(arena, url),
        .name = copy_of(arena, name),
        .login_url = copy_of(arena, login_url),
        .token = copy_of(arena, token),
        .has_token = token != NULL,
    };
    while (out->kind < REQUEST_UNKNOWN && strcmp(kind, request_names[out->kind]) != 0) {
        out->kind++;
    }
    return NULL;
}
