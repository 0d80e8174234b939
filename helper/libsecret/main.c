/*
 * cargo-credential-libsecret: cargo's tokens in the Secret Service. See
 * cargo-credential-libsecret(1).
 */
#include "util/fs.h"
#include "util/json.h"

#include "keyring.h"
#include "person.h"
#include "protocol.h"

#include <fcntl.h>
#include <jansson.h>
#include <signal.h>

#define REQUEST_LIMIT ((size_t)1024 * 1024) /* bytes in one line */

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

/* Moves standard input and output to other descriptors, and replaces them with /dev/null and
 * standard error, so that a library cannot print between the lines of the protocol. Sets `in` to -1
 * if it was closed, which counts as its end. */
static struct err *streams_take(struct arena *arena, int *in, int *out)
{
    *in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    *out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (*out < 0) {
        return err_wrap(arena, err_os(arena, errno), "standard output cannot be used");
    }
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) {
        return err_wrap(arena, err_os(arena, errno), "failed to open `/dev/null`");
    }
    if (fcntl(STDERR_FILENO, F_GETFD) < 0) {
        (void)dup2(null, STDERR_FILENO);
    }
    (void)dup2(null, STDIN_FILENO);
    (void)dup2(STDERR_FILENO, STDOUT_FILENO);
    if (null > STDERR_FILENO) { /* otherwise it replaced a standard descriptor that was closed */
        fd_close(&null);
    }
    return NULL;
}

static ssize_t read_byte(int fd, char *byte)
{
    return fd < 0 ? 0 : (ssize_t)RETRY(read(fd, byte, 1));
}

/* Reads a line without its newline. The last line can lack it. Sets `got` to false at the end. It
 * reads one byte at a time, so that the token of a later request is not in memory. */
static struct err *read_line(struct arena *arena, int fd, struct str *line, bool *got)
{
    struct buf text = buf_new(arena);
    char byte = 0;
    ssize_t n;
    while ((n = read_byte(fd, &byte)) == 1 && byte != '\n') {
        if (text.len == REQUEST_LIMIT) {
            return err_new(arena, "the request is longer than %zu bytes", REQUEST_LIMIT);
        }
        buf_add_char(&text, byte);
    }
    if (n < 0) {
        return err_wrap(arena, err_os(arena, errno), "failed to read the request");
    }
    *got = n == 1 || text.len > 0;
    *line = buf_str(&text);
    return NULL;
}

struct plugin {
    struct arena *arena; /* of the current request; overwritten after the answer */
    int in;              /* the pipes to cargo */
    int out;
    struct keyring keyring;
};

static const char *const failed_to[] = {
    [REQUEST_GET] = "failed to get token",
    [REQUEST_LOGIN] = "failed to store token",
    [REQUEST_LOGOUT] = "failed to erase token",
};

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
static struct err *token_read(struct arena *arena, const struct request *request, struct str *out)
{
    struct str token = request->token;
    if (!request->has_token) {
        struct str name = request->name.len > 0 ? request->name : request->index_url;
        struct str question =
            request->login_url.len > 0
                ? str_format(arena, "please paste the token found on %s below\n",
                             request->login_url.data)
                : str_format(arena, "please paste the token for %s below\n", name.data);
        TRY(person_ask_secret(arena, question, &token));
    }
    if (token.len == 0) {
        return err_new(arena, "please provide a non-empty token");
    }
    *out = token;
    return NULL;
}

/* Starts the time limit for the answer, after a person has typed the token. */
static struct err *perform(struct plugin *plugin, const struct request *request, struct str *answer)
{
    struct arena *arena = plugin->arena;
    struct keyring *keyring = &plugin->keyring;
    struct str url = request->index_url;
    struct str token = {0};
    bool found = true;
    if (request->kind == REQUEST_LOGIN) {
        TRY(token_read(arena, request, &token));
    }
    unsigned seconds = person_at_terminal() ? PERSON_SECONDS : ALONE_SECONDS;
    struct err *late = err_wrap(arena, late_error(arena, seconds), "%s", failed_to[request->kind]);
    deadline_start(plugin->out, seconds, answer_failed(arena, late));
    keyring->arena = arena;
    TRY(keyring_open(keyring, person_can_answer()));
    if (request->kind == REQUEST_LOGIN) {
        struct str name = request->name.len > 0 ? request->name : url;
        TRY(keyring_store(keyring, url, str_format(arena, "cargo-registry:%s", name.data), token));
    } else if (request->kind == REQUEST_GET) {
        TRY(keyring_get(keyring, url, &token, &found));
    } else {
        TRY(keyring_erase(keyring, url, &found));
    }
    *answer = found ? answer_ok(arena, request->kind, token) : answer_error(arena, "not-found");
    return NULL;
}

