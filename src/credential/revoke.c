#include "credential/revoke.h"

#include "credential/remove.h"
#include "credential/revoke_client.h"
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
    bool set = false;
    struct index_url url;
    struct str canonical;
    if (config_string(config, trusted, &key, &set, &setting) || !set) {
        return HOME_NONE;
    }
    if (index_url_resolve(config->arena, setting.value, setting_root(config, &setting), &url) ||
        index_url_canonical(config->arena, &url, &canonical)) {
        return HOME_OTHER;
    }
    return str_eq(canonical, registry->canonical) ? HOME_SAME : HOME_OTHER;
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

/* Fills the call, with the token if it is known. Returns why the token must not be sent, or NULL.
 */
static const struct err *call_make(const struct inventory *inventory,
                                   const struct networks *networks, struct credential *c,
                                   struct server_call *out)
{
    struct config *config = inventory->config;
    struct arena *arena = config->arena;
    bool of_project = is_of_project(inventory, c);
    struct index_url url;
    struct str canonical;
    if (index_url_parse(arena, credential_index_url(c), &url) ||
        index_url_canonical(arena, &url, &canonical)) {
        return err_new(arena, "the URL of its registry's index is not known");
    }
    if (!of_project) {
        const struct err *err = c->place == PLACE_KEYRING ? NULL : index_untrusted(config, c);
        err = err ? err : network_untrusted_by(config, networks);
        if (err) {
            return err;
        }
    }
    struct str host = str_slice(arena, url.text, url.host.start, url.host.end);
    struct str cache = str_format(arena, "registry/index/%s", host.data);
    *out = (struct server_call){
        .credential = c,
        .server = server_recognize(arena, &url),
        .index = url.text,
        .canonical = canonical,
        .cache = path_join(arena, config->home, cache),
        .registry = c->registry->shown,
        .token = c->value,
        .network = of_project ? &networks->here : &networks->home,
    };
    return out->server.obstacle ? err_new(arena, "%s", out->server.obstacle) : NULL;
}

