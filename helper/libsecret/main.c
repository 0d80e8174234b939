/*
 * cargo-credential-libsecret: cargo's tokens in the Secret Service. See
 * cargo-credential-libsecret(1).
 *
 * With --cargo-plugin, it answers cargo's credential provider protocol, version 1: one JSON object
 * a line, a hello first, then an answer for each request.
 *
 *     {"v":[1]}
 *     {"v":1,"kind":"logout","registry":{"index-url":"…","name":"…"}}
 *     {"Ok":{"kind":"logout"}}        {"Err":{"kind":"not-found"}}
 */
#include "util/fs.h"
#include "util/json.h"

#include "keyring.h"
#include "person.h"

#include <jansson.h>
#include <signal.h>
#include <stdatomic.h>

#define PROTOCOL_VERSION 1

/* How long an answer can take. A caller without a terminal gives a provider at most 60 seconds. */
#define PEEK_SECONDS   2
#define ALONE_SECONDS  20  /* no person is at a terminal */
#define PERSON_SECONDS 600 /* a person is there and can press Ctrl-C */

static const char usage[] =
    "Store cargo's registry tokens in the Secret Service (GNOME Keyring, KWallet, KeePassXC)\n"
    "\n"
    "This is a credential provider for cargo, which runs it with --cargo-plugin.\n"
    "In cargo's configuration:\n"
    "\n"
    "    [registry]\n"
    "    global-credential-providers = [\"cargo-credential-libsecret\"]\n"
    "\n"
    "Usage: cargo-credential-libsecret --cargo-plugin\n"
    "\n"
    "Options:\n"
    "      --cargo-plugin  Answer requests in cargo's credential provider protocol on standard "
    "input\n"
    "      --list          List the index URLs and labels of stored tokens, as JSON lines\n"
    "      --peek          Print whether there is a Secret Service, without starting it\n"
    "  -h, --help          Print help\n"
    "  -V, --version       Print version\n";

enum request_kind {
    REQUEST_GET,
    REQUEST_LOGIN,
    REQUEST_LOGOUT,
    REQUEST_UNKNOWN, /* from a later cargo; the answer is operation-not-supported */
};

static const struct {
    const char *name;
    const char *error; /* the message above the cause */
} kinds[REQUEST_UNKNOWN] = {
    [REQUEST_GET] = {"get", "failed to get token"},
    [REQUEST_LOGIN] = {"login", "failed to store token"},
    [REQUEST_LOGOUT] = {"logout", "failed to erase token"},
};

/* Fields that are not needed (the operation, headers, arguments) are ignored. The texts are in the
 * JSON value. */
struct request {
    enum request_kind kind;
    const char *index_url;
    const char *name;      /* the index URL if it was not sent */
    const char *login_url; /* NULL: not sent */
    const char *token;     /* NULL: not sent */
};

/* Reads a JSON value, which is NULL at the end of the input. Its error does not quote the input,
 * which could contain a token. */
static struct err *json_read(struct arena *arena, json_t **out)
{
    json_error_t wrong;
    int byte = getchar();
    while (byte == '\n')
        byte = getchar();
    *out = NULL;
    if (byte == EOF) {
        return ferror(stdin) ? err_wrap(arena, err_os(arena, errno), "failed to read the request")
                             : NULL;
    }
    (void)ungetc(byte, stdin);
    *out = json_loadf(stdin, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &wrong);
    return *out ? NULL : err_new(arena, "the request is not valid JSON (column %d)", wrong.column);
}

/* Reports missing keys and wrong types in jansson's words, which do not quote values. */
static struct err *request_parse(struct arena *arena, json_t *json, struct request *out)
{
    int version = PROTOCOL_VERSION;
    const char *kind;
    struct request request = {0};
    json_error_t wrong;
    (void)json_unpack(json, "{s:i}", "v", &version);
    if (version != PROTOCOL_VERSION)
        return err_new(arena, "unsupported protocol version %d", version);
    if (json_unpack_ex(json, &wrong, 0, "{s:i, s:s, s:{s:s, s?s}, s?s, s?s}", "v", &version, "kind",
                       &kind, "registry", "index-url", &request.index_url, "name", &request.name,
                       "login-url", &request.login_url, "token", &request.token) != 0)
        return err_new(arena, "the request is malformed: %s", wrong.text);
    request.name = request.name ? request.name : request.index_url;
    while (request.kind < REQUEST_UNKNOWN && strcmp(kind, kinds[request.kind].name) != 0)
        request.kind++;
    *out = request;
    return NULL;
}

