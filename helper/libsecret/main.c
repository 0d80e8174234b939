/*
 * cargo-credential-libsecret: cargo's tokens in the Secret Service. See
 * cargo-credential-libsecret(1).
 */
#include "util/base.h"
#include "util/fs.h"

#include "console.h"
#include "deadline.h"
#include "keyring.h"
#include "protocol.h"

#include <signal.h>
#include <unistd.h>

/*
 * How long a step may take. GLib's own limit for one call is 25 seconds; cargo has none at all. A
 * caller without a terminal may give a provider 60 seconds: our answer should come before.
 */
#define SERVICE_SECONDS  20  /* the service alone */
#define DISPLAY_SECONDS  50  /* a person, somewhere */
#define TERMINAL_SECONDS 600 /* a person who can press Ctrl-C */

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
    "      --list          List the index URLs and labels of all stored tokens\n"
    "  -h, --help          Print help\n"
    "  -V, --version       Print version\n";

struct plugin {
    struct arena *arena; /* of the present request: wiped when it is answered */
    struct streams streams;
    struct deadline deadline;
    struct keyring keyring;
    bool opened; /* the keyring */
};

static const char *failed_to(enum request_kind kind)
{
    if (kind == REQUEST_GET) {
        return "failed to get token";
    }
    return kind == REQUEST_LOGIN ? "failed to store token" : "failed to erase token";
}

static const struct wait *wait_new(struct arena *arena, enum request_kind kind, unsigned seconds,
                                   const char *who)
{
    struct wait *wait = arena_new(arena, struct wait);
    struct err *late = err_new(arena, "%s did not answer within %u seconds", who, seconds);
    wait->seconds = seconds;
    wait->answer = answer_failed(arena, err_wrap(arena, late, "%s", failed_to(kind)));
    return wait;
}

/* The keyring, ready for this request; the bus is looked for once. */
static struct keyring *keyring_ready(struct plugin *plugin, enum request_kind kind)
{
    enum person person = person_present();
    unsigned patience = person == PERSON_TERMINAL  ? TERMINAL_SECONDS
                        : person == PERSON_DISPLAY ? DISPLAY_SECONDS
                                                   : SERVICE_SECONDS;
    struct keyring *keyring = &plugin->keyring;
    keyring->arena = plugin->arena;
    keyring->deadline = &plugin->deadline;
    keyring->for_service = wait_new(plugin->arena, kind, SERVICE_SECONDS, "the Secret Service");
    keyring->for_person =
        wait_new(plugin->arena, kind, patience,
                 person == PERSON_NONE ? "the Secret Service" : "the person or the Secret Service");
    if (!plugin->opened) {
        keyring_open(keyring, person);
        plugin->opened = true;
    }
    return keyring;
}

/* The token to store: sent along, or asked for in cargo's words (cargo_credential::read_token). */
static struct err *token_read(struct arena *arena, const struct request *request, struct str *out)
{
    struct str token = request->token;
    if (!request->has_token) {
        struct str question =
            request->login_url.len > 0
                ? str_format(arena, "please paste the token found on %s below\n",
                             request->login_url.data)
                : str_format(arena, "please paste the token for %s below\n",
                             request->name.len > 0 ? request->name.data : request->index_url.data);
        TRY(terminal_ask_secret(arena, question, &token));
    }
    if (token.len == 0) {
        return err_new(arena, "please provide a non-empty token");
    }
    *out = token;
    return NULL;
}

static struct err *login(struct plugin *plugin, const struct request *request, struct str *answer)
{
    struct arena *arena = plugin->arena;
    struct str token = {0};
    TRY(token_read(arena, request, &token));
    struct str named = request->name.len > 0 ? request->name : request->index_url;
    struct str label = str_format(arena, "cargo-registry:%s", named.data);
    TRY(keyring_store(keyring_ready(plugin, REQUEST_LOGIN), request->index_url, label, token));
    *answer = answer_done(arena, REQUEST_LOGIN);
    return NULL;
}

static struct err *get(struct plugin *plugin, const struct request *request, struct str *answer)
{
    struct str token = {0};
    bool found;
    struct keyring *keyring = keyring_ready(plugin, REQUEST_GET);
    TRY(keyring_get(keyring, request->index_url, &token, &found));
    *answer = found ? answer_token(plugin->arena, token) : answer_not_found(plugin->arena);
    return NULL;
}

static struct err *logout(struct plugin *plugin, const struct request *request, struct str *answer)
{
    bool found;
    struct keyring *keyring = keyring_ready(plugin, REQUEST_LOGOUT);
    TRY(keyring_erase(keyring, request->index_url, &found));
    *answer = found ? answer_done(plugin->arena, REQUEST_LOGOUT) : answer_not_found(plugin->arena);
    return NULL;
}

