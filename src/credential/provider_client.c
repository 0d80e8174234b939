#include "credential/provider_client.h"

#include "util/child.h"
#include "util/json.h"

/* Limit for a hello, for an answer, and for what follows the answer. cargo has no limit. */
#define LINE_LIMIT ((size_t)1024 * 1024)

/* Providers that report "nothing is stored" as an error: the program's name, and the end of a
 * message of that error. cargo-credential-pass repeats the output of `pass` in this message. */
static const struct {
    const char *program;
    const char *ending;
} not_found_errors[] = {
    {"cargo-credential-pass", " is not in the password store."},
    {"cargo-credential-pass", " is not in the password store.')"},
};

/* A request: its kind, and an object with the keys that follow it. */
struct question {
    const char *kind;
    const char *more;
};

static const struct question logout = {"logout", "{}"};
static const struct question read_token = {"get", "{\"operation\":\"read\"}"};
/* cargo sends what it publishes, and providers reject a request without it. */
static const struct question publish_token = {
    "get", "{\"operation\":\"publish\",\"name\":\"cargo-logout\",\"vers\":\"0.0.0\",\"cksum\":"
           "\"0000000000000000000000000000000000000000000000000000000000000000\"}"};

/* The state of one call, which can have two requests. */
struct talk {
    struct shell *shell;
    const struct credential *credential;
    const struct str *words; /* the program, absolute or for PATH, then its arguments */
    size_t count;
    int64_t until;
    bool verifies;
    bool keeps_token; /* if false, all copies of the token are overwritten after reading */
    const struct question *question;
    bool greeted;
    struct provider_answer answer;
};

/* The keys have cargo's order. */
static struct str request_line(const struct talk *talk)
{
    struct arena *arena = talk->shell->arena;
    json_t *registry = json_pack("{so so}", "index-url",
                                 json_from_str(arena, credential_index_url(talk->credential)),
                                 "name", json_from_str(arena, talk->credential->registry->name));
    json_t *request =
        json_pack("{si so ss}", "v", 1, "registry", registry, "kind", talk->question->kind);
    json_t *args = talk->count > 1 ? json_array() : NULL;
    for (size_t i = 1; i < talk->count; i++)
        json_array_append_new(args, json_from_str(arena, talk->words[i]));
    json_object_update_new(request, json_loads(talk->question->more, 0, NULL));
    json_object_set_new(request, "args", args); /* without arguments, it sets nothing */
    return json_line(arena, request);
}

/* Reads an object, which the caller owns. Does not use jansson's error text, because it quotes the
 * line. The first two texts are cargo's, for programs that exit without a line or are no providers.
 */
static struct err *line_read(struct arena *arena, struct str line, json_t **out)
{
    json_error_t error;
    json_wipe_memory();
    *out = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    int row = error.line;
    int column = error.column;
    explicit_bzero(&error, sizeof(error));
    if (*out)
        return NULL;
    if (line.len == 0)
        return err_new(arena, "EOF while parsing a value at line 1 column 0");
    if (!strchr(" \t\r\n{[\"-0123456789tfn", line.data[0]))
        return err_new(arena, "expected value at line 1 column 1");
    return err_new(arena, "malformed JSON at line %d column %d", row, column);
}

static bool is_string(const json_t *value, const char *text)
{
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0 &&
           json_string_length(value) == strlen(text);
}

struct err *provider_hello(struct arena *arena, struct str line)
{
    json_auto_t *hello = NULL;
    struct err *err = line_read(arena, line, &hello);
    struct buf list = buf_new(arena); /* as Rust prints it */
    bool known = false;
    const json_t *versions = json_object_get(hello, "v");
    bool valid = json_is_array(versions);
    for (size_t i = 0; i < json_array_size(versions); i++) {
        const json_t *item = json_array_get(versions, i);
        long long version = json_integer_value(item);
        valid = valid && json_is_integer(item) && version >= 0 && version <= UINT32_MAX;
        known = known || version == 1;
        buf_addf(&list, "%s%lld", i == 0 ? "" : ", ", version);
    }
    if (!err && !valid)
        err = err_new(arena, "expected `{\"v\":[…]}` with a list of versions");
    if (err)
        return err_wrap(arena, err, "failed to deserialize hello");
    return known ? NULL
                 : err_new(arena,
                           "credential provider supports protocol versions [%s], while Cargo "
                           "supports [1]",
                           buf_str(&list).data);
}