/* The token is only in the answer to REQUEST_GET. */
static struct str answer_ok(struct arena *arena, enum request_kind kind, const char *token)
{
    json_t *ok = kind == REQUEST_GET ? json_pack("{ss ss ss sb}", "kind", "get", "token", token,
                                                 "cache", "session", "operation_independent", 1)
                                     : json_pack("{ss}", "kind", kinds[kind].name);
    return json_line(arena, json_pack("{so}", "Ok", ok));
}

static struct str answer_error(struct arena *arena, const char *kind)
{
    return json_line(arena, json_pack("{s{ss}}", "Err", "kind", kind));
}

static struct str answer_failed(struct arena *arena, const struct err *err)
{
    json_t *causes = err->cause ? json_from_err(arena, err->cause) : json_array();
    return json_line(arena, json_pack("{s{ss so so}}", "Err", "kind", "other", "message",
                                      json_from_str(arena, err->message), "caused-by", causes));
}

/*
 * libsecret and GLib have calls without a time limit (the handshake with a bus that accepts and
 * then sends nothing, a prompt that never completes). When the time is over, a handler of SIGALRM
 * writes an answer and exits. The status is 0, because cargo ignores the answer of a provider that
 * exits with another status. After deadline_stop() returns, that answer can no longer be written.
 *
 * The data are static, because a signal handler cannot get them in another way.
 */
static atomic_flag ended; /* set by the handler or by deadline_stop(), whichever is first */
static struct str late_answer;

static void on_alarm(int number)
{
    (void)number;
    if (!atomic_flag_test_and_set(&ended)) {
        (void)write_all(STDOUT_FILENO, late_answer);
        _exit(0);
    }
}

static void deadline_start(unsigned seconds, struct str late)
{
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    late_answer = late;
    atomic_flag_clear(&ended);
    (void)sigaction(SIGALRM, &action, NULL);
    (void)alarm(seconds);
}

static void deadline_stop(void)
{
    (void)alarm(0);
    while (atomic_flag_test_and_set(&ended))
        (void)pause(); /* the handler runs in another thread, which is about to exit */
}

static struct err *late_error(struct arena *arena, unsigned seconds)
{
    return err_new(
        arena,
        "the Secret Service did not answer within %u seconds; answer its dialog if there is "
        "one, or run this at a terminal, which waits longer",
        seconds);
}

/* Returns the token to store: the one of the request, or one that the person types. cargo:
 * cargo_credential::read_token. */
static struct err *token_read(struct arena *arena, const struct request *request, const char **out)
{
    *out = request->token;
    if (!*out) {
        struct str question =
            request->login_url
                ? str_format(arena, "please paste the token found on %s below\n",
                             request->login_url)
                : str_format(arena, "please paste the token for %s below\n", request->name);
        TRY(person_ask_secret(arena, question, out));
    }
    return **out ? NULL : err_new(arena, "please provide a non-empty token");
}

static struct err *use_keyring(struct arena *arena, const struct request *request,
                               const char *token, GDBusConnection **bus, struct str *answer)
{
    const char *url = request->index_url;
    bool found = true;
    TRY(keyring_open(arena, bus));
    if (request->kind == REQUEST_LOGIN) {
        struct str label = str_format(arena, "cargo-registry:%s", request->name);
        TRY(keyring_store(arena, url, label.data, token));
    } else if (request->kind == REQUEST_GET) {
        TRY(keyring_get(arena, url, &token));
        found = token;
    } else {
        TRY(keyring_erase(arena, url, &found));
    }
    *answer = found ? answer_ok(arena, request->kind, token) : answer_error(arena, "not-found");
    return NULL;
}

