#include "credential/revoke_client.h"

#include "registry/index_url.h"
#include "util/child.h"
#include "util/fs.h"
#include "util/helper.h"
#include "util/json.h"
#include "util/utf8.h"

#include <jansson.h>

#define LINE_LIMIT   ((size_t)64 * 1024)
#define DETAIL_LIMIT ((size_t)1000)
#define GRACE_MS     3000 /* the helper obeys `until`; this is the limit if it does not */
#define CALL_MS      30000
#define POLLING_MS   180000 /* Artifactory can need minutes */

static const char *const verdict_names[] = {
    [VERDICT_REVOKED_CHECKED] = "revoked-checked",
    [VERDICT_REVOKED_UNCHECKED] = "revoked-unchecked",
    [VERDICT_ALREADY_INVALID] = "already-invalid",
    [VERDICT_UNRECOGNIZED] = "unrecognized",
    [VERDICT_NOT_A_TOKEN] = "not-a-token",
    [VERDICT_VALID] = "valid",
    [VERDICT_NOT_PERMITTED] = "not-permitted",
    [VERDICT_UNSUPPORTED] = "unsupported",
    [VERDICT_REFUSED] = "refused",
    [VERDICT_NO_ANSWER] = "no-answer",
    [VERDICT_NO_API] = "no-api",
    [VERDICT_UNKNOWN] = "unknown",
};

const char *server_verdict_name(enum server_verdict verdict)
{
    return verdict_names[verdict];
}

bool server_verdict_is_invalid(enum server_verdict verdict)
{
    return verdict <= VERDICT_NOT_A_TOKEN;
}

bool server_can_send(struct str token)
{
    for (size_t i = 0; i < token.len; i++) {
        if ((token.data[i] < ' ' || token.data[i] > '~') && token.data[i] != '\t') {
            return false;
        }
    }
    return token.len > 0;
}

/* Returns the token without the scheme with which a stored value can begin. */
static struct str bare(struct str token)
{
    static const char *const schemes[] = {"Bearer ", "token "};
    for (size_t i = 0; i < COUNT(schemes); i++) {
        size_t len = strlen(schemes[i]);
        if (token.len > len && strncasecmp(token.data, schemes[i], len) == 0) {
            len += strspn(token.data + len, " ");
            return (struct str){token.data + len, token.len - len};
        }
    }
    return token;
}

bool server_can_know(enum server_kind kind, struct str token)
{
    return server_can_send(token) &&
           (kind != SERVER_CRATES_IO || str_starts(bare(token), STR("cio")));
}

/* One call of the run, and its state. */
struct job {
    const struct server_call *call;
    enum server_kind kind;
    struct str root;
    size_t same; /* index of the job whose answer it gets, or its own index if it is sent */
    size_t group;
    bool answered;
    bool told; /* a message that it waits was printed */
    struct server_answer answer;
    const struct err *error;
};

struct run {
    struct shell *shell;
    struct arena *arena;
    struct job *jobs;
    size_t count;
    int64_t until;
};

static bool same_request(const struct job *a, const struct job *b)
{
    bool same_server = a->kind == b->kind && a->root.len > 0
                           ? str_eq(a->root, b->root)
                           : str_eq(a->call->index_url, b->call->index_url);
    return same_server && a->kind == b->kind && a->call->action == b->call->action &&
           str_eq(a->call->token, b->call->token);
}

static bool same_host(const struct job *a, const struct job *b)
{
    return str_eq(server_host(a->kind, a->call->index_url),
                  server_host(b->kind, b->call->index_url));
}

static struct server_answer answer_none(enum server_verdict verdict, struct str detail)
{
    return (struct server_answer){
        .verdict = verdict,
        .url = STR(""),
        .detail = detail,
        .who = STR(""),
        .scopes = STR(""),
        .expires = STR(""),
        .page = STR(""),
    };
}