/* Reads {"kind":"other","message":"it broke","caused-by":["because","of this"]}. */
static struct err *failure_read(struct arena *arena, const json_t *result,
                                struct provider_answer *out)
{
    const json_t *message = json_object_get(result, "message");
    const json_t *causes = json_object_get(result, "caused-by");
    bool valid = !causes || json_is_null(causes) || json_is_array(causes);
    struct err *failure = NULL;
    for (size_t i = json_array_size(causes) + 1; valid && i > 0; i--) {
        const json_t *text = i > 1 ? json_array_get(causes, i - 2) : message;
        struct err *layer = arena_new(arena, struct err);
        valid = json_is_string(text);
        *layer = (struct err){json_to_str(arena, text), failure};
        failure = layer;
    }
    out->failure = failure;
    return valid ? NULL
                 : err_new(arena, "expected a string `message` and a list of strings `caused-by`");
}

/* Reads the value of Ok. */
static struct err *ok_read(struct arena *arena, const json_t *result, const char *wanted,
                           bool keeps_token, struct provider_answer *out)
{
    static const char *const names[][2] = {
        {"get", "Get"}, {"login", "Login"}, {"logout", "Logout"}};
    const json_t *kind = json_object_get(result, "kind");
    const json_t *token = json_object_get(result, "token");
    out->ok = true;
    out->outcome = PROVIDER_REMOVED;
    if (!is_string(kind, wanted)) {
        const char *name = "Unknown";
        for (size_t i = 0; i < COUNT(names); i++)
            name = is_string(kind, names[i][0]) ? names[i][1] : name;
        out->failure =
            err_new(arena, "credential provider produced unexpected response for `%s` request: %s",
                    wanted, name);
        return NULL;
    }
    if (strcmp(wanted, "get") != 0)
        return NULL;
    if (!json_is_string(token))
        return err_new(arena, "expected a string `token`");
    if (keeps_token)
        out->token = json_to_str(arena, token);
    out->outcome = json_string_length(token) > 0 ? PROVIDER_GAVE_TOKEN : PROVIDER_NOT_FOUND;
    return NULL;
}

/* Reads the value of Err. */
static struct err *err_read(struct arena *arena, const json_t *result, struct provider_answer *out)
{
    const json_t *kind = json_object_get(result, "kind");
    if (is_string(kind, "other"))
        return failure_read(arena, result, out);
    if (is_string(kind, "url-not-supported"))
        out->outcome = PROVIDER_URL_NOT_SUPPORTED;
    else if (is_string(kind, "not-found"))
        out->outcome = PROVIDER_NOT_FOUND;
    else if (is_string(kind, "operation-not-supported"))
        out->outcome = PROVIDER_OPERATION_NOT_SUPPORTED;
    else
        out->failure = err_new(arena, "unknown error kind; try updating Cargo?");
    return NULL;
}

static struct err *answer_read(struct arena *arena, struct str line, const char *wanted,
                               bool keeps_token, struct provider_answer *out)
{
    json_auto_t *answer = NULL;
    TRY(line_read(arena, line, &answer));
    const json_t *ok = json_object_get(answer, "Ok");
    const json_t *result = ok ? ok : json_object_get(answer, "Err");
    if (json_object_size(answer) != 1 || !json_is_string(json_object_get(result, "kind")))
        return err_new(arena, "expected `{\"Ok\":{\"kind\":…}}` or `{\"Err\":{\"kind\":…}}`");
    return ok ? ok_read(arena, result, wanted, keeps_token, out) : err_read(arena, result, out);
}

struct err *provider_answer(struct arena *arena, struct str line, const char *wanted,
                            bool keeps_token, struct provider_answer *out)
{
    struct provider_answer answer = {.token = STR("")};
    struct err *err = answer_read(arena, line, wanted, keeps_token, &answer);
    if (err)
        return err_wrap(arena, err, "failed to deserialize response");
    *out = answer;
    return NULL;
}

/* Returns true if the provider's error means that nothing is stored. */
static bool is_not_found(struct str program, const struct err *failure)
{
    ptrdiff_t slash = str_rfind(program, '/');
    for (; failure; failure = failure->cause) {
        for (size_t i = 0; i < COUNT(not_found_errors); i++)
            if (strcmp(program.data + slash + 1, not_found_errors[i].program) == 0 &&
                str_ends(failure->message, str_of(not_found_errors[i].ending)))
                return true;
    }
    return false;
}

static struct err *on_line(void *context, struct str line, struct str *reply, bool *done)
{
    struct talk *talk = context;
    struct arena *arena = talk->shell->arena;
    if (!talk->greeted) {
        talk->greeted = true;
        TRY(provider_hello(arena, line));
        *reply = request_line(talk);
        return NULL;
    }
    *done = true;
    return provider_answer(arena, line, talk->question->kind, talk->keeps_token, &talk->answer);
}

static void on_notice(void *context)
{
    const struct talk *talk = context;
    shell_status(talk->shell, "Waiting", "for credential provider `%s` (registry `%s`)",
                 provider_name(talk->credential), talk->credential->registry->shown.data);
}

