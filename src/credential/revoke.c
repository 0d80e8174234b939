#include "credential/revoke.h"

#include "credential/remove.h"
#include "util/child.h"
#include "util/fs.h"
#include "util/text.h"

/* Network settings, and the project's setting that makes them untrusted. */
struct networks {
    struct network home;
    struct network here;
    bool has_untrusted;
    struct setting untrusted;
};

static struct err *read_networks(struct config *config, const struct logout_options *options,
                                 struct networks *out)
{
    if (config->name_is_unknown) { /* a file that cannot be read could set net.offline or a proxy */
        return err_wrap(config->arena, config->failure, "the network settings are not known");
    }
    TRY(network_allowed(config, options->offline));
    struct view trusted = {config->project_count, true, false};
    TRY(network_settings(config, trusted, &out->home));
    TRY(network_settings(config, VIEW_HERE, &out->here));
    out->has_untrusted = network_untrusted(config, &out->untrusted);
    return NULL;
}

/* Returns true if the token is in the project's own file. The project then decides where it is
 * sent. */
static bool is_of_project(const struct inventory *inventory, const struct credential *c)
{
    if (c->place != PLACE_CONFIG) {
        return false;
    }
    bool project = false;
    for (const struct layer *layer = inventory->config->layers; layer; layer = layer->next) {
        if (layer->file == c->file && layer->origin != ORIGIN_PROJECT) {
            return false;
        }
        project |= layer->file == c->file;
    }
    return project;
}

static struct str project_of(struct config *config, const struct setting *setting)
{
    return text_shown(config->arena, setting_root(config, setting));
}

/* Which index the registry has without the project's files: the same as here, another one, or none.
 */
enum home_index { HOME_SAME, HOME_OTHER, HOME_NONE };

static enum home_index index_at_home(struct config *config, const struct registry *registry)
{
    struct key key = KEY(STR("registries"), registry->name, STR("index"));
    struct view trusted = {config->project_count, true, true};
    struct setting setting;
    struct index_url url;
    if (config_get(config, trusted, &key, TOML_STRING, &setting) || !setting.value.data) {
        return HOME_NONE;
    }
    if (index_url_resolve(config->arena, setting.value, setting_root(config, &setting), &url)) {
        return HOME_OTHER;
    }
    return str_eq(url.canonical, registry->index.canonical) ? HOME_SAME : HOME_OTHER;
}

/* Returns why the token must not be sent to the project's index, or NULL. */
static const struct err *index_untrusted(struct config *config, const struct credential *c)
{
    const struct registry *registry = c->registry;
    bool other = c->place == PLACE_PROVIDER && c->provider->index_url.len > 0;
    const struct setting *setting = other ? &c->provider->index_setting : &registry->index_setting;
    if (registry->is_crates_io || !setting->layer || setting->layer->origin != ORIGIN_PROJECT) {
        return NULL;
    }
    enum home_index home = index_at_home(config, registry);
    if (home == HOME_SAME && !other) {
        return NULL;
    }
    struct arena *arena = config->arena;
    struct str where = setting_location(arena, setting);
    struct err *fix =
        home == HOME_OTHER
            ? err_new(arena,
                      "run it outside of `%s`, where your own configuration has another index",
                      project_of(config, setting).data)
            : err_new(arena, "if you trust it, run the same command with `--config %s`",
                      text_quoted(arena, setting->layer->file->shown).data);
    return err_wrap(
        arena, fix,
        "only a project defines the index of `%s` (%s), and the token is not from this project",
        registry->shown.data, where.data);
}

static const struct err *network_untrusted_by(struct config *config,
                                              const struct networks *networks)
{
    if (!networks->has_untrusted) {
        return NULL;
    }
    struct arena *arena = config->arena;
    struct err *fix =
        err_new(arena, "run it outside of `%s`", project_of(config, &networks->untrusted).data);
    return err_wrap(arena, fix,
                    "a project's configuration decides how the request would be sent: %s",
                    setting_location(arena, &networks->untrusted).data);
}

/* Returns why the token must not be sent, or NULL. */
static const struct err *obstacle(const struct inventory *inventory,
                                  const struct networks *networks, const struct credential *c)
{
    struct config *config = inventory->config;
    struct str url = credential_index_url(c);
    if (url.len == 0) {
        return err_new(config->arena, "the URL of its registry's index is not known");
    }
    if (!is_of_project(inventory, c)) {
        const struct err *err = c->place == PLACE_KEYRING ? NULL : index_untrusted(config, c);
        err = err ? err : network_untrusted_by(config, networks);
        if (err) {
            return err;
        }
    }
    enum server_kind kind = server_kind_of(url);
    const char *why = server_obstacle(kind, url);
    if (why) {
        return err_new(config->arena, "%s", why);
    }
    if (c->value.data && !server_can_know(kind, c->value)) {
        return err_new(
            config->arena, "%s",
            kind == SERVER_CRATES_IO
                ? "it was not sent, because tokens of crates.io begin with `cio`"
                : "it was not sent, because it has characters that a request cannot contain");
    }
    return NULL;
}

