/*
 * cargo-logout-revoke: asks registry servers about tokens, for cargo-logout.
 *
 * It reads requests from standard input, one JSON object (protocol.h), and makes the calls
 * (dialogue.h). As soon as the answer to a request is known, it writes one line of JSON.
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
#include "util/child.h"
#include "util/fs.h"
#include "util/json.h"

#include "api_base.h"
#include "dialogue.h"
#include "git.h"
#include "protocol.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define GRACE_SECONDS 5 /* added to the time of all requests, in case a library hangs */
#define STACK_SIZE    ((size_t)256 * 1024) /* more than the calls below were measured to use */
#define WORKERS       8

struct task {
    struct arena arena;
    json_t *json;
    struct request request;
    size_t first; /* of its group */
    atomic_bool taken;
};

/* The state that the workers share. */
struct work {
    struct task *tasks;
    size_t count;
    int64_t until;         /* a time of child_clock() */
    bool failed;           /* an answer could not be written */
    pthread_mutex_t mutex; /* for writing */
};

static void line_write(struct work *work, struct str line)
{
    (void)pthread_mutex_lock(&work->mutex);
    work->failed = !write_all(STDOUT_FILENO, line) || work->failed;
    (void)pthread_mutex_unlock(&work->mutex);
}

/* The page that cargo shows to a person who logs in. */
static struct str page_of(struct arena *arena, struct str api)
{
    struct url url;
    struct err *err = url_parse(arena, str_format(arena, "%s/me", api.data), &url);
    return err ? STR("") : url.shown;
}

static struct server_answer answer_of(struct dialogue *dialogue)
{
    const struct request *request = dialogue->request;
    struct arena *arena = dialogue->http.arena;
    struct str token = server_bare_token(request->token);
    bool trusted = request->kind == SERVER_CRATES_IO && str_starts(token, STR("cio_tp_"));
    dialogue->kind = trusted ? SERVER_TRUSTED_PUBLISHING : request->kind;
    const char *scheme = apis[dialogue->kind].scheme;
    dialogue->authorization =
        scheme ? str_format(arena, "%s%s", scheme, token.data) : request->token;
    if (!dialogue_has_calls(request->revokes, dialogue->kind)) {
        return (struct server_answer){.verdict = VERDICT_UNKNOWN,
                                      .detail = STR("this server has no check")};
    }
    struct server_answer answer;
    dialogue->api = api_base_find(&dialogue->http, request, dialogue->authorization, &answer);
    if (dialogue->api.len == 0) {
        return answer;
    }
    answer = dialogue_run(dialogue);
    if (request->index.len > 0 && !server_verdict_is_invalid(answer.verdict)) {
        answer.page = page_of(arena, dialogue->api);
    }
    return answer;
}

static struct str task_line(const struct work *work, struct task *task)
{
    struct arena *arena = &task->arena;
    struct request *request = &task->request;
    if (!request->http.has_proxy) {
        request->http.has_proxy = git_proxy(arena, &request->http.proxy);
    }
    int64_t limit = child_clock() + request->limit_ms;
    struct dialogue dialogue = {
        .request = request,
        .http = {.arena = arena,
                 .settings = &request->http,
                 .deadline = limit < work->until ? limit : work->until},
    };
    struct server_answer answer = answer_of(&dialogue);
    return answer_line(arena, request->id, &answer, server_bare_token(request->token));
}

/* The answer is in a separate arena, because the one with the token is overwritten first. */
static void task_run(struct work *work, struct task *task)
{
    CLEANUP(arena_free) struct arena arena = {0};
    struct str line = task_line(work, task);
    line = str_copy(&arena, line.data, line.len);
    json_decref(task->json);
    arena_free(&task->arena);
    stack_wipe(STACK_SIZE);
    line_write(work, line);
}

/* Each worker takes whole groups. */
static void *worker(void *argument)
{
    struct work *work = argument;
    for (size_t i = 0; i < work->count; i++) {
        if (work->tasks[i].first != i || atomic_exchange(&work->tasks[i].taken, true)) {
            continue;
        }
        for (size_t j = i; j < work->count; j++) {
            if (work->tasks[j].first == i) {
                task_run(work, &work->tasks[j]);
            }
        }
    }
    return NULL;
}

/* For json_load_callback(). An error of read() is (size_t)-1 for jansson too. */
static size_t input_read(void *buffer, size_t size, void *context)
{
    (void)context;
    return (size_t)RETRY(read(STDIN_FILENO, buffer, size));
}

static struct err *tasks_read(struct arena *arena, struct work *work)
{
    json_auto_t *input =
        json_load_callback(input_read, NULL, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, NULL);
    const json_t *requests = json_object_get(input, "requests");
    size_t count = json_array_size(requests);
    if (json_integer_value(json_object_get(input, "v")) != SERVER_PROTOCOL || count == 0) {
        return err_new(arena, "the input has no requests of version %d", SERVER_PROTOCOL);
    }
    work->until = child_clock() + json_integer_value(json_object_get(input, "run_ms"));
    work->tasks = arena_new_array(arena, struct task, count);
    for (size_t i = 0; i < count; i++) {
        struct task *task = &work->tasks[work->count++];
        task->json = json_incref(json_array_get(requests, i)); /* `input` is freed earlier */
        TRY(request_read(arena, task->json, &task->request));
        while (!str_eq(work->tasks[task->first].request.group, task->request.group)) {
            task->first++;
        }
    }
    return NULL;
}

static void tasks_run(struct work *work)
{
    pthread_t threads[WORKERS - 1];
    size_t count = 0;
    int64_t left = work->until - child_clock();
    (void)alarm((unsigned)(left > 0 ? left / 1000 : 0) + GRACE_SECONDS);
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

static int serve(void)
{
    CLEANUP(arena_free) struct arena arena = {0};
    struct work work = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    shield();
    json_wipe_memory();
    json_object_seed(0); /* must be called before threads start */
    http_init();
    struct err *err = tasks_read(&arena, &work);
    stack_wipe(STACK_SIZE);
    if (!err) {
        tasks_run(&work);
        return work.failed ? 1 : 0;
    }
    for (size_t i = 0; i < work.count; i++) {
        json_decref(work.tasks[i].json);
    }
    (void)write_all(STDERR_FILENO, str_format(&arena, "error: %s\n", err->message.data));
    return 1;
}

int main(int argc, char **argv)
{
    static const char about[] =
        "cargo-logout-revoke " VERSION "\n"
        "A helper of cargo-logout, which runs it for --revoke and --check\n";
    static const char *const options[] = {"--help", "-h", "--version", "-V"};
    if (argc == 1 && !isatty(STDIN_FILENO)) {
        return serve();
    }
    bool asked = argc == 2 && server_name_find(options, COUNT(options), argv[1]) < COUNT(options);
    bool written = write_all(asked ? STDOUT_FILENO : STDERR_FILENO, str_of(about));
    return asked && written ? 0 : 1;
}