static struct err *exchange(struct talk *talk, enum child_step *step, int *status)
{
    struct str program = talk->words[0];
    const char *const argv[] = {program.data, "--cargo-plugin", NULL};
    const struct child_exchange exchange = {
        .argv = argv,
        .detached = talk->verifies,
        .silent = talk->verifies && talk->shell->verbosity < VERBOSITY_VERY_VERBOSE,
        .until = talk->until,
        .late =
            talk->verifies ? "it took longer than 20 seconds" : "it took longer than 60 seconds",
        .limit = LINE_LIMIT,
        .line = on_line,
        .notice = on_notice,
        .context = talk,
    };
    if (str_find(program, '\0') >= 0) {
        *step = CHILD_START;
        return err_new(talk->shell->arena, "nul byte found in provided data"); /* Rust's words */
    }
    return child_exchange(talk->shell->arena, &exchange, step, status);
}

static struct err *explain(const struct talk *talk, struct err *err, enum child_step step)
{
    struct arena *arena = talk->shell->arena;
    switch (step) {
    case CHILD_START:
        return err_wrap(arena, err, "failed to spawn credential process");
    case CHILD_WRITE:
        return err_wrap(arena, err, "failed to write to credential provider");
    case CHILD_READ:
        return err_wrap(arena, err, "failed to read %s from credential provider",
                        talk->greeted ? "response" : "hello");
    case CHILD_LINE:
        break;
    case CHILD_EXIT:
        return err_wrap(arena, err, "credential process `%s` did not exit after its answer",
                        talk->words[0].data);
    }
    return err;
}

/* Makes one request. Sets `token`, unless it is NULL, if the provider gave one. cargo:
 * CredentialProcessCredential::run. */
static struct err *ask(struct talk *talk, const struct question *question,
                       enum provider_outcome *out, struct str *token)
{
    struct arena *arena = talk->shell->arena;
    struct str program = talk->words[0];
    const struct provider_answer *answer = &talk->answer;
    enum child_step step;
    int status = 0;
    talk->question = question;
    talk->keeps_token = token != NULL;
    talk->greeted = false;
    struct err *err = exchange(talk, &step, &status);
    if (err && (step != CHILD_EXIT || answer->ok))
        return explain(talk, err, step);
    if (answer->ok && status != 0) {
        return err_new(arena, "credential process `%s` failed with status %s", program.data,
                       child_status_text(arena, status).data);
    }
    bool not_found = answer->failure && is_not_found(program, answer->failure);
    if (answer->failure && !not_found)
        return answer->failure;
    if (token && !not_found && answer->outcome == PROVIDER_GAVE_TOKEN)
        *token = answer->token;
    *out = not_found ? PROVIDER_NOT_FOUND : answer->outcome;
    return NULL;
}

bool provider_is_keyring(const struct credential *c)
{
    return c->place == PLACE_KEYRING || c->provider->kind == PROVIDER_LIBSECRET;
}

const char *provider_name(const struct credential *c)
{
    return c->provider ? c->provider->shown.data : "cargo:libsecret";
}

/* cargo: how credential_action handles the answer. */
struct err *provider_ask(struct shell *shell, enum provider_action action,
                         const struct credential *c, enum provider_outcome *out, struct str *token)
{
    bool keyring = provider_is_keyring(c);
    bool verifies = action == PROVIDER_VERIFY;
    bool waits = !verifies && shell_person(shell);
    struct str helper = STR("");
    if (keyring)
        TRY(helper_path(shell->arena, STR("cargo-credential-libsecret"), &helper));
    struct talk talk = {
        .shell = shell,
        .credential = c,
        .words = keyring ? &helper : c->provider->words,
        .count = keyring ? 1 : c->provider->count,
        .until = waits ? CHILD_NO_LIMIT : child_clock() + (int64_t)(verifies ? 20 : 60) * 1000,
        .verifies = verifies,
    };
    enum provider_outcome outcome = PROVIDER_NOT_FOUND;
    const struct question *first = action == PROVIDER_LOGOUT ? &logout : &read_token;
    struct err *err = ask(&talk, first, &outcome, token);
    if (!err && outcome == PROVIDER_OPERATION_NOT_SUPPORTED) {
        err = verifies ? ask(&talk, &publish_token, &outcome, token)
                       : err_new(shell->arena, "requested operation not supported");
    }
    if (err && verifies && shell->verbosity >= VERBOSITY_VERBOSE) {
        shell_note(shell, "credential provider `%s` gives no token for `%s`: %s", provider_name(c),
                   c->registry->shown.data, err->message.data);
    }
    *out = err ? *out : outcome;
    return err;
}
