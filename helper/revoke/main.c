/*
 * cargo-logout-revoke: ends one token on the server of its registry, for cargo-logout --revoke.
 *
 * It reads one request, a line of JSON on standard input (request.h), makes the call that revokes
 * the token, and writes one answer, a line of JSON on standard output (answer.h). With an answer it
 * ends with status 0, whatever the answer is; otherwise, with 1 and a sentence on standard error,
 * or by a signal, nothing is known about the token, and it has to be kept.
 *
 *     dead     the one thing to act on: may the token be removed, because it is of no use any more?
 *     how      dead:  revoked, unknown-token, not-a-token
 *              alive: not-permitted, unsupported, refused    what the server says (verdict.h)
 *                     no-answer                              network, TLS, time, a broken one
 *                     no-api                                 where to call (api_base.h)
 *     url      the one that was called last
 *     status   its HTTP status, if it answered
 *     detail   a reason for a person
 *
 * It is a process of its own so that the main program need not load libcurl, and so that a call
 * that hangs can be ended by ending it: the signals of a terminal do so at once. It ends with its
 * parent, too.
 *
 * The token is in the memory of this process only: not in its arguments, its environment, its
 * output, a core file, or the reach of other processes of the user; all that held it has been
 * overwritten before the answer is written.
 */
#include "util/base.h"
#include "util/child.h"
#include "util/fs.h"

#include "answer.h"
#include "api_base.h"
#include "git.h"
#include "http.h"
#include "request.h"
#include "wiping.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define REQUEST_LIMIT ((size_t)256 * 1024) /* bytes of the request */
#define GRACE_SECONDS 5U                   /* beyond those of the calls, should a library hang */
#define READ_SIZE     4096
#define STACK_SIZE    ((size_t)256 * 1024) /* more than the calls below have used */

static const char usage[] =
    "End a registry token on the registry's server\n"
    "\n"
    "This is a helper of cargo-logout, which runs it for `cargo-logout --revoke`.\n"
    "\n"
    "Usage: cargo-logout-revoke\n"
    "\n"
    "It reads a request, one line of JSON, from standard input, and answers with another.\n"
    "\n"
    "Options:\n"
    "  -h, --help     Print help\n"
    "  -V, --version  Print version\n";

/* Standard input up to the end of the line, which may be that of the input. */
static struct err *request_line(struct arena *arena, struct str *out)
{
    struct buf line = buf_new(arena);
    ssize_t n;
    do {
        char *piece = arena_alloc(arena, READ_SIZE); /* not the stack: the arena is wiped */
        n = read(STDIN_FILENO, piece, READ_SIZE);
        if (n < 0 && errno != EINTR) {
            return err_new(arena, "failed to read the request: %s",
                           err_os(arena, errno)->message.data);
        }
        buf_add_bytes(&line, piece, n > 0 ? (size_t)n : 0);
        if (line.len > REQUEST_LIMIT) {
            return err_new(arena, "the request is longer than %zu bytes", REQUEST_LIMIT);
        }
    } while (n != 0 && str_find(buf_str(&line), '\n') < 0);
    *out = buf_str(&line);
    return NULL;
}

/* As cargo builds it (crates_io::Registry::req). The base is looked at alone, too: `https://` would
 * make a host of what follows. */
static struct err *api_url(struct arena *arena, struct str base, enum token_kind kind,
                           struct url *out)
{
    const char *route =
        kind == TOKEN_TRUSTED_PUBLISHING ? "trusted_publishing/tokens" : "tokens/current";
    CLEANUP(url_free) struct url alone = {0};
    TRY(url_parse(arena, base, &alone));
    return url_parse(arena, str_format(arena, "%s/api/v1/%s", base.data, route), out);
}

/* crates.io wants to be told the scheme for its short-lived tokens; others take what cargo sends.
 */