static struct err *perform(struct plugin *plugin, const struct request *request, struct str *answer)
{
    switch (request->kind) {
    case REQUEST_GET:
        return get(plugin, request, answer);
    case REQUEST_LOGIN:
        return login(plugin, request, answer);
    case REQUEST_LOGOUT:
        return logout(plugin, request, answer);
    case REQUEST_UNKNOWN:
        break;
    }
    *answer = answer_not_supported(plugin->arena);
    return NULL;
}

static struct str answer_to(struct plugin *plugin, const struct request *request)
{
    struct str answer;
    struct err *err = perform(plugin, request, &answer);
    deadline_clear(&plugin->deadline);
    if (err) {
        err = err_wrap(plugin->arena, err, "%s", failed_to(request->kind));
        return answer_failed(plugin->arena, err);
    }
    return answer;
}

/* One request, one answer; `more` is false after the last. False: cargo does not take the answer.
 */
static bool serve_one(struct plugin *plugin, bool *more)
{
    struct request request;
    struct str line;
    struct err *err = streams_line(plugin->arena, &plugin->streams, &line, more);
    if (!err && !*more) {
        return true;
    }
    if (!err) {
        err = request_parse(plugin->arena, line, &request);
    }
    if (err) {
        *more = false; /* as in cargo's own providers: what follows cannot be trusted */
        return write_all(plugin->streams.out, answer_failed(plugin->arena, err));
    }
    return write_all(plugin->streams.out, answer_to(plugin, &request));
}

static struct err *serve(struct arena *arena, struct plugin *plugin)
{
    TRY(streams_take(arena, &plugin->streams));
    TRY(deadline_start(arena, &plugin->deadline, plugin->streams.out));
    bool taken = write_all(plugin->streams.out, protocol_hello(arena));
    for (bool more = true; taken && more;) {
        taken = serve_one(plugin, &more);
        arena_clear(plugin->arena);
    }
    return taken ? NULL : err_new(arena, "cargo does not read the answer");
}

/* --list: a line for each item, then a `.`, without which the list is not all of it. */
static struct err *list(struct plugin *plugin)
{
    struct buf lines = buf_new(plugin->arena);
    TRY(deadline_start(plugin->arena, &plugin->deadline, STDOUT_FILENO));
    struct err *err = keyring_list(keyring_ready(plugin, REQUEST_GET), &lines);
    deadline_clear(&plugin->deadline);
    if (err) {
        return err;
    }
    buf_add(&lines, STR(".\n"));
    return write_all(STDOUT_FILENO, buf_str(&lines)) ? NULL
                                                     : err_new(plugin->arena, "nobody reads");
}

/* In place of the `.`, in one line: whoever reads the list wants to say it in its own way. */
static struct str list_error(struct arena *arena, const struct err *err)
{
    struct buf line = buf_new(arena);
    buf_add(&line, STR("error"));
    for (; err; err = err->cause) {
        buf_addf(&line, ": %s", err->message.data);
    }
    buf_add_char(&line, '\n');
    return buf_str(&line);
}

static int list_run(void)
{
    CLEANUP(arena_free) struct arena arena = {0};
    struct plugin plugin = {.arena = &arena};
    (void)unsetenv("G_DBUS_DEBUG");
    const struct err *err = list(&plugin);
    keyring_close(&plugin.keyring);
    deadline_stop(&plugin.deadline);
    if (err) {
        (void)write_all(STDOUT_FILENO, list_error(&arena, err));
    }
    return err ? 1 : 0;
}

static int plugin_run(void)
{
    CLEANUP(arena_free) struct arena arena = {0};
    CLEANUP(arena_free) struct arena for_request = {0};
    struct plugin plugin = {.arena = &for_request};

    arena_private();
    (void)signal(SIGPIPE, SIG_IGN);
    (void)unsetenv("G_DBUS_DEBUG"); /* GLib would print messages, secrets included */
    protocol_init();

    struct err *err = serve(&arena, &plugin);
    keyring_close(&plugin.keyring);
    deadline_stop(&plugin.deadline);
    streams_free(&plugin.streams);
    if (err) {
        (void)fprintf(stderr, "error: %s\n", err->message.data);
    }
    return err ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct str argument = str_of(argc == 2 ? argv[1] : NULL);
    if (str_eq(argument, STR("--cargo-plugin"))) {
        return plugin_run();
    }
    if (str_eq(argument, STR("--list"))) {
        return list_run();
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
