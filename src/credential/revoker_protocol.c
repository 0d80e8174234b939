#include "credential/revoker_protocol.h"

#include "util/json.h"
#include "util/utf8.h"

#include <jansson.h>

#define DETAIL_LIMIT ((size_t)1000)

static void add_key(struct buf *buf, const char *key)
{
    buf_addf(buf, ",\"%s\":", key);
}

/* Nothing where it is empty. */
static void add_string(struct buf *buf, const char *key, struct str value)
{
    if (value.len > 0) {
        add_key(buf, key);
        json_write_string(buf, utf8_lossy(buf->arena, value));
    }
}

static void add_network(struct buf *buf, const struct network *network)
{
    add_string(buf, "proxy", network->proxy);
    add_string(buf, "cainfo", network->cainfo);
    add_string(buf, "user_agent", network->user_agent);
    if (network->timeout) {
        add_key(buf, "timeout");
        buf_addf(buf, "%ju", (uintmax_t)*network->timeout);
    }
    if (network->check_revoke) {
        add_key(buf, "check_revoke");
        buf_addf(buf, "%s", *network->check_revoke ? "true" : "false");
    }
    if (network->ssl_min.len > 0 || network->ssl_max.len > 0) {
        struct buf range = buf_new(buf->arena);
        add_string(&range, "min", network->ssl_min);
        add_string(&range, "max", network->ssl_max);
        add_key(buf, "ssl_version");
        buf_addf(buf, "{%s}", buf_str(&range).data + 1); /* without its first comma */
    }
    add_key(buf, "retry");
    buf_addf(buf, "%ju", (uintmax_t)network->retry);
}

struct str revoker_request(struct arena *arena, const struct revoker_call *call)
{
    static const char *const kinds[] = {
        [REVOKER_CRATES_IO] = "crates-io",
        [REVOKER_TRUSTED_PUBLISHING] = "trusted-publishing",
        [REVOKER_REGISTRY] = "registry",
    };
    struct buf buf = buf_new(arena);
    buf_add(&buf, STR("{\"v\":1"));
    add_string(&buf, "token", call->token);
    add_string(&buf, "kind", str_of(kinds[call->kind]));
    add_string(&buf, "api", call->server->api);
    add_string(&buf, "index", call->server->index);
    add_string(&buf, "clone", call->server->clone);
    add_string(&buf, "cache", call->server->cache);
    add_network(&buf, call->network);
    buf_add(&buf, STR("}\n"));
    return buf_str(&buf);
}

static struct err *no_answer(struct arena *arena)
{
    return err_new(arena, "it gave no answer that can be understood");
}

static bool how_of(struct str name, enum revocation_how *out)
{
    for (enum revocation_how how = REVOCATION_REVOKED; how <= REVOCATION_NO_API; how++) {
        if (str_eq(name, str_of(revocation_name(how)))) {
            *out = how;
            return true;
        }
    }
    return false;
}

static struct str one_line(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < text.len; i++) {
        bool control = (unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f;
        if (control) {
            buf_add_char(&out, ' ');
        } else {
            buf_add_char(&out, text.data[i]);
        }
    }
    return buf_str(&out);
}

/* What a message may show: one line without the token, whatever the other side has put into it. It
 * is looked for in what will be shown, where a line's end may have become one of its spaces. */
static struct str safe(struct arena *arena, struct str text, struct str token)
{
    struct str line = one_line(arena, text);
    struct str looks = one_line(arena, token);
    bool shows = memmem(line.data, line.len, looks.data, looks.len) != NULL;
    size_t len = line.len < DETAIL_LIMIT ? line.len : DETAIL_LIMIT;
    return shows ? STR("") : utf8_lossy(arena, str_slice(arena, line, 0, len));
}

static void json_release(json_t **json)
{
    json_decref(*json);
}

/* Empty if it is none. */
static struct str string_of(struct arena *arena, const json_t *value)
{
    return json_is_string(value)
               ? str_copy(arena, json_string_value(value), json_string_length(value))
               : STR("");
}

struct err *revoker_answer(struct arena *arena, struct str line, struct str token,
                           struct revocation *out)
{
    struct revocation answer = {.url = STR(""), .detail = STR("")};
    json_wipe_memory();
    CLEANUP(json_release)
    json_t *object = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    const json_t *dead = json_object_get(object, "dead");
    const json_t *how = json_object_get(object, "how");
    bool has_how = json_is_string(how) && how_of(str_of(json_string_value(how)), &answer.how);
    answer.dead = json_is_true(dead);
    answer.url = safe(arena, string_of(arena, json_object_get(object, "url")), token);
    answer.detail = safe(arena, string_of(arena, json_object_get(object, "detail")), token);
    answer.status = (unsigned)json_integer_value(json_object_get(object, "status"));
    /* Both say it, so that neither can be misread. */
    if (!json_is_boolean(dead) || !has_how ||
        answer.dead != (answer.how <= REVOCATION_NOT_A_TOKEN)) {
        return no_answer(arena);
    }
    *out = answer;
    return NULL;
}
