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
#include "server.h"

#include <git2.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>

#define GRACE_SECONDS 5 /* added to the time of all requests, in case a library hangs */
#define STACK_SIZE    ((size_t)256 * 1024) /* more than the calls below were measured to use */
#define WORKERS       8

/* The state that the workers share. */
struct work {
    json_t *groups;
    void *next;            /* an iterator of the groups */
    int64_t until;         /* a time of child_clock() */
    bool failed;           /* a request is malformed, or an answer could not be written */
    pthread_mutex_t mutex; /* for `next`, `failed` and writing */
};

static struct server_answer answer_of(struct request *request)
{
    struct server_answer answer;
    struct url url;
    if (!request->revokes && !apis[request->kind].check_path) {
        return (struct server_answer){.verdict = VERDICT_UNKNOWN,
                                      .detail = STR("this server has no check")};
    }
    if (!api_base_find(request, &answer))
        return answer;
    answer = dialogue_run(request);
    /* the page that cargo shows to a person who logs in */
    struct str page = str_format(request->http.arena, "%s/me", request->api.data);
    if (request->index.len > 0 && !server_verdict_is_invalid(answer.verdict) &&
        !url_parse(request->http.arena, page, &url))
        answer.page = url.shown;
    return answer;
}

CLEANUP_BY(configuration_free, git_config *, git_config_free);

/* Sets the proxy to git's http.proxy, if there is one. cargo uses it before the proxy variables
 * (network::proxy::http_proxy). */
static void git_proxy(struct arena *arena, struct str *out)
{
    CLEANUP(configuration_free) git_config *configuration = NULL;
    CLEANUP(git_buf_dispose) git_buf proxy = GIT_BUF_INIT;
    if (git_libgit2_init() > 0 && !git_config_open_default(&configuration) &&
        !git_config_get_string_buf(&proxy, configuration, "http.proxy"))
        *out = str_copy(arena, proxy.ptr, proxy.size);
}

static struct err *request_answer(struct arena *arena, const struct work *work, json_t *json,
                                  struct str *line)
{
    struct request request;
    TRY(request_read(arena, json, work->until, &request));
    if (!request.http.proxy.data)
        git_proxy(arena, &request.http.proxy);
    struct server_answer answer = answer_of(&request);
    *line = answer_line(&request, &answer);
    return NULL;
}

/* The answer is in a separate arena, because the one with the token is overwritten first. */
static void request_run(struct work *work, json_t *json)
{
    CLEANUP(arena_free) struct arena arena = {0};
    struct arena with_token = {0};
    struct str line = STR("");
    struct err *err = request_answer(&with_token, work, json, &line);
    if (err)
        line = str_format(&with_token, "error: %s\n", err->message.data);
    line = str_copy(&arena, line.data, line.len);
    (void)json_object_clear(json);
    arena_free(&with_token);
    stack_wipe(STACK_SIZE);
    (void)pthread_mutex_lock(&work->mutex);
    work->failed |= !write_all(err ? STDERR_FILENO : STDOUT_FILENO, line) || err;
    (void)pthread_mutex_unlock(&work->mutex);
}

static json_t *next_group(struct work *work)
{
    (void)pthread_mutex_lock(&work->mutex);
    void *group = work->next;
    work->next = json_object_iter_next(work->groups, group);
    (void)pthread_mutex_unlock(&work->mutex);
    return json_object_iter_value(group);
}

static void *worker(void *argument)
{
    struct work *work = argument;
    json_t *group;
    while ((group = next_group(work)))
        for (size_t i = 0; i < json_array_size(group); i++)
            request_run(work, json_array_get(group, i));
    return NULL;
}

static void groups_run(struct work *work)
{
    pthread_t threads[WORKERS - 1];
    size_t count = 0;
    int64_t left = work->until - child_clock();
    (void)alarm((unsigned)(left > 0 ? left / 1000 : 0) + GRACE_SECONDS);
    while (count < COUNT(threads) && count + 1 < json_object_size(work->groups) &&
           pthread_create(&threads[count], NULL, worker, work) == 0)
        count++;
    (void)worker(work);
    for (size_t i = 0; i < count; i++)
        (void)pthread_join(threads[i], NULL);
}

static int serve(void)
{
    int version = 0;
    json_int_t run_ms = 0;
    struct work work = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    arena_private();
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* it exits when its parent exits */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)unsetenv("SSLKEYLOGFILE"); /* libcurl would write the connection's keys there */
    json_wipe_memory();
    json_object_seed(0); /* must be called before threads start */
    http_init();
    json_auto_t *input =
        json_loadfd(STDIN_FILENO, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, NULL);
    stack_wipe(STACK_SIZE);
    (void)json_unpack(input, "{s:i, s:I, s:o}", "v", &version, "run_ms", &run_ms, "groups",
                      &work.groups);
    if (version != SERVER_PROTOCOL || json_object_size(work.groups) == 0) {
        (void)write_all(STDERR_FILENO, STR("error: the input has no requests of this version\n"));
        return 1;
    }
    work.until = child_clock() + run_ms;
    work.next = json_object_iter(work.groups);
    groups_run(&work);
    return work.failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc == 1 && !isatty(STDIN_FILENO))
        return serve();
    (void)write_all(STDERR_FILENO, STR("error: cargo-logout runs this helper for --revoke and "
                                       "--check\n"));
    return 1;
}