/* Starts the time limit for the answer, after a person has typed the token. */
static struct err *perform(struct arena *arena, const struct request *request,
                           GDBusConnection **bus, struct str *answer)
{
    const char *token = NULL;
    if (request->kind == REQUEST_LOGIN)
        TRY(token_read(arena, request, &token));
    unsigned seconds = person_at_terminal() ? PERSON_SECONDS : ALONE_SECONDS;
    struct err *late =
        err_wrap(arena, late_error(arena, seconds), "%s", kinds[request->kind].error);
    deadline_start(seconds, answer_failed(arena, late));
    struct err *err = use_keyring(arena, request, token, bus, answer);
    deadline_stop();
    return err;
}

/* Reads a request and returns its answer, which is empty at the end of the input. Sets `more` to
 * false after the last one. */
static struct str next_answer(struct arena *arena, GDBusConnection **bus, bool *more)
{
    json_auto_t *json = NULL;
    struct request request = {0};
    struct str answer;
    struct err *err = json_read(arena, &json);
    *more = json;
    if (!err && !json)
        return STR("");
    if (!err)
        err = request_parse(arena, json, &request);
    if (err) {
        *more = false; /* as cargo's own providers do: the rest of the input cannot be trusted */
        return answer_failed(arena, err);
    }
    if (request.kind == REQUEST_UNKNOWN)
        return answer_error(arena, "operation-not-supported");
    err = perform(arena, &request, bus, &answer);
    return err ? answer_failed(arena, err_wrap(arena, err, "%s", kinds[request.kind].error))
               : answer;
}

static int plugin_run(void)
{
    CLEANUP(arena_free) struct arena arena = {0}; /* of one request at a time */
    g_autoptr(GDBusConnection) bus = NULL;
    arena_private();
    (void)signal(SIGPIPE, SIG_IGN);
    (void)setvbuf(stdin, NULL, _IONBF, 0); /* so that a later request's token is not in memory */
    bool written = write_all(STDOUT_FILENO, STR("{\"v\":[1]}\n"));
    for (bool more = true; written && more;) {
        written = write_all(STDOUT_FILENO, next_answer(&arena, &bus, &more));
        arena_clear(&arena);
    }
    if (!written)
        (void)write_all(STDERR_FILENO, STR("error: cargo did not read the answer\n"));
    return written ? 0 : 1;
}

/* --list and --peek */
static int list_run(bool peek)
{
    CLEANUP(arena_free) struct arena arena = {0};
    unsigned seconds = peek ? PEEK_SECONDS : ALONE_SECONDS;
    struct buf lines = buf_new(&arena);
    deadline_start(seconds, keyring_error_line(&arena, late_error(&arena, seconds)));
    bool known = keyring_list(&arena, peek, &lines);
    deadline_stop();
    bool written = write_all(STDOUT_FILENO, buf_str(&lines));
    return known && written ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct str argument = str_of(argc == 2 ? argv[1] : NULL);
    (void)unsetenv("G_DBUS_DEBUG");            /* GLib would print messages that contain secrets */
    g_log_writer_default_set_use_stderr(TRUE); /* standard output is for answers */
    json_wipe_memory();
    if (str_eq(argument, STR("--cargo-plugin")))
        return plugin_run();
    if (str_eq(argument, STR("--list")) || str_eq(argument, STR("--peek")))
        return list_run(str_eq(argument, STR("--peek")));
    if (str_eq(argument, STR("--help")) || str_eq(argument, STR("-h")))
        return write_all(STDOUT_FILENO, str_of(usage)) ? 0 : 1;
    if (str_eq(argument, STR("--version")) || str_eq(argument, STR("-V")))
        return write_all(STDOUT_FILENO, STR("cargo-credential-libsecret " VERSION "\n")) ? 0 : 1;
    (void)write_all(
        STDERR_FILENO,
        STR("error: cargo-credential-libsecret is a credential provider for cargo, which "
            "runs it with `--cargo-plugin`; see --help\n"));
    return 1;
}
