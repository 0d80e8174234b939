/*
 * cargo-logout-revoke: asks registry servers about tokens, for cargo-logout.
 *
 * It reads requests from standard input, one line of JSON each (request.h), and makes the calls
 * (dialogue.h). As soon as the answer to a request is known, it writes one line of JSON (answer.h).
 * The exit status is 0 if every request has an answer, whatever the answers are. If the exit status
 * is 1, or a signal killed the helper, the tokens without an answer must be kept, because they can
 * be valid.
 *
 * It works on up to 8 requests at once, and on those of one group one after the other.
 *
 * It is a separate process so that the main program does not have to load libcurl, and can kill it
 * if a call hangs. It exits at once on the signals of a terminal, and when its parent exits.
 *
 * Tokens are in the memory of this process only: not in its arguments, its environment, its output,
 * a core file, or the reach of other processes of the user. All memory that held the token of a
 * request is overwritten before its answer is written.
 */
#include "util/base.h"
#include "util/child.h"
#include "util/fs.h"

#include "answer.h"
#include "api_base.h"
#include "dialogue.h"
#include "git.h"
#include "http.h"
#include "request.h"
#include "wiping.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define INPUT_LIMIT   ((size_t)16 * 1024 * 1024)
#define GRACE_SECONDS 5 /* added to the time of all requests, in case a library hangs */
#define READ_SIZE     4096
#define STACK_SIZE    ((size_t)256 * 1024) /* more than the calls below were measured to use */
#define WORKERS       8

static const char usage[] =
    "Ask registry servers about tokens: revoke or check them\n"
    "\n"
    "This is a helper of cargo-logout, which runs it for `cargo-logout --revoke`.\n"
    "\n"
    "Usage: cargo-logout-revoke\n"
    "\n"
    "It reads requests from standard input, one line of JSON each, and answers each with a line.\n"
    "\n"
    "Options:\n"
    "  -h, --help     Print help\n"
    "  -V, --version  Print version\n";

/* One request and its memory. */
struct task {
    struct arena arena;
    struct request request;
    bool started;
    bool done;
};