/* Answers jobs that need no request. A token that JSON cannot contain would break the requests of
 * the others. */
static void answer_unsent(struct job *job)
{
    if (job->kind != SERVER_OTHER && job->root.len == 0) {
        job->answer =
            answer_none(VERDICT_NO_API, str_of(server_obstacle(job->kind, job->call->index_url)));
        job->answered = true;
    } else if (!server_can_know(job->kind, job->call->token)) {
        job->answer = answer_none(
            VERDICT_NOT_A_TOKEN,
            server_can_send(job->call->token)
                ? STR("it was not sent: tokens of crates.io begin with `cio`")
                : STR("it was not sent: it has characters that a request cannot contain"));
        job->answered = true;
    }
}

static void jobs_fill(struct run *run, const struct server_call *calls)
{
    for (size_t i = 0; i < run->count; i++) {
        struct job *job = &run->jobs[i];
        job->call = &calls[i];
        job->kind = server_kind_of(calls[i].index_url);
        job->root = server_root(run->arena, job->kind, calls[i].index_url);
        while (job->same < i && !same_request(&run->jobs[job->same], job)) {
            job->same++;
        }
        while (job->group < i && !same_host(&run->jobs[job->group], job)) {
            job->group++;
        }
        answer_unsent(job);
    }
}

static void add_key(struct buf *buf, const char *key)
{
    buf_addf(buf, ",\"%s\":", key);
}

/* Adds nothing if the value is empty. */
static void add_string(struct buf *buf, const char *key, struct str value)
{
    if (value.len > 0) {
        add_key(buf, key);
        json_write_string(buf, utf8_lossy(buf->arena, value));
    }
}

static void add_number(struct buf *buf, const char *key, uint64_t value)
{
    add_key(buf, key);
    buf_addf(buf, "%ju", (uintmax_t)value);
}