static void keep(const struct inventory *inventory, struct credential *c, const struct err *cause)
{
    struct arena *arena = inventory->config->arena;
    const char *local = c->place == PLACE_VARIABLE
                            ? ""
                            : " (without `--revoke`, cargo-logout removes it from this machine)";
    c->result = RESULT_KEPT;
    c->error_is_final = true;
    c->error = err_wrap(arena, cause, "failed to revoke the token for `%s`, so it is kept: %s%s",
                        c->registry->shown.data, credential_location(arena, c).data, local);
}

static struct server_call call_of(const struct inventory *inventory,
                                  const struct networks *networks, const struct credential *c,
                                  struct str token, enum server_action action)
{
    return (struct server_call){
        .action = action,
        .index_url = credential_index_url(c),
        .registry = c->registry->shown,
        .token = token,
        .cargo_home = inventory->config->home,
        .network = is_of_project(inventory, c) ? &networks->here : &networks->home,
    };
}

struct err *revoke_prepare(struct inventory *inventory, const struct logout_options *options)
{
    struct networks networks = {0};
    struct err *err = read_networks(inventory->config, options, &networks);
    if (err) {
        return err_wrap(inventory->config->arena, err,
                        "tokens cannot be revoked, so none was removed");
    }
    for (struct credential *c = inventory_first(inventory); c; c = inventory_next(inventory, c)) {
        const struct err *why = c->revoke_first ? obstacle(inventory, &networks, c) : NULL;
        if (why) {
            keep(inventory, c, why);
        }
    }
    return NULL;
}

/*
 * The tokens of this run and their calls.
 */
struct batch {
    struct credential **credentials;
    struct server_call *calls;
    size_t count;
};

static struct batch batch_new(const struct inventory *inventory)
{
    size_t count = 0;
    for (struct credential *c = inventory_first(inventory); c; c = inventory_next(inventory, c)) {
        count++;
    }
    return (struct batch){
        arena_new_array(inventory->config->arena, struct credential *, count),
        arena_new_array(inventory->config->arena, struct server_call, count),
        0,
    };
}

/* Asks the provider for the token. Returns false if there is nothing to send. The credential then
 * has the error, or is asked to log out as in any run. cargo: credential_action, for `get`. */
static bool token_of_provider(struct inventory *inventory, struct credential *c, struct str *token)
{
    struct arena *arena = inventory->config->arena;
    enum provider_outcome outcome = PROVIDER_NOT_FOUND;
    struct provider_call call;
    struct err *err = remove_call_of(inventory, c, &call);
    if (!err) {
        err = provider_get(inventory->config->shell, &call, &outcome, token);
    }
    if (err) {
        c->result = RESULT_KEPT;
        c->error_is_final = true;
        c->error =
            err_wrap(arena, err, "credential provider `%s` failed action `get`", call.shown.data);
    } else if (outcome == PROVIDER_URL_NOT_SUPPORTED) {
        c->result = RESULT_NOT_SUPPORTED;
    }
    return !err && outcome == PROVIDER_GAVE_TOKEN;
}

static bool token_of(struct inventory *inventory, struct credential *c, struct str *token)
{
    if (c->place == PLACE_PROVIDER || c->place == PLACE_KEYRING) {
        return token_of_provider(inventory, c, token);
    }
    *token = c->value;
    return c->value.data != NULL;
}

static bool same_token(const struct server_call *a, const struct server_call *b)
{
    return str_eq(a->index_url, b->index_url) && str_eq(a->token, b->token);
}

static void ask_servers(const struct inventory *inventory, const struct logout_options *options,
                        struct batch *batch, const struct err **errors)
{
    struct arena *arena = inventory->config->arena;
    struct server_answer *answers = arena_new_array(arena, struct server_answer, batch->count);
    int64_t until = child_clock() + (int64_t)options->timeout * 1000;
    if (batch->count == 0) {
        return;
    }
    server_ask(inventory->config->shell, batch->calls, batch->count, until, answers, errors);
    for (size_t i = 0; i < batch->count; i++) {
        /* copies of a token share one answer, so that it is reported once */
        size_t first = 0;
        while (!same_token(&batch->calls[first], &batch->calls[i])) {
            first++;
        }
        batch->credentials[i]->answer = errors[i] ? NULL : &answers[first];
    }
}

