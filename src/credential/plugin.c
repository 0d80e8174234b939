#include "credential/plugin.h"

#include "util/child.h"
#include "credential/protocol.h"
#include "toml/toml.h"

#include <unistd.h>

/* A hello or an answer. cargo has no limit. */
#define LINE_LIMIT ((size_t)1024 * 1024)
/* What may follow the answer. */
#define REST_LIMIT  ((size_t)1024 * 1024)
#define NOTICE_MS   2000
#define DEADLINE_MS 60000

/* One talk with one process. */
struct talk {
    struct arena *arena;
    const struct plugin_wait *wait;
    struct child *child;
    int64_t notice_at; /* CHILD_NO_LIMIT once it is given */
    int64_t end_at;
    enum answer answer;
    struct err *failure; /* the provider's own */
    struct str line;     /* the answer */
};

struct plugin_wait plugin_wait(void (*notice)(void *context), void *context)
{
    bool person = isatty(STDIN_FILENO) || isatty(STDERR_FILENO);
    return (struct plugin_wait){
        .notice_ms = NOTICE_MS,
        .deadline_ms = person ? PLUGIN_NO_DEADLINE : DEADLINE_MS,
        .notice = notice,
        .context = context,
    };
}

static int64_t next_limit(const struct talk *talk)
{
    return talk->notice_at < talk->end_at ? talk->notice_at : talk->end_at;
}

/* After each wait: is it to be begun again? What timed out first is the notice, then the talk. */
static struct err *wait_again(struct talk *talk, enum child_result result, bool *again)
{
    *again = false;
    if (result == CHILD_DONE) {
        return NULL;
    }
    if (result == CHILD_INTERRUPTED) {
        return err_new(talk->arena, "interrupted by a signal");
    }
    if (next_limit(talk) == talk->end_at) {
        return err_new(talk->arena, "it took longer than %g seconds",
                       (double)talk->wait->deadline_ms / 1000);
    }
    talk->notice_at = CHILD_NO_LIMIT;
    talk->wait->notice(talk->wait->context);
    *again = true;
    return NULL;
}

static struct err *talk_write(struct talk *talk, struct str text)
{
    bool again = true;
    while (again) {
        enum child_result result;
        TRY(child_write(talk->child, text, next_limit(talk), &result));
        TRY(wait_again(talk, result, &again));
    }
    return NULL;
}

static struct err *talk_read(struct talk *talk, struct str *line)
{
    bool again = true;
    while (again) {
        enum child_result result;
        TRY(child_read_line(talk->child, LINE_LIMIT, next_limit(talk), &result, line));
        TRY(wait_again(talk, result, &again));
    }
    if (!utf8_valid(*line)) {
        return err_new(talk->arena, "stream did not contain valid UTF-8");
    }
    return NULL;
}

static struct err *talk_wait(struct talk *talk, int *status)
{
    bool again = true;
    while (again) {
        enum child_result result;
        TRY(child_wait(talk->child, REST_LIMIT, next_limit(talk), &result, status));
        TRY(wait_again(talk, result, &again));
    }
    return NULL;
}

/* cargo: CredentialProcessCredential::run, up to the answer. */
static struct err *talk_exchange(struct talk *talk, const struct protocol_request *request)
{
    struct arena *arena = talk->arena;
    struct str line = STR("");
    bool version_1 = false;
    struct str versions = STR("");
    struct err *err = talk_read(talk, &line);
    if (err) {
        return err_wrap(arena, err, "failed to read hello from credential provider");
    }
    err = protocol_hello(arena, line, &version_1, &versions);
    if (err) {
        return err_wrap(arena, err, "failed to deserialize hello");
    }
    if (!version_1) {
        return err_new(arena,
                       "credential provider supports protocol versions %.*s, while Cargo supports "
                       "[1]",
                       STR_ARG(versions));
    }
    err = talk_write(talk, protocol_request(arena, request));
    if (err) {
        return err_wrap(arena, err, "failed to write to credential provider");
    }
    err = talk_read(talk, &line);
    if (err) {
        return err_wrap(arena, err, "failed to read response from credential provider");
    }
    talk->line = line;
    err = protocol_answer(arena, line, &talk->answer, &talk->failure);
    return err ? err_wrap(arena, err, "failed to deserialize response") : NULL;
}