static void add_network(struct buf *buf, const struct network *network)
{
    add_string(buf, "proxy", network->proxy);
    add_string(buf, "cainfo", network->cainfo);
    add_string(buf, "user_agent", network->user_agent);
    if (network->timeout) {
        add_number(buf, "timeout", *network->timeout);
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
    add_number(buf, "retry", network->retry);
}

/* Adds the API's URL, or the index whose config.json has it. */
static struct err *add_place(struct buf *buf, const struct server_call *call, enum server_kind kind)
{
    struct arena *arena = buf->arena;
    if (kind != SERVER_OTHER) {
        add_string(buf, "api", server_root(arena, kind, call->index_url));
        return NULL;
    }
    struct index_url url;
    TRY(index_url_parse(arena, call->index_url, &url));
    size_t start = url.is_sparse ? strlen("sparse+") : 0;
    add_string(buf, "index", str_slice(arena, url.text, start, url.text.len));
    add_string(buf, "canonical", url.canonical);
    add_string(buf, "host", url.host);
    add_string(buf, "cargo_home", call->cargo_home);
    add_key(buf, "sparse");
    buf_addf(buf, "%s", url.is_sparse ? "true" : "false");
    return NULL;
}

struct err *server_request(struct arena *arena, const struct server_call *call, size_t id,
                           size_t group, int64_t run_ms, struct str *out)
{
    static const char *const actions[] = {
        [SERVER_REVOKE] = "revoke", [SERVER_CHECK] = "check", [SERVER_INSPECT] = "inspect"};
    enum server_kind kind = server_kind_of(call->index_url);
    struct buf line = buf_new(arena);
    int64_t limit = call->deadline_ms            ? call->deadline_ms
                    : kind == SERVER_ARTIFACTORY ? POLLING_MS
                                                 : CALL_MS;
    buf_add(&line, STR("{\"v\":2"));
    add_number(&line, "id", id);
    add_number(&line, "group", group);
    add_string(&line, "action", str_of(actions[call->action]));
    add_string(&line, "kind", str_of(server_kind_name(kind)));
    add_key(&line, "token");
    json_write_string(&line, utf8_lossy(arena, call->token));
    TRY(add_place(&line, call, kind));
    add_network(&line, call->network);
    add_number(&line, "limit_ms", (uint64_t)limit);
    add_number(&line, "run_ms", run_ms > 0 ? (uint64_t)run_ms : 0);
    buf_add(&line, STR("}\n"));
    *out = buf_str(&line);
    return NULL;
}

/* Returns the requests of all jobs that must be sent. Empty if there are none. */
static struct str requests(struct run *run)
{
    struct buf buf = buf_new(run->arena);
    for (size_t i = 0; i < run->count; i++) {
        struct job *job = &run->jobs[i];
        if (job->answered || job->same != i) {
            continue;
        }
        struct str line;
        if (server_request(run->arena, job->call, i, job->group, run->until - child_clock(),
                           &line)) {
            job->answer = answer_none(VERDICT_NO_API, STR("the URL of its index cannot be used"));
            job->answered = true;
        } else {
            buf_add(&buf, line);
        }
    }
    return buf_str(&buf);
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

/* Returns the text as it can be printed: one line without the token. The token is searched for in
 * the result, in which line ends are spaces. */
static struct str safe(struct arena *arena, struct str text, struct str token)
{
    struct str line = one_line(arena, text);
    struct str looks = one_line(arena, bare(token));
    bool shows = looks.len > 0 && memmem(line.data, line.len, looks.data, looks.len) != NULL;
    size_t len = line.len < DETAIL_LIMIT ? line.len : DETAIL_LIMIT;
    return shows ? STR("") : utf8_lossy(arena, str_slice(arena, line, 0, len));
}

static bool verdict_of(struct str name, enum server_verdict *out)
{
    for (enum server_verdict verdict = 0; verdict < COUNT(verdict_names); verdict++) {
        if (str_eq(name, str_of(verdict_names[verdict]))) {
            *out = verdict;
            return true;
        }
    }
    return false;
}

static struct str text_member(struct arena *arena, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value)
               ? str_copy(arena, json_string_value(value), json_string_length(value))
               : STR("");
}

/* Fails unless `verdict` and `invalid` agree. */
static bool verdict_read(struct arena *arena, const json_t *object, enum server_verdict *out)
{
    const json_t *invalid = json_object_get(object, "invalid");
    return json_is_boolean(invalid) && verdict_of(text_member(arena, object, "verdict"), out) &&
           json_is_true(invalid) == server_verdict_is_invalid(*out);
}

static struct err *object_read(struct arena *arena, const json_t *object, struct server_line *out)
{
    const json_t *id = json_object_get(object, "id");
    bool waiting = json_is_string(json_object_get(object, "waiting"));
    enum server_verdict verdict = VERDICT_UNKNOWN;
    if (!json_is_integer(id) || json_integer_value(id) < 0 ||
        (!waiting && !verdict_read(arena, object, &verdict))) {
        return err_new(arena, "its answer is malformed");
    }
    *out = (struct server_line){
        .id = (size_t)json_integer_value(id),
        .waiting = waiting,
        .answer =
            {
                .verdict = verdict,
                .url = text_member(arena, object, "url"),
                .status = (unsigned)json_integer_value(json_object_get(object, "status")),
                .detail = text_member(arena, object, waiting ? "waiting" : "detail"),
                .who = text_member(arena, object, "who"),
                .scopes = text_member(arena, object, "scopes"),
                .expires = text_member(arena, object, "expires"),
                .page = text_member(arena, object, "page"),
            },
    };
    return NULL;
}

struct err *server_line_read(struct arena *arena, struct str line, struct server_line *out)
{
    json_wipe_memory();
    json_t *object = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, NULL);
    struct err *err = object_read(arena, object, out);
    json_decref(object);
    return err;
}