/* Returns why the token is kept, in words that help a person. */
static const char *reason_of(const struct credential *c)
{
    static const char *const reasons[] = {
        [VERDICT_VALID] = "the server still accepts the token",
        [VERDICT_NOT_PERMITTED] = "this token is not allowed to revoke itself",
        [VERDICT_UNSUPPORTED] = "tokens cannot revoke themselves on this server",
        [VERDICT_REFUSED] = "the server refused, so the token may still be valid",
        [VERDICT_NO_ANSWER] =
            "the server gave no complete answer, so the token may still be valid: try again",
        [VERDICT_NO_API] = "could not find the URL of the registry's API",
        [VERDICT_UNKNOWN] = "the server's answers do not show whether the token is valid",
    };
    if (c->answer->verdict == VERDICT_NOT_PERMITTED && c->registry->means_crates_io) {
        return "a token with scopes cannot revoke itself: revoke it at "
               "<https://crates.io/settings/tokens>";
    }
    return reasons[c->answer->verdict];
}

/* Returns `URL answered 403: REASON`, with the page where a person can revoke the token as the
 * cause, or NULL. */
static const struct err *answer_of(struct arena *arena, const struct credential *c)
{
    const struct server_answer *answer = c->answer;
    struct buf text = buf_new(arena);
    buf_add(&text, text_shown(arena, answer->url));
    if (answer->status > 0) {
        buf_addf(&text, " answered %u", answer->status);
    }
    if (answer->detail.len > 0) {
        buf_add(&text, text.len > 0 ? STR(": ") : STR(""));
        buf_add(&text, text_shown(arena, answer->detail));
    }
    struct err *page = NULL;
    if (answer->page.len > 0) {
        page = err_new(arena, "revoke it at <%s>", text_shown(arena, answer->page).data);
    }
    struct err *err = text.len > 0 ? err_new(arena, "%s", buf_str(&text).data) : NULL;
    if (err) {
        err->cause = page;
    }
    return err ? err : page;
}

static void settle_revoked(const struct inventory *inventory, struct credential *c,
                           const struct err *error)
{
    struct arena *arena = inventory->config->arena;
    if (error) {
        keep(inventory, c,
             err_wrap(arena, error, "the revoke helper failed, so the token may still be valid"));
    } else if (!server_verdict_is_invalid(c->answer->verdict)) {
        const struct err *answer = answer_of(arena, c);
        keep(inventory, c,
             answer ? err_wrap(arena, answer, "%s", reason_of(c))
                    : err_new(arena, "%s", reason_of(c)));
    } else {
        c->valid = VALIDITY_NO;
    }
}

/* Marks other copies of the same registry's token, which this run does not remove, as invalid. */
static void find_copies(const struct inventory *inventory, const struct credential *sent,
                        struct str token)
{
    if (!sent->answer || !server_verdict_is_invalid(sent->answer->verdict)) {
        return;
    }
    for (struct credential *c = inventory_first(inventory); c; c = inventory_next(inventory, c)) {
        if (c->registry->group == sent->registry->group && !c->answer && c->value.data &&
            str_eq(c->value, token)) {
            c->answer = sent->answer;
            c->valid = VALIDITY_NO;
        }
    }
}

/* After Ctrl-C, starts nothing new and keeps each token that is not known to be invalid. */
static void keep_the_rest(const struct inventory *inventory)
{
    const struct err *error =
        err_new(inventory->config->arena,
                "interrupted by a signal, so tokens that were not revoked are kept");
    for (struct credential *c = inventory_first(inventory); c; c = inventory_next(inventory, c)) {
        bool revoked = c->answer && server_verdict_is_invalid(c->answer->verdict);
        bool planned = c->plan == PLAN_REMOVE || c->plan == PLAN_ASK;
        if (c->result == RESULT_PENDING && planned && !revoked) {
            c->result = RESULT_KEPT;
            c->error = error;
            c->error_is_final = true;
        }
    }
}

void revoke_all(struct inventory *inventory, const struct logout_options *options,
                struct signals *signals)
{
    struct networks networks = {0};
    struct batch batch = batch_new(inventory);
    signals_hold(signals);
    if (read_networks(inventory->config, options, &networks)) {
        return; /* cannot happen: revoke_prepare() would have returned this failure */
    }
    for (struct credential *c = inventory_first(inventory); c && !signals_came(signals);
         c = inventory_next(inventory, c)) {
        struct str token;
        if (!c->revoke_first || c->result != RESULT_PENDING || !token_of(inventory, c, &token)) {
            continue;
        }
        batch.calls[batch.count] = call_of(inventory, &networks, c, token, SERVER_REVOKE);
        batch.credentials[batch.count++] = c;
    }
    const struct err **errors =
        arena_new_array(inventory->config->arena, const struct err *, batch.count);
    if (!signals_came(signals)) {
        ask_servers(inventory, options, &batch, errors);
        for (size_t i = 0; i < batch.count; i++) {
            settle_revoked(inventory, batch.credentials[i], errors[i]);
            find_copies(inventory, batch.credentials[i], batch.calls[i].token);
        }
    }
    if (signals_came(signals)) {
        keep_the_rest(inventory);
    }
}