/* An Ok counts when the process has also ended well. */
static struct err *talk_end(struct talk *talk, struct str program, bool ok)
{
    int status = 0;
    struct err *err = talk_wait(talk, &status);
    if (!ok) {
        return NULL; /* the answer says what is to be done, however the process ends */
    }
    if (err) {
        return err_wrap(talk->arena, err, "credential process `%.*s` did not exit after its answer",
                        STR_ARG(program));
    }
    if (status != 0) {
        return err_new(talk->arena, "credential process `%.*s` failed with status %s",
                       STR_ARG(program), child_status_text(talk->arena, status).data);
    }
    return NULL;
}

static struct err *talk_start(struct arena *arena, struct str program, struct child *child)
{
    const char *const argv[] = {program.data, "--cargo-plugin", NULL};
    if (str_find(program, '\0') >= 0) {
        return err_new(arena, "nul byte found in provided data"); /* Rust's words */
    }
    return child_start(arena, argv, child);
}

static struct err *talk_run(struct arena *arena, const struct plugin_call *call,
                            const struct plugin_wait *wait, struct str action, struct talk *out)
{
    struct protocol_request request = {
        .action = action,
        .registry = call->registry,
        .index_url = call->index_url,
        .args = call->provider + 1,
        .count = call->count - 1,
    };
    struct str program = call->provider[0];
    int64_t now = child_clock();
    struct talk talk = {
        .arena = arena,
        .wait = wait,
        .notice_at = wait->notice ? now + wait->notice_ms : CHILD_NO_LIMIT,
        .end_at = wait->deadline_ms < 0 ? CHILD_NO_LIMIT : now + wait->deadline_ms,
        .answer = ANSWER_UNKNOWN,
    };
    CLEANUP(child_end) struct child child = CHILD_NONE;
    talk.child = &child;
    struct err *err = talk_start(arena, program, &child);
    if (err) {
        return err_wrap(arena, err, "failed to spawn credential process");
    }
    TRY(talk_exchange(&talk, &request));
    TRY(talk_end(&talk, program, talk.answer <= ANSWER_UNKNOWN));
    *out = talk;
    return NULL;
}

/* What both requests make of an answer; `wanted` is the one that is a success. cargo: auth::logout
 * and auth_token_optional, and what credential_action goes on with. */
static struct err *outcome_of(const struct talk *talk, enum answer wanted, enum plugin_outcome *out)
{
    static const char *const names[] = {
        [ANSWER_GET] = "Get",
        [ANSWER_LOGIN] = "Login",
        [ANSWER_LOGOUT] = "Logout",
        [ANSWER_UNKNOWN] = "Unknown",
    };
    bool get = wanted == ANSWER_GET;
    switch (talk->answer) {
    case ANSWER_GET:
    case ANSWER_LOGIN:
    case ANSWER_LOGOUT:
    case ANSWER_UNKNOWN:
        break;
    case ANSWER_NOT_FOUND:
        *out = PLUGIN_NOT_FOUND;
        return NULL;
    case ANSWER_URL_NOT_SUPPORTED:
        *out = PLUGIN_URL_NOT_SUPPORTED;
        return NULL;
    case ANSWER_OPERATION_NOT_SUPPORTED:
        *out = PLUGIN_OPERATION_NOT_SUPPORTED;
        return NULL;
    case ANSWER_FAILED:
        return talk->failure;
    }
    if (talk->answer == wanted) {
        *out = get ? PLUGIN_FOUND : PLUGIN_REMOVED;
        return NULL;
    }
    return err_new(talk->arena,
                   "credential provider produced unexpected response for `%s` request: %s",
                   get ? "get" : "logout", names[talk->answer]);
}

struct err *plugin_logout(struct arena *arena, const struct plugin_call *call,
                          const struct plugin_wait *wait, enum plugin_outcome *out)
{
    struct talk talk;
    TRY(talk_run(arena, call, wait, STR("logout"), &talk));
    return outcome_of(&talk, ANSWER_LOGOUT, out);
}

struct err *plugin_get(struct arena *arena, const struct plugin_call *call,
                       const struct plugin_wait *wait, enum plugin_outcome *out, struct str *token)
{
    struct talk talk;
    TRY(talk_run(arena, call, wait, STR("get"), &talk));
    TRY(outcome_of(&talk, ANSWER_GET, out));
    if (*out == PLUGIN_FOUND) {
        struct err *err = protocol_token(arena, talk.line, token);
        return err ? err_wrap(arena, err, "failed to deserialize response") : NULL;
    }
    return NULL;
}