/* Returns why the call's token is not sent, or NULL. */
static const struct err *token_obstacle(struct arena *arena, const struct server_call *call)
{
    const char *why = server_token_obstacle(call->server.kind, call->token);
    return why ? err_new(arena, "%s", why) : NULL;
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

/* The calls of this run. */
struct batch {
    struct server_call *calls;
    size_t count;
};

static struct batch batch_new(const struct inventory *inventory)
{
    size_t count = 0;
    for (struct credential *c = inventory_first(inventory); c; c = inventory_next(inventory, c)) {
        count++;
    }
    return (struct batch){arena_new_array(inventory->config->arena, struct server_call, count), 0};
}

static void batch_add(struct batch *batch, const struct server_call *call,
                      enum server_action action)
{
    batch->calls[batch->count] = *call;
    batch->calls[batch->count++].action = action;
}

/* Copies of a token share one answer, so that it is reported once. */
static void batch_ask(const struct inventory *inventory, const struct logout_options *options,
                      struct batch *batch)
{
    int64_t until = child_clock() + (int64_t)options->timeout * 1000;
    server_ask(inventory->config->shell, batch->calls, batch->count, until);
    for (size_t i = 0; i < batch->count; i++) {
        batch->calls[i].credential->answer = batch->calls[i].answer;
    }
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
    if (!err && outcome == PROVIDER_OPERATION_NOT_SUPPORTED) {
        err = err_new(arena, "requested operation not supported");
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

static void settle_revoked(const struct inventory *inventory, const struct server_call *call)
{
    struct arena *arena = inventory->config->arena;
    struct credential *c = call->credential;
    if (call->error) {
        keep(inventory, c,
             err_wrap(arena, call->error,
                      "the revoke helper failed, so the token may still be valid"));
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
static void find_copies(const struct server_call *call)
{
    const struct credential *sent = call->credential;
    if (!sent->answer || !server_verdict_is_invalid(sent->answer->verdict)) {
        return;
    }
    for (struct registry *r = sent->registry->group; r; r = r->group_next) {
        for (struct credential *c = r->credentials; c; c = c->next) {
            if (!c->answer && c->value.data && str_eq(c->value, call->token)) {
                c->answer = sent->answer;
                c->valid = VALIDITY_NO;
            }
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

/* Returns true if a dry run asks about the token, because the server reports its name and scopes.
 * No provider is asked for its token. */
static bool is_inspected(const struct server_call *call)
{
    enum server_kind kind = call->server.kind;
    bool tells = kind == SERVER_ARTIFACTORY || kind == SERVER_GITLAB || kind == SERVER_GITEA;
    return tells && call->token.data;
}

/* Makes the calls. Tokens that cannot be sent are kept. */
static void collect(struct inventory *inventory, const struct logout_options *options,
                    const struct networks *networks, struct signals *signals, struct batch *batch)
{
    for (struct credential *c = inventory_first(inventory); c; c = inventory_next(inventory, c)) {
        struct server_call call;
        if (!c->revoke_first || c->result != RESULT_PENDING || signals_came(signals)) {
            continue;
        }
        const struct err *why = call_make(inventory, networks, c, &call);
        if (!why && !options->dry_run && !token_of(inventory, c, &call.token)) {
            continue;
        }
        if (!why && call.token.data) {
            why = token_obstacle(inventory->config->arena, &call);
        }
        if (why) {
            keep(inventory, c, why);
        } else if (!options->dry_run) {
            batch_add(batch, &call, SERVER_REVOKE);
        } else if (is_inspected(&call)) {
            batch_add(batch, &call, SERVER_INSPECT);
        }
    }
}

struct err *revoke_all(struct inventory *inventory, const struct logout_options *options,
                       struct signals *signals)
{
    struct networks networks = {0};
    struct batch batch = batch_new(inventory);
    struct err *err = read_networks(inventory->config, options, &networks);
    if (err) {
        return err_wrap(inventory->config->arena, err,
                        "tokens cannot be revoked, so none was removed");
    }
    if (!options->dry_run) {
        signals_hold(signals);
    }
    collect(inventory, options, &networks, signals, &batch);
    if (!signals_came(signals)) {
        batch_ask(inventory, options, &batch);
        for (size_t i = 0; i < batch.count && !options->dry_run; i++) {
            settle_revoked(inventory, &batch.calls[i]);
            find_copies(&batch.calls[i]);
        }
    }
    if (signals_came(signals)) {
        keep_the_rest(inventory);
    }
    return NULL;
}

static void leave_unknown(struct credential *c, const struct err *why)
{
    c->valid = VALIDITY_UNKNOWN;
    c->error = why;
}

static void settle_checked(struct arena *arena, const struct server_call *call)
{
    struct credential *c = call->credential;
    enum server_verdict verdict = c->answer ? c->answer->verdict : VERDICT_UNKNOWN;
    bool invalid = server_verdict_is_invalid(verdict);
    c->error = NULL;
    if (verdict == VERDICT_VALID || invalid) {
        c->valid = invalid ? VALIDITY_NO : VALIDITY_YES;
        return;
    }
    const struct err *answer = c->answer ? answer_of(arena, c) : call->error;
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
    struct arena *arena = inventory->config->arena;
    struct networks networks = {0};
    struct batch batch = batch_new(inventory);
    struct err *err = read_networks(inventory->config, options, &networks);
    if (err) {
        return err_wrap(arena, err, "tokens cannot be checked");
    }
    for (struct credential *c = inventory_first(inventory); c; c = inventory_next(inventory, c)) {
        struct str token;
        struct server_call call;
        if (!token_for_check(inventory, c, &token)) {
            continue;
        }
        const struct err *why = call_make(inventory, &networks, c, &call);
        if (!why) {
            call.token = token;
            why = token_obstacle(arena, &call);
        }
        if (why) {
            leave_unknown(c, why);
        } else {
            batch_add(&batch, &call, SERVER_CHECK);
        }
    }
    batch_ask(inventory, options, &batch);
    for (size_t i = 0; i < batch.count; i++) {
        settle_checked(arena, &batch.calls[i]);
    }
    return NULL;
}