/* Reads a request and returns its answer, which is empty at the end of the input. Sets `more` to
 * false after the last one. */
static struct str next_answer(struct plugin *plugin, bool *more)
{
    struct arena *arena = plugin->arena;
    struct request request;
    struct str line = {0};
    struct str answer;
    struct err *err = read_line(arena, plugin->in, &line, more);
    if (!err && !*more) {
        return STR("");
    }
    if (!err) {
        err = request_parse(arena, line, &request);
    }
    if (err) {
        *more = false; /* as cargo's own providers do: the rest of the input cannot be trusted */
        return answer_failed(arena, err);
    }
    if (request.kind == REQUEST_UNKNOWN) {
        return answer_error(arena, "operation-not-supported");
    }
    err = perform(plugin, &request, &answer);
    deadline_stop();
    return err ? answer_failed(arena, err_wrap(arena, err, "%s", failed_to[request.kind])) : answer;
}

static struct err *serve(struct arena *arena, struct plugin *plugin)
{
    TRY(streams_take(arena, &plugin->in, &plugin->out));
    struct str hello = json_line(arena, json_pack("{s[i]}", "v", PROTOCOL_VERSION));
    bool taken = write_all(plugin->out, hello);
    for (bool more = true; taken && more;) {
        taken = write_all(plugin->out, next_answer(plugin, &more));
        arena_clear(plugin->arena);
    }
    return taken ? NULL : err_new(arena, "cargo did not read the answer");
}

static int plugin_run(void)
{
    CLEANUP(arena_free) struct arena arena = {0};
    CLEANUP(arena_free) struct arena for_request = {0};
    struct plugin plugin = {.arena = &for_request};
    arena_private();
    (void)signal(SIGPIPE, SIG_IGN);
    struct err *err = serve(&arena, &plugin);
    keyring_close(&plugin.keyring);
    if (err) {
        (void)fprintf(stderr, "error: %s\n", err->message.data);
    }
    return err ? 1 : 0;
}

/* --list and --peek */
static int list_run(bool peek)
{
    CLEANUP(arena_free) struct arena arena = {0};
    int in;
    int out;
    if (streams_take(&arena, &in, &out)) {
        return 1;
    }
    unsigned seconds = peek ? PEEK_SECONDS : ALONE_SECONDS;
    struct buf lines = buf_new(&arena);
    deadline_start(out, seconds, keyring_error_line(&arena, late_error(&arena, seconds)));
    bool known = keyring_list(&arena, peek, &lines);
    deadline_stop();
    bool written = write_all(out, buf_str(&lines));
    return known && written ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct str argument = str_of(argc == 2 ? argv[1] : NULL);
    (void)unsetenv("G_DBUS_DEBUG"); /* GLib would print messages that contain secrets */
    json_wipe_memory();
    if (str_eq(argument, STR("--cargo-plugin"))) {
        return plugin_run();
    }
    if (str_eq(argument, STR("--list")) || str_eq(argument, STR("--peek"))) {
        return list_run(str_eq(argument, STR("--peek")));
    }
    if (str_eq(argument, STR("--help")) || str_eq(argument, STR("-h"))) {
        return write_all(STDOUT_FILENO, str_of(usage)) ? 0 : 1;
    }
    if (str_eq(argument, STR("--version")) || str_eq(argument, STR("-V"))) {
        return write_all(STDOUT_FILENO, STR("cargo-credential-libsecret " VERSION "\n")) ? 0 : 1;
    }
    (void)write_all(
        STDERR_FILENO,
        STR("error: cargo-credential-libsecret is a credential provider for cargo, which "
            "runs it with `--cargo-plugin`; see --help\n"));
    return 1;
}