/* The state that the workers share. */
struct work {
    struct task *tasks;
    size_t count;
    int64_t until; /* a time of child_clock() */
    bool failed;   /* an answer could not be written */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

/* The state of a request while it is worked on. */
struct session {
    struct work *work;
    const struct request *request;
    struct http http;
    struct str api;
    struct str authorization;
    enum token_kind kind;
    struct str called[CALL_REVOKE + 1]; /* the URL of each call */
};

static struct err *input_read(struct arena *arena, struct str *out)
{
    struct buf input = buf_new(arena);
    ssize_t n;
    do {
        char *piece = arena_alloc(arena, READ_SIZE); /* in the arena, which is overwritten */
        n = read(STDIN_FILENO, piece, READ_SIZE);
        if (n < 0 && errno != EINTR) {
            return err_new(arena, "failed to read the request: %s",
                           err_os(arena, errno)->message.data);
        }
        buf_add_bytes(&input, piece, n > 0 ? (size_t)n : 0);
        if (input.len > INPUT_LIMIT) {
            return err_new(arena, "the requests are longer than %zu bytes", INPUT_LIMIT);
        }
    } while (n != 0);
    *out = buf_str(&input);
    return NULL;
}

static bool line_write(struct work *work, struct str line)
{
    (void)pthread_mutex_lock(&work->mutex);
    bool written = write_all(STDOUT_FILENO, line);
    work->failed = work->failed || !written;
    (void)pthread_mutex_unlock(&work->mutex);
    return written;
}

static struct http_reply session_call(void *context, enum call call)
{
    struct session *session = context;
    const struct server *server = &servers[session->kind];
    struct arena *arena = session->http.arena;
    const char *path = call == CALL_CHECK ? server->check_path : server->revoke_path;
    CLEANUP(url_free) struct url url = {0};
    struct err *err = url_parse(arena, str_format(arena, "%s%s", session->api.data, path), &url);
    if (err) {
        return (struct http_reply){.outcome = HTTP_FAILED, .words = err->message};
    }
    session->called[call] = url.shown;
    return http_call(&session->http, call == CALL_CHECK ? "GET" : "DELETE", &url,
                     session->authorization);
}

/* The page that cargo shows to a person who logs in. */
static struct str page_of(struct arena *arena, struct str api)
{
    CLEANUP(url_free) struct url url = {0};
    struct err *err = url_parse(arena, str_format(arena, "%s/me", api.data), &url);
    return err ? STR("") : url.shown;
}

static bool session_pause(void *context, int64_t milliseconds, const char *why)
{
    const struct session *session = context;
    if (child_clock() + milliseconds >= session->http.deadline) {
        return false;
    }
    struct arena *arena = session->http.arena;
    (void)line_write(session->work, waiting_line(arena, session->request->id, why));
    struct timespec pause = {.tv_sec = (time_t)(milliseconds / 1000),
                             .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    while (nanosleep(&pause, &pause) < 0 && errno == EINTR) {
    }
    return true;
}

static struct answer not_sent(enum reading reading, enum token_kind kind)
{
    if (reading == READ_UNSUPPORTED) {
        return (struct answer){
            .verdict = TOKEN_UNSUPPORTED,
            .detail = STR("it was not sent: the stored value is not a token but credentials of "
                          "another scheme"),
        };
    }
    return (struct answer){
        .verdict = TOKEN_NOT_A_TOKEN,
        .detail = kind == KIND_CRATES_IO
                      ? STR("it was not sent: tokens of crates.io begin with `cio`")
                      : STR("it was not sent: it has characters that a request cannot contain"),
    };
}

static struct answer request_answer(struct session *session)
{
    const struct request *request = session->request;
    struct arena *arena = session->http.arena;
    session->kind = request->kind;
    enum reading reading =
        server_authorization(arena, request->token, &session->kind, &session->authorization);
    if (reading != READ_OTHER) {
        return not_sent(reading, request->kind);
    }
    if (!dialogue_has_calls(request->action, session->kind)) {
        return (struct answer){.verdict = TOKEN_UNKNOWN, .detail = STR("this server has no check")};
    }
    struct api_base base = api_base_find(&session->http, request, session->authorization);
    struct answer answer = {
        .verdict = TOKEN_NO_API, .url = base.url, .status = base.status, .detail = base.detail};
    if (!base.found) {
        return answer;
    }
    struct err *err = api_base_check(arena, base.api);
    if (err) {
        answer.detail =
            str_format(arena, "the registry's API cannot be called: %s", err->message.data);
        return answer;
    }
    session->api = base.api;
    struct dialogue dialogue = {
        .arena = arena,
        .action = request->action,
        .kind = session->kind,
        .recheck_ms = request->recheck_ms,
        .poll_ms = request->poll_ms,
        .context = session,
        .call = session_call,
        .pause = session_pause,
    };
    answer = dialogue_run(&dialogue);
    answer.url = session->called[answer.call];
    if (!request->has_api && !verdict_is_invalid(answer.verdict)) {
        answer.page = page_of(arena, base.api);
    }
    return answer;
}

static struct str task_line(struct work *work, struct task *task)
{
    struct arena *arena = &task->arena;
    struct request *request = &task->request;
    if (!request->http.has_proxy) {
        request->http.has_proxy = git_proxy(arena, &request->http.proxy);
    }
    int64_t limit = child_clock() + request->limit_ms;
    struct session session = {
        .work = work,
        .request = request,
        .http = {.arena = arena,
                 .settings = &request->http,
                 .deadline = limit < work->until ? limit : work->until},
    };
    struct answer answer = request_answer(&session);
    struct secrets secrets = {0};
    secrets_add(&secrets, request->token);
    secrets_add(&secrets, server_token(request->token));
    secrets_add_userinfo(&secrets, request->http.proxy);
    secrets_add_userinfo(&secrets, request->index);
    secrets_add_userinfo(&secrets, session.api);
    return answer_line(arena, request->id, &answer, &secrets);
}

/* The answer is in a separate arena, because the one with the token is overwritten first. */
static void task_run(struct work *work, struct task *task)
{
    CLEANUP(arena_free) struct arena arena = {0};
    struct str line = task_line(work, task);
    line = str_copy(&arena, line.data, line.len);
    arena_free(&task->arena);
    stack_wipe(STACK_SIZE);
    (void)line_write(work, line);
}

/* Called with the mutex held. Returns NULL if all tasks were started, or sets `wait` if one can
 * start later. */
static struct task *task_next(const struct work *work, bool *wait)
{
    *wait = false;
    for (size_t i = 0; i < work->count; i++) {
        struct task *task = &work->tasks[i];
        bool free = !task->started;
        for (size_t j = 0; free && j < work->count; j++) {
            const struct task *other = &work->tasks[j];
            free = !(other->started && !other->done && other->request.group == task->request.group);
        }
        if (free) {
            return task;
        }
        *wait = *wait || !task->started;
    }
    return NULL;
}

static void *worker(void *argument)
{
    struct work *work = argument;
    bool wait = true;
    (void)pthread_mutex_lock(&work->mutex);
    for (;;) {
        struct task *task = task_next(work, &wait);
        if (!task && !wait) {
            break;
        }
        if (!task) {
            (void)pthread_cond_wait(&work->changed, &work->mutex);
            continue;
        }
        task->started = true;
        (void)pthread_mutex_unlock(&work->mutex);
        task_run(work, task);
        (void)pthread_mutex_lock(&work->mutex);
        task->done = true;
        (void)pthread_cond_broadcast(&work->changed);
    }
    (void)pthread_mutex_unlock(&work->mutex);
    return NULL;
}

static size_t line_length(struct str text, size_t start)
{
    const char *newline = memchr(text.data + start, '\n', text.len - start);
    return newline ? (size_t)(newline - text.data) - start : text.len - start;
}

static struct err *tasks_parse(struct arena *arena, struct str input, struct work *work)
{
    size_t count = 0;
    for (size_t at = 0; at < input.len; at += line_length(input, at) + 1) {
        count++;
    }
    work->tasks = arena_new_array(arena, struct task, count);
    for (size_t at = 0; at < input.len; at += line_length(input, at) + 1) {
        struct task *task = &work->tasks[work->count++];
        struct str line = {input.data + at, line_length(input, at)};
        TRY(request_parse(&task->arena, line, &task->request));
    }
    return work->count > 0 ? NULL : err_new(arena, "there is no request");
}

static void tasks_run(struct work *work)
{
    assert(work->tasks); /* tasks_parse() found at least one */
    long run_ms = work->tasks[0].request.run_ms;
    pthread_t threads[WORKERS - 1];
    size_t count = 0;
    work->until = child_clock() + run_ms;
    (void)alarm((unsigned)(run_ms / 1000) + GRACE_SECONDS);
    while (count < COUNT(threads) && count + 1 < work->count &&
           pthread_create(&threads[count], NULL, worker, work) == 0) {
        count++;
    }
    (void)worker(work);
    for (size_t i = 0; i < count; i++) {
        (void)pthread_join(threads[i], NULL);
    }
}

/* Disables core files, access by other processes of this user, and running after the parent has
 * exited. */
static void shield(void)
{
    arena_private();
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)unsetenv("SSLKEYLOGFILE"); /* libcurl would write the connection's keys there */
}

static struct err *work_prepare(struct arena *arena, struct work *work)
{
    CLEANUP(arena_free) struct arena input = {0};
    struct str text = STR("");
    struct err *err = input_read(&input, &text);
    err = err ? err : tasks_parse(arena, text, work);
    return err ? err_new(arena, "%s", err->message.data) : NULL;
}

static int serve(void)
{
    CLEANUP(arena_free) struct arena arena = {0};
    struct work work = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    shield();
    wiping_init();
    struct err *err = work_prepare(&arena, &work);
    if (!err) {
        tasks_run(&work);
        return work.failed ? 1 : 0;
    }
    for (size_t i = 0; i < work.count; i++) {
        arena_free(&work.tasks[i].arena);
    }
    stack_wipe(STACK_SIZE);
    (void)write_all(STDERR_FILENO, str_format(&arena, "error: %s\n", err->message.data));
    return 1;
}

int main(int argc, char **argv)
{
    struct str argument = str_of(argc == 2 ? argv[1] : NULL);
    if (str_eq(argument, STR("--help")) || str_eq(argument, STR("-h"))) {
        return write_all(STDOUT_FILENO, str_of(usage)) ? 0 : 1;
    }
    if (str_eq(argument, STR("--version")) || str_eq(argument, STR("-V"))) {
        return write_all(STDOUT_FILENO, STR("cargo-logout-revoke " VERSION "\n")) ? 0 : 1;
    }
    if (argc > 1 || isatty(STDIN_FILENO)) {
        (void)write_all(STDERR_FILENO,
                        STR("error: cargo-logout-revoke is a helper of cargo-logout, which runs it "
                            "for `cargo-logout --revoke`; see --help\n"));
        return 1;
    }
    return serve();
}
