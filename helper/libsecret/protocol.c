#include "protocol.h"

#include "util/utf8.h"

#include <jansson.h>
#include <malloc.h>

#define PROTOCOL_VERSION 1

static void wiping_free(void *memory)
{
    explicit_bzero(memory, malloc_usable_size(memory)); /* jansson keeps NULL to itself */
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

/* Takes `json` over and makes a line of it. */
static struct str line_of(struct arena *arena, json_t *json)
{
    CLEANUP(json_release) json_t *owned = json;
    size_t len = json_dumpb(owned, NULL, 0, JSON_COMPACT);
    char *line = arena_alloc(arena, len + 2);
    (void)json_dumpb(owned, line, len, JSON_COMPACT);
    line[len] = '\n';
    return (struct str){line, len + 1};
}

/* Not NULL, which json_pack's `o` refuses: what is no UTF-8 is replaced. */
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

struct str answer_failed(struct arena *arena, const struct err *err)
{
    json_t *causes = json_array();
    for (const struct err *cause = err->cause; cause; cause = cause->cause) {
        json_array_append_new(causes, text_json(arena, cause->message));
    }
    return line_of(arena, json_pack("{s{ss so so}}", "Err", "kind", "other", "message",
                                    text_json(arena, err->message), "caused-by", causes));
}

/* A text that may be missing or null, as serde's Option<&str>. */
static struct err *text_get(struct arena *arena, const json_t *object, const char *key,
                            struct str *out, bool *there)
{
    const json_t *value = json_object_get(object, key);
    *there = value && json_typeof(value) != JSON_NULL;
    if (!*there) {
        *out = STR("");
        return NULL;
    }
    if (json_typeof(value) != JSON_STRING) {
        return err_new(arena, "`%s` in the request is not a string", key);
    }
    *out = str_copy(arena, json_string_value(value), json_string_length(value));
    return NULL;
}

static struct err *text_require(struct arena *arena, const json_t *object, const char *key,
                                struct str *out)
{
    bool there;
    TRY(text_get(arena, object, key, out, &there));
    return there ? NULL : err_new(arena, "the request has no `%s`", key);
}

static struct err *version_check(struct arena *arena, const json_t *json)
{
    const json_t *version = json_object_get(json, "v");
    if (!json_is_integer(version)) {
        return err_new(arena, "the request has no protocol version `v`");
    }
    if (json_integer_value(version) != PROTOCOL_VERSION) {
        return err_new(arena, "unsupported protocol version %lld",
                       (long long)json_integer_value(version));
    }
    return NULL;
}

/* The keyring takes no arguments; as in cargo's own provider they are not looked at. */
static struct err *args_check(struct arena *arena, const json_t *json)
{
    const json_t *args = json_object_get(json, "args");
    if (args && json_typeof(args) != JSON_ARRAY) {
        return err_new(arena, "`args` in the request is not a list");
    }
    for (size_t i = 0; i < json_array_size(args); i++) {
        if (json_typeof(json_array_get(args, i)) != JSON_STRING) {
            return err_new(arena, "`args` in the request is not a list of strings");
        }
    }
    return NULL;
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

static struct err *request_read(struct arena *arena, const json_t *json, struct request *out)
{
    struct request request = {0};
    struct str kind = {0};
    bool there;

    if (json_typeof(json) != JSON_OBJECT) {
        return err_new(arena, "the request is not a JSON object");
    }
    TRY(version_check(arena, json));
    TRY(args_check(arena, json));
    TRY(text_require(arena, json, "kind", &kind));
    request.kind = kind_of(kind);

    const json_t *registry = json_object_get(json, "registry");
    if (!json_is_object(registry)) {
        return err_new(arena, "the request has no `registry`");
    }
    TRY(text_require(arena, registry, "index-url", &request.index_url));
    TRY(text_get(arena, registry, "name", &request.name, &there));
    if (request.kind == REQUEST_LOGIN) {
        TRY(text_get(arena, json, "token", &request.token, &request.has_token));
        TRY(text_get(arena, json, "login-url", &request.login_url, &there));
    }
    *out = request;
    return NULL;
}

struct err *request_parse(struct arena *arena, struct str line, struct request *out)
{
    json_error_t wrong;
    CLEANUP(json_release)
    json_t *json = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, &wrong);
    if (!json) {
        /* not wrong.text: it quotes the input, and the input may be a token */
        return err_new(arena, "the request is not valid JSON (column %d)", wrong.column);
    }
    return request_read(arena, json, out);
}