static struct str authorization(struct arena *arena, const struct request *request)
{
    return request->kind == TOKEN_TRUSTED_PUBLISHING
               ? str_format(arena, "Bearer %s", request->token.data)
               : request->token;
}

static void judge(struct arena *arena, enum token_kind kind, const struct http_reply *reply,
                  struct answer *answer)
{
    answer->status = reply->status;
    if (reply->outcome != HTTP_ANSWERED) {
        answer->how = HOW_NO_ANSWER;
        answer->detail = reply->words;
        return;
    }
    struct verdict verdict = verdict_of(arena, kind, reply->status, reply->body);
    answer->how = verdict.how;
    answer->detail = verdict.detail;
    /* JSON that was cut off would not be JSON; nothing, cut off, is still nothing */
    if (verdict.how == HOW_REVOKED && reply->body.len == 0 && !reply->has_end) {
        answer->how = HOW_NO_ANSWER;
        answer->detail = STR("the answer may have been cut off: it says neither yes nor no");
    }
    if (reply->moved_to.len > 0) {
        answer->detail =
            str_format(arena, "it redirects to %s, which is not followed", reply->moved_to.data);
    }
}

static struct answer token_revoke(struct arena *arena, const struct request *request)
{
    struct http http = {
        .arena = arena,
        .settings = &request->http,
        .deadline = child_clock() + (int64_t)HTTP_SECONDS * 1000,
    };
    if (!http_header_can_hold(request->token)) {
        return (struct answer){
            .how = HOW_NO_ANSWER,
            .detail = STR("it was not sent: no header can hold it, so no registry can know it"),
        };
    }
    struct api_base base = api_base_find(&http, request);
    struct answer answer = {
        .how = HOW_NO_API, .url = base.url, .status = base.status, .detail = base.detail};
    if (!base.found) {
        return answer;
    }
    CLEANUP(url_free) struct url url = {0};
    struct err *err = api_url(arena, base.api, request->kind, &url);
    if (err) {
        answer.detail =
            str_format(arena, "the registry's API cannot be called: %s", err->message.data);
        return answer;
    }
    answer.url = url.shown;
    struct http_reply reply = http_call(&http, "DELETE", &url, authorization(arena, request));
    judge(arena, request->kind, &reply, &answer);
    return answer;
}

/* The answer is in an arena of its own: that with the token is wiped before anyone reads it. */
static struct err *answer_request(struct arena *answers, struct str *out)
{
    CLEANUP(arena_free) struct arena arena = {0};
    struct str line = {0};
    struct request request;
    struct err *err = request_line(&arena, &line);
    err = err ? err : request_parse(&arena, line, &request);
    if (err) {
        return err_new(answers, "%s", err->message.data);
    }
    if (!request.http.has_proxy) {
        request.http.has_proxy = git_proxy(&arena, &request.http.proxy);
    }
    (void)alarm(HTTP_SECONDS + GRACE_SECONDS);
    struct answer answer = token_revoke(&arena, &request);
    struct str text = answer_line(&arena, &answer, request.token);
    *out = str_copy(answers, text.data, text.len);
    return NULL;
}

/* Registers that held a piece of the token end up on the stack, as does what a library has there.
 */
__attribute__((noinline)) static void stack_wipe(void)
{
    char below[STACK_SIZE];
    explicit_bzero(below, sizeof(below));
}

/* No core file, no look into it by other processes of this user, no end after its parent's. */
static void shield(void)
{
    arena_private();
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)unsetenv("SSLKEYLOGFILE"); /* libcurl would write there how to read the connection */
}

static int serve(void)
{
    CLEANUP(arena_free) struct arena arena = {0};
    struct str line = {0};
    shield();
    wiping_init();
    struct err *err = answer_request(&arena, &line);
    stack_wipe();
    if (err) {
        (void)write_all(STDERR_FILENO, str_format(&arena, "error: %s\n", err->message.data));
        return 1;
    }
    return write_all(STDOUT_FILENO, line) ? 0 : 1;
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
