#include "store/revoker.h"

#include "base/child.h"
#include "base/helper.h"
#include "base/utf8.h"
#include "text/json.h"
#include "text/toml.h"

#define LINE_LIMIT   ((size_t)64 * 1024)
#define DETAIL_LIMIT ((size_t)1000)
#define NOTICE_MS    2000
/* It keeps REVOKER_SECONDS by itself; this is for one that does not. */
#define DEADLINE_MS (REVOKER_SECONDS * 1000 + 10000)

bool revoker_can_send(struct str token)
{
    for (size_t i = 0; i < token.len; i++) {
        if ((token.data[i] < ' ' || token.data[i] > '~') && token.data[i] != '\t') {
            return false;
        }
    }
    return token.len > 0;
}

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

static struct str request_line(struct arena *arena, const struct revoker_call *call)
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

/* What a message may show: one line without the token, whatever the other side has put into it. */
static struct str safe(struct arena *arena, struct str text, struct str token)
{
    if (memmem(text.data, text.len, token.data, token.len)) {
        return STR("");
    }
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < text.len && i < DETAIL_LIMIT; i++) {
        bool control = (unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f;
        buf_add_bytes(&out, control ? " " : text.data + i, 1);
    }
    return buf_str(&out);
}

static struct err *answer_read(struct arena *arena, struct str line, struct str token,
                               struct revocation *out)
{
    struct revocation answer = {.url = STR(""), .detail = STR("")};
    struct json json = json_begin(arena, line);
    struct json_value *object;
    bool has_dead = false;
    bool has_how = false;
    if (!utf8_valid(line) || json_value(&json, &object) || json_end(&json) ||
        object->type != JSON_OBJECT) {
        return no_answer(arena);
    }
    for (const struct json_value *v = object->first; v; v = v->next) {
        if (v->type == JSON_BOOLEAN && str_eq(v->key, STR("dead"))) {
            answer.dead = v->boolean;
            has_dead = true;
        } else if (v->type == JSON_STRING && str_eq(v->key, STR("how"))) {
            has_how = how_of(v->string, &answer.how);
        } else if (v->type == JSON_STRING && str_eq(v->key, STR("url"))) {
            answer.url = safe(arena, v->string, token);
        } else if (v->type == JSON_STRING && str_eq(v->key, STR("detail"))) {
            answer.detail = safe(arena, v->string, token);
        } else if (v->type == JSON_INTEGER && str_eq(v->key, STR("status"))) {
            answer.status = (unsigned)v->integer;
        }
    }
    /* Both say it, so that neither can be misread. */
    if (!has_dead || !has_how || answer.dead != (answer.how <= REVOCATION_NOT_A_TOKEN)) {
        return no_answer(arena);
    }
    *out = answer;
    return NULL;
}

static struct err *too_slow(struct arena *arena)
{
    return err_new(arena, "it took longer than %d seconds", DEADLINE_MS / 1000);
}

static struct err *interrupted(struct arena *arena)
{
    return err_new(arena, "interrupted by a signal");
}

static struct err *read_answer(struct child *child, const struct revoker_wait *wait, int64_t end_at,
                               struct str *line)
{
    enum child_result result = CHILD_TIMED_OUT;
    if (wait->notice) {
        TRY(child_read_line(child, LINE_LIMIT, child_clock() + NOTICE_MS, &result, line));
        if (result == CHILD_TIMED_OUT) {
            wait->notice(wait->context);
        }
    }
    if (result == CHILD_TIMED_OUT) {
        TRY(child_read_line(child, LINE_LIMIT, end_at, &result, line));
    }
    return result == CHILD_DONE          ? NULL
           : result == CHILD_INTERRUPTED ? interrupted(child->arena)
                                         : too_slow(child->arena);
}

static struct err *exchange(struct arena *arena, struct str program,
                            const struct revoker_call *call, const struct revoker_wait *wait,
                            struct str *line)
{
    const char *const argv[] = {program.data, NULL};
    int64_t end_at = child_clock() + DEADLINE_MS;
    int status = 0;
    CLEANUP(child_end) struct child child = CHILD_NONE;
    enum child_result result;
    TRY(child_start(arena, argv, &child));
    TRY(child_write(&child, request_line(arena, call), end_at, &result));
    if (result != CHILD_DONE) {
        return result == CHILD_INTERRUPTED ? interrupted(arena) : too_slow(arena);
    }
    TRY(read_answer(&child, wait, end_at, line));
    TRY(child_wait(&child, LINE_LIMIT, end_at, &result, &status));
    if (result == CHILD_TIMED_OUT) {
        return too_slow(arena);
    }
    if (result == CHILD_DONE && status != 0) {
        return err_new(arena, "it failed with %s", child_status_text(arena, status).data);
    }
    return NULL;
}

struct err *revoker_run(struct arena *arena, const struct revoker_call *call,
                        const struct revoker_wait *wait, struct revocation *out)
{
    struct str program;
    struct str line = STR("");
    TRY(helper_path(arena, STR("cargo-logout-revoke"), &program));
    struct err *err = exchange(arena, program, call, wait, &line);
    if (!err) {
        err = answer_read(arena, line, call->token, out);
    }
    return err ? err_wrap(arena, err, "failed to run `%s`", program.data) : NULL;
}
