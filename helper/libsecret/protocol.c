#include "protocol.h"

#include "util/utf8.h"

#include <jansson.h>
#include <malloc.h>

#define PROTOCOL_VERSION 1

static void wiping_free(void *memory)
{
    explicit_bzero(memory, malloc_usable_size(memory)); /* jansson does not pass NULL */
    free(memory);
}

void protocol_init(void)
{
    json_set_alloc_funcs(malloc, wiping_free);
}

static void json_release(json_t **json)
{
    json_decref(*json);
}

/* Converts `json` to a line, and releases it. */
static struct str line_of(struct arena *arena, json_t *json)
{
    CLEANUP(json_release) json_t *owned = json;
    size_t len = json_dumpb(owned, NULL, 0, JSON_COMPACT);
    char *line = arena_alloc(arena, len + 2);
    (void)json_dumpb(owned, line, len, JSON_COMPACT);
    line[len] = '\n';
    return (struct str){line, len + 1};
}

/* Replaces bytes that are not UTF-8, so that the result is not NULL, which json_pack's `o` rejects.
 */
static json_t *text_json(struct arena *arena, struct str text)
{
    struct str valid = utf8_lossy(arena, text);
    return json_stringn(valid.data, valid.len);
}

struct str protocol_hello(struct arena *arena)
{
    return line_of(arena, json_pack("{s[i]}", "v", PROTOCOL_VERSION));
}

struct str answer_token(struct arena *arena, struct str token)
{
    return line_of(arena, json_pack("{s{ss so ss sb}}", "Ok", "kind", "get", "token",
                                    text_json(arena, token), "cache", "session",
                                    "operation_independent", 1));
}

struct str answer_done(struct arena *arena, enum request_kind kind)
{
    const char *name = kind == REQUEST_LOGIN ? "login" : "logout";
    return line_of(arena, json_pack("{s{ss}}", "Ok", "kind", name));
}

struct str answer_not_found(struct arena *arena)
{
    return line_of(arena, json_pack("{s{ss}}", "Err", "kind", "not-found"));
}

struct str answer_not_supported(struct arena *arena)
{
    return line_of(arena, json_pack("{s{ss}}", "Err", "kind", "operation-not-supported"));
}

static json_t *messages_json(struct arena *arena, const struct err *err)
{
    json_t *messages = json_array();
    for (; err; err = err->cause) {
        json_array_append_new(messages, text_json(arena, err->message));
    }
    return messages;
}

struct str answer_failed(struct arena *arena, const struct err *err)
{
    return line_of(arena, json_pack("{s{ss so so}}", "Err", "kind", "other", "message",
                                    text_json(arena, err->message), "caused-by",
                                    messages_json(arena, err->cause)));
}

struct str list_item_line(struct arena *arena, const char *url, const char *label, bool locked)
{
    return line_of(arena, json_pack("{ss ss sb}", "url", url, "label", label, "locked", locked));
}

struct str list_state_line(struct arena *arena, const char *state)
{
    return line_of(arena, json_pack("{ss}", "state", state));
}

struct str list_error_line(struct arena *arena, const struct err *err)
{
    return line_of(arena,
                   json_pack("{ss so}", "state", "unknown", "error", messages_json(arena, err)));
}

static enum request_kind kind_of(struct str name)
{
    if (str_eq(name, STR("get"))) {
        return REQUEST_GET;
    }
    if (str_eq(name, STR("login"))) {
        return REQUEST_LOGIN;
    }
    return str_eq(name, STR("logout")) ? REQUEST_LOGOUT : REQUEST_UNKNOWN;
}

/* Makes a str of a result of json_unpack_ex(). NULL becomes the empty str. */
static struct str text_of(struct arena *arena, const char *data, size_t len)
{
    return data ? str_copy(arena, data, len) : STR("");
}

/* Uses jansson's messages about missing keys and wrong types, because they do not quote values. */
static struct err *request_read(struct arena *arena, json_t *json, struct request *out)
{
    int version = 0;
    const char *kind;
    const char *url;
    const char *name = NULL;
    const char *login_url = NULL;
    const char *token = NULL;
    size_t kind_len;
    size_t url_len;
    size_t name_len = 0;
    size_t login_url_len = 0;
    size_t token_len = 0;
    json_error_t wrong;
    if (json_unpack_ex(json, &wrong, 0, "{s:i}", "v", &version) == 0 &&
        version != PROTOCOL_VERSION) {
        return err_new(arena, "unsupported protocol version %d", version);
    }
    if (json_unpack_ex(json, &wrong, 0, "{s:i, s:s%, s:{s:s%, s?s%}, s?s%, s?s%}", "v", &version,
                       "kind", &kind, &kind_len, "registry", "index-url", &url, &url_len, "name",
                       &name, &name_len, "login-url", &login_url, &login_url_len, "token", &token,
                       &token_len) != 0) {
        return err_new(arena, "the request is malformed: %s", wrong.text);
    }
    *out = (struct request){
        .kind = kind_of(text_of(arena, kind, kind_len)),
        .index_url = text_of(arena, url, url_len),
        .name = text_of(arena, name, name_len),
        .login_url = text_of(arena, login_url, login_url_len),
        .token = text_of(arena, token, token_len),
        .has_token = token != NULL,
    };
    return NULL;
}

struct err *request_parse(struct arena *arena, struct str line, struct request *out)
{
    json_error_t wrong;
    CLEANUP(json_release)
    json_t *json = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, &wrong);
    if (!json) {
        /* without wrong.text, which quotes the input and could contain a token */
        return err_new(arena, "the request is not valid JSON (column %d)", wrong.column);
    }
    return request_read(arena, json, out);
}
