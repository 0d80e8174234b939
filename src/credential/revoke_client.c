#include "credential/revoke_client.h"

#include "util/child.h"
#include "util/json.h"

#define LINE_LIMIT ((size_t)64 * 1024)
#define GRACE_MS   3000 /* the helper obeys `until`; this is the limit if it does not */

struct run {
    struct shell *shell;
    struct server_call *calls;
    size_t count;
    size_t open; /* calls that were sent and not answered */
};

static bool is_sent(const struct server_call *call)
{
    return call->sent == call;
}

static bool is_same(const struct server_call *a, const struct server_call *b)
{
    bool same_server = a->server.root.len > 0 ? str_eq(a->server.root, b->server.root)
                                              : str_eq(a->index, b->index);
    return same_server && a->server.kind == b->server.kind && a->revokes == b->revokes &&
           str_eq(a->token, b->token);
}

/* Omits the key if the text is empty. */
static void set_text(struct arena *arena, json_t *object, const char *key, struct str text)
{
    if (text.len > 0)
        json_object_set_new(object, key, json_from_str(arena, text));
}

static json_t *call_json(struct arena *arena, const struct server_call *call, size_t id)
{
    const struct network *network = call->network;
    json_t *json =
        json_pack("{sI sb ss sI}", "id", (json_int_t)id, "revokes", call->revokes, "kind",
                  server_kind_names[call->server.kind], "retry", (json_int_t)network->retry);
    set_text(arena, json, "token", call->token);
    if (call->server.root.len > 0) {
        set_text(arena, json, "api", call->server.root);
    } else {
        set_text(arena, json, "index", call->index);
        set_text(arena, json, "canonical", call->canonical);
        set_text(arena, json, "cache", call->cache);
    }
    set_text(arena, json, "proxy", network->proxy);
    set_text(arena, json, "cainfo", network->cainfo);
    set_text(arena, json, "user_agent", network->user_agent);
    set_text(arena, json, "ssl_min", network->ssl_min);
    set_text(arena, json, "ssl_max", network->ssl_max);
    if (network->timeout)
        json_object_set_new(json, "timeout", json_integer((json_int_t)*network->timeout));
    return json;
}

/* Adds a request to those of its host. */
static void add_request(struct arena *arena, json_t *groups, struct str host, json_t *request)
{
    const char *name = utf8_lossy(arena, host).data;
    json_t *group = json_object_get(groups, name);
    if (!group) {
        group = json_array();
        json_object_set_new(groups, name, group);
    }
    json_array_append_new(group, request);
}

struct str server_requests(struct arena *arena, const struct server_call *calls, size_t count,
                           int64_t run_ms)
{
    json_wipe_memory();
    json_t *groups = json_object();
    for (size_t i = 0; i < count; i++)
        if (is_sent(&calls[i]))
            add_request(arena, groups, calls[i].server.host, call_json(arena, &calls[i], i));
    return json_line(arena, json_pack("{s:i, s:I, s:o}", "v", SERVER_PROTOCOL, "run_ms",
                                      (json_int_t)(run_ms > 0 ? run_ms : 0), "groups", groups));
}

struct err *server_line_read(struct arena *arena, struct str line, size_t *id,
                             struct server_answer *out)
{
    json_wipe_memory();
    json_auto_t *json = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *number = json_object_get(json, "id");
    struct str name = json_get_str(arena, json, "verdict");
    size_t verdict = server_name_find(server_verdict_names, COUNT(server_verdict_names), name.data);
    if (!json_is_integer(number) || json_integer_value(number) < 0 ||
        verdict == COUNT(server_verdict_names))
        return err_new(arena, "its answer is malformed");
    *id = (size_t)json_integer_value(number);
    *out = (struct server_answer){
        .verdict = (enum server_verdict)verdict,
        .url = json_get_str(arena, json, "url"),
        .status = (unsigned)json_integer_value(json_object_get(json, "status")),
        .detail = json_get_str(arena, json, "detail"),
        .who = json_get_str(arena, json, "who"),
        .scopes = json_get_str(arena, json, "scopes"),
        .expires = json_get_str(arena, json, "expires"),
        .page = json_get_str(arena, json, "page"),
    };
    return NULL;
}

/* Prints what it waits for, but only on a terminal. */
static void on_notice(void *context)
{
    const struct run *run = context;
    for (size_t i = 0; i < run->count && run->shell->terminal_err; i++) {
        const struct server_call *call = &run->calls[i];
        if (is_sent(call) && !call->answer) {
            shell_status(run->shell, "Waiting", "for %s to answer about the token for `%s`",
                         call->server.host.data, call->credential->registry->shown.data);
        }
    }
}

static struct err *on_line(void *context, struct str text, struct str *reply, bool *done)
{
    struct run *run = context;
    struct arena *arena = run->shell->arena;
    size_t id = 0;
    (void)reply;
    if (text.len == 0) { /* the helper has exited; its status shows the reason */
        *done = true;
        return NULL;
    }
    struct server_answer *answer = arena_new(arena, struct server_answer);
    TRY(server_line_read(arena, text, &id, answer));
    struct server_call *call = id < run->count ? &run->calls[id] : NULL;
    if (!call || !is_sent(call) || call->answer)
        return err_new(arena, "its answer is malformed");
    call->answer = answer;
    *done = --run->open == 0;
    return NULL;
}

/* Returns the error for the calls without an answer. */
static struct err *run_helper(struct run *run, int64_t until)
{
    struct arena *arena = run->shell->arena;
    struct str program;
    TRY(helper_path(arena, STR("cargo-logout-revoke"), &program));
    const char *const argv[] = {program.data, NULL};
    int64_t run_ms = until - child_clock();
    struct str late = str_format(arena, "it took longer than %d seconds", (int)(run_ms / 1000));
    const struct child_exchange exchange = {
        .argv = argv,
        .until = until + GRACE_MS,
        .late = late.data,
        .limit = LINE_LIMIT,
        .request = server_requests(arena, run->calls, run->count, run_ms),
        .line = on_line,
        .notice = on_notice,
        .context = run,
    };
    enum child_step step;
    int status = 0;
    struct err *err = child_exchange(arena, &exchange, &step, &status);
    if (!err) {
        err = status == 0
                  ? err_new(arena, "it gave no answer")
                  : err_new(arena, "it failed with %s", child_status_text(arena, status).data);
    }
    return err_wrap(arena, err, "failed to run `%s`", program.data);
}

void server_ask(struct shell *shell, struct server_call *calls, size_t count, int64_t until)
{
    struct run run = {shell, calls, count, 0};
    for (size_t i = 0; i < count; i++) {
        calls[i].sent = calls;
        while (calls[i].sent < &calls[i] && !is_same(calls[i].sent, &calls[i]))
            calls[i].sent++;
        run.open += is_sent(&calls[i]);
    }
    const struct err *err = count > 0 ? run_helper(&run, until) : NULL;
    for (size_t i = 0; i < count; i++) {
        calls[i].answer = calls[i].sent->answer;
        calls[i].error = calls[i].answer ? NULL : err;
    }
}