void server_answer_clean(struct arena *arena, struct server_answer *answer, struct str token)
{
    struct str *texts[] = {&answer->url,    &answer->detail,  &answer->who,
                           &answer->scopes, &answer->expires, &answer->page};
    for (size_t i = 0; i < COUNT(texts); i++) {
        *texts[i] = safe(arena, *texts[i], token);
    }
}

/* Prints once for each call what it waits for, but only on a terminal. */
static void tell_waiting(const struct run *run, struct job *job, struct str why)
{
    if (!job->told && run->shell->terminal_err) {
        struct str host = server_host(job->kind, job->call->index_url);
        shell_status(run->shell, "Waiting", "for %.*s to answer about the token for `%s`%s%s",
                     STR_ARG(host), job->call->registry.data, why.len > 0 ? ": " : "", why.data);
    }
    job->told = true;
}

static struct err *line_take(struct run *run, struct str text)
{
    struct server_line line;
    TRY(server_line_read(run->arena, text, &line));
    struct job *job = line.id < run->count ? &run->jobs[line.id] : NULL;
    if (!job || job->answered || job->same != line.id) {
        return err_new(run->arena, "its answer is malformed");
    }
    server_answer_clean(run->arena, &line.answer, job->call->token);
    if (line.waiting) {
        tell_waiting(run, job, line.answer.detail);
    } else {
        job->answer = line.answer;
        job->answered = true;
    }
    return NULL;
}

static bool all_answered(const struct run *run)
{
    size_t i = 0;
    while (i < run->count && (run->jobs[i].answered || run->jobs[i].same != i)) {
        i++;
    }
    return i == run->count;
}

static struct err *on_line(void *context, struct str line, struct str *reply, bool *done)
{
    struct run *run = context;
    (void)reply;
    if (line.len > 0) {
        TRY(line_take(run, line));
    }
    *done = line.len == 0 || all_answered(run);
    return NULL;
}

static void on_notice(void *context)
{
    const struct run *run = context;
    for (size_t i = 0; i < run->count; i++) {
        if (!run->jobs[i].answered && run->jobs[i].same == i) {
            tell_waiting(run, &run->jobs[i], STR(""));
        }
    }
}

static struct err *exchange(struct run *run, struct str program, struct str text)
{
    const char *const argv[] = {program.data, NULL};
    const struct child_exchange exchange = {
        .argv = argv,
        .one_request = true,
        .until = run->until + GRACE_MS,
        .late = "it took too long",
        .limit = LINE_LIMIT,
        .request = text,
        .line = on_line,
        .notice = on_notice,
        .context = run,
    };
    enum child_step step;
    int status = 0;
    struct err *err = child_exchange(run->arena, &exchange, &step, &status);
    if (step == CHILD_EXIT && all_answered(run)) {
        return NULL; /* then its exit does not matter */
    }
    if (err) {
        return err;
    }
    return status == 0 ? err_new(run->arena, "it gave no answer")
                       : err_new(run->arena, "it failed with %s",
                                 child_status_text(run->arena, status).data);
}

static const struct err *run_helper(struct run *run, struct str text)
{
    struct str program;
    const struct err *err = helper_path(run->arena, STR("cargo-logout-revoke"), &program);
    if (err) {
        return err;
    }
    err = exchange(run, program, text);
    return err ? err_wrap(run->arena, err, "failed to run `%s`", program.data) : NULL;
}

void server_ask(struct shell *shell, const struct server_call *calls, size_t count, int64_t until,
                struct server_answer *answers, const struct err **errors)
{
    struct arena *arena = shell->arena;
    struct run run = {shell, arena, arena_new_array(arena, struct job, count), count, until};
    jobs_fill(&run, calls);
    struct str text = requests(&run);
    const struct err *err = text.len > 0 ? run_helper(&run, text) : NULL;
    for (size_t i = 0; i < count; i++) {
        const struct job *job = &run.jobs[run.jobs[i].same];
        errors[i] = job->answered ? NULL : err;
        answers[i] = job->answer;
    }
}