/* Returns true if the server's check reports the token's name and scopes. */
static bool tells_more(enum server_kind kind)
{
    return kind == SERVER_ARTIFACTORY || kind == SERVER_GITLAB || kind == SERVER_GITEA;
}

void revoke_inspect(struct inventory *inventory, const struct logout_options *options)
{
    struct networks networks = {0};
    struct batch batch = batch_new(inventory);
    if (read_networks(inventory->config, options, &networks)) {
        return;
    }
    for (struct credential *c = inventory_first(inventory); c; c = inventory_next(inventory, c)) {
        if (c->revoke_first && c->result == RESULT_PENDING && c->value.data &&
            tells_more(server_kind_of(credential_index_url(c)))) {
            batch.calls[batch.count] = call_of(inventory, &networks, c, c->value, SERVER_INSPECT);
            batch.credentials[batch.count++] = c;
        }
    }
    const struct err **errors =
        arena_new_array(inventory->config->arena, const struct err *, batch.count);
    ask_servers(inventory, options, &batch, errors);
}

static void leave_unknown(struct credential *c, const struct err *why)
{
    c->valid = VALIDITY_UNKNOWN;
    c->error = why;
}

static void settle_checked(struct arena *arena, struct credential *c, const struct err *error)
{
    assert(error || c->answer);
    enum server_verdict verdict = c->answer ? c->answer->verdict : VERDICT_UNKNOWN;
    bool invalid = verdict == VERDICT_ALREADY_INVALID || verdict == VERDICT_UNRECOGNIZED ||
                   verdict == VERDICT_NOT_A_TOKEN;
    c->error = NULL;
    if (verdict == VERDICT_VALID || invalid) {
        c->valid = invalid ? VALIDITY_NO : VALIDITY_YES;
        return;
    }
    const struct err *answer = error ? error : answer_of(arena, c);
    if (!answer) {
        answer = err_new(arena, "%s", reason_of(c));
    } else if (verdict == VERDICT_NO_API) {
        answer = err_wrap(arena, answer, "%s", reason_of(c));
    }
    leave_unknown(c, answer);
}

/* Asks a provider in the same way as after a logout. */
static bool token_for_check(struct inventory *inventory, struct credential *c, struct str *token)
{
    struct provider_call call;
    enum provider_outcome outcome = PROVIDER_NOT_FOUND;
    if (c->place != PLACE_PROVIDER) {
        *token = c->value;
        return c->kind == CREDENTIAL_TOKEN && c->value.len > 0;
    }
    bool runs = c->provider->kind == PROVIDER_EXTERNAL || c->provider->kind == PROVIDER_LIBSECRET;
    if (!runs || c->provider->foreign || c->result != RESULT_PENDING ||
        remove_call_of(inventory, c, &call)) {
        return false;
    }
    c->error = remove_verify(inventory, c, &call, &outcome, token);
    if (!c->error && outcome == PROVIDER_GAVE_TOKEN) {
        c->effect = IN_USE;
        return true;
    }
    c->result = RESULT_NOT_FOUND; /* cargo gets no token either */
    return false;
}

struct err *revoke_check(struct inventory *inventory, const struct logout_options *options)
{
    struct networks networks = {0};
    struct batch batch = batch_new(inventory);
    struct err *err = read_networks(inventory->config, options, &networks);
    if (err) {
        return err_wrap(inventory->config->arena, err, "tokens cannot be checked");
    }
    for (struct credential *c = inventory_first(inventory); c; c = inventory_next(inventory, c)) {
        struct str token;
        if (!token_for_check(inventory, c, &token)) {
            continue;
        }
        const struct err *why = obstacle(inventory, &networks, c);
        if (why) {
            leave_unknown(c, why);
            continue;
        }
        batch.calls[batch.count] = call_of(inventory, &networks, c, token, SERVER_CHECK);
        batch.credentials[batch.count++] = c;
    }
    const struct err **errors =
        arena_new_array(inventory->config->arena, const struct err *, batch.count);
    ask_servers(inventory, options, &batch, errors);
    for (size_t i = 0; i < batch.count; i++) {
        settle_checked(inventory->config->arena, batch.credentials[i], errors[i]);
    }
    return NULL;
}
