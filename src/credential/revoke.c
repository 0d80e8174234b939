#include "credential/provider_client.h"
#include "credential/revoke_client.h"
#include "credential/run.h"
#include "util/child.h"
#include "util/fs.h"
#include "util/map.h"
#include "util/text.h"

/* What a run asks the servers for. */
enum purpose {
    PURPOSE_CHECK,   /* --status --check: whether the tokens are valid */
    PURPOSE_REVOKE,  /* to revoke the tokens */
    PURPOSE_INSPECT, /* --dry-run: the names and scopes of the tokens that would be revoked */
};

/* The calls of a run, and the settings with which they are made. */
struct batch {
    const struct inventory *inventory;
    enum purpose purpose;
    struct network home;
    struct network here;
    bool has_untrusted; /* a project's setting decides how requests are sent: `untrusted` */
    struct setting untrusted;
    struct server_call *calls;
    size_t count;
    size_t size;
};

static struct err *batch_start(struct batch *batch, const struct logout_options *options)
{
    struct config *config = batch->inventory->config;
    struct view trusted = {config->project_count, true, false};
    if (config->name_is_unknown) /* a file that cannot be read could set net.offline or a proxy */
        return err_wrap(config->arena, config->failure, "the network settings are not known");
    TRY(network_allowed(config, options->offline));
    TRY(network_settings(config, trusted, &batch->home));
    TRY(network_settings(config, VIEW_HERE, &batch->here));
    batch->has_untrusted = network_untrusted(config, &batch->untrusted);
    return NULL;
}

/* Returns why the token must not be sent to the project's index, or NULL. */
static const struct err *index_untrusted(struct config *config, const struct credential *c)
{
    struct arena *arena = config->arena;
    const struct registry *registry = c->registry;
    struct key key = KEY(STR("registries"), registry->name, STR("index"));
    struct view trusted = {config->project_count, true, true};
    struct setting home; /* the index without the project's files */
    struct index_url url;
    bool other = c->place == PLACE_PROVIDER && c->provider->index_url.len > 0;
    const struct setting *setting = other ? &c->provider->index_setting : &registry->index_setting;
    if (registry->is_crates_io || !setting->layer || setting->layer->origin != ORIGIN_PROJECT)
        return NULL;
    bool at_home = !config_get(config, trusted, &key, TOML_STRING, &home) && home.value.data;
    bool same = at_home &&
                !index_url_resolve(arena, home.value, setting_root(config, &home), &url) &&
                str_eq(url.canonical, registry->index.canonical);
    if (same && !other)
        return NULL;
    struct str where = setting_location(arena, setting);
    struct err *fix =
        at_home && !same
            ? err_new(arena,
                      "run it outside of `%s`, where your own configuration has another index",
                      text_shown(arena, setting_root(config, setting)).data)
            : err_new(arena, "if you trust it, run the same command with `--config %s`",
                      text_quoted(arena, setting->layer->file->shown).data);
    return err_wrap(
        arena, fix,
        "only a project defines the index of `%s` (%s), and the token is not from this project",
        registry->shown.data, where.data);
}

/* Returns why the token must not be sent, because of a project's configuration, or NULL. */
static const struct err *untrusted_by(const struct batch *batch, const struct credential *c)
{
    struct config *config = batch->inventory->config;
    struct arena *arena = config->arena;
    const struct err *err = c->place == PLACE_KEYRING ? NULL : index_untrusted(config, c);
    if (err || !batch->has_untrusted)
        return err;
    struct str project = text_shown(arena, setting_root(config, &batch->untrusted));
    struct err *fix = err_new(arena, "run it outside of `%s`", project.data);
    return err_wrap(arena, fix,
                    "a project's configuration decides how the request would be sent: %s",
                    setting_location(arena, &batch->untrusted).data);
}

/* Fills the call. Returns why the token must not be sent, or NULL. */
static const struct err *call_make(const struct batch *batch, struct credential *c,
                                   struct str token, struct server_call *out)
{
    struct config *config = batch->inventory->config;
    struct arena *arena = config->arena;
    /* A project decides where the tokens in its own files are sent. */
    bool of_project = c->place == PLACE_CONFIG && c->file->of_project;
    const struct err *err = of_project ? NULL : untrusted_by(batch, c);
    struct index_url url;
    if (index_url_parse(arena, credential_index_url(c), &url))
        return err_new(arena, "the URL of its registry's index is not known");
    struct str cache = str_format(arena, "registry/index/%s", url.host.data);
    *out = (struct server_call){
        .credential = c,
        .revokes = batch->purpose == PURPOSE_REVOKE,
        .server = server_recognize(arena, &url),
        .index = url.text,
        .canonical = url.canonical,
        .cache = path_join(arena, config->home, cache),
        .token = token,
        .network = of_project ? &batch->here : &batch->home,
    };
    const char *obstacle = out->server.obstacle;
    if (!obstacle && token.data)
        obstacle = server_token_obstacle(out->server.kind, token);
    return err || !obstacle ? err : err_new(arena, "%s", obstacle);
}

static void set_kept(struct credential *c, const struct err *error)
{
    c->result = RESULT_KEPT;
    c->error = error;
}

static void keep(const struct inventory *inventory, struct credential *c, const struct err *cause)
{
    struct arena *arena = inventory->config->arena;
    const char *local = c->place == PLACE_VARIABLE
                            ? ""
                            : " (without `--revoke`, cargo-logout removes it from this machine)";
    set_kept(c, err_wrap(arena, cause, "failed to revoke the token for `%s`, so it is kept: %s%s",
                         c->registry->shown.data, credential_location(arena, c).data, local));
}

/* Asks a provider for its token. Returns false if there is nothing to send. The credential then has
 * the error, or is asked to log out as in any run. cargo: credential_action, for `get`. */
static bool get_token(const struct inventory *inventory, struct credential *c, struct str *token)
{
    enum provider_outcome outcome = PROVIDER_NOT_FOUND;
    struct err *err = provider_ask(inventory->config->shell, PROVIDER_GET, c, &outcome, token);
    if (err) {
        set_kept(c, err_wrap(inventory->config->arena, err,
                             "credential provider `%s` failed action `get`", provider_name(c)));
    } else if (outcome == PROVIDER_URL_NOT_SUPPORTED) {
        c->result = RESULT_NOT_SUPPORTED;
    }
    return !err && outcome == PROVIDER_GAVE_TOKEN;
}

/* For --check: asks a provider in the same way as after a logout. */
static bool verify_token(const struct inventory *inventory, struct credential *c, struct str *token)
{
    enum provider_outcome outcome = PROVIDER_NOT_FOUND;
    struct str helper = STR("cargo-credential-libsecret");
    bool runs = c->provider->kind == PROVIDER_EXTERNAL ||
                (c->provider->kind == PROVIDER_LIBSECRET &&
                 !helper_path(inventory->config->arena, helper, &helper));
    if (!runs || c->provider->foreign || c->result != RESULT_PENDING)
        return false;
    c->error = provider_ask(inventory->config->shell, PROVIDER_VERIFY, c, &outcome, token);
    if (!c->error && outcome == PROVIDER_GAVE_TOKEN) {
        c->effect = IN_USE;
        return true;
    }
    c->result = RESULT_NOT_FOUND; /* cargo gets no token either */
    return false;
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
 * cause. */
static const struct err *answer_of(struct arena *arena, const struct credential *c)
{
    const struct server_answer *answer = c->answer;
    struct buf text = buf_new(arena);
    buf_add(&text, text_shown(arena, answer->url));
    if (answer->status > 0)
        buf_addf(&text, " answered %u", answer->status);
    if (answer->detail.len > 0)
        buf_addf(&text, "%s%s", text.len > 0 ? ": " : "", text_shown(arena, answer->detail).data);
    struct err *page = NULL;
    if (answer->page.len > 0)
        page = err_new(arena, "revoke it at <%s>", text_shown(arena, answer->page).data);
    return err_wrap(arena, page, "%s", text.len > 0 ? buf_str(&text).data : "there is no reason");
}

/* Marks other copies of the same registry's token, which this run does not remove, as invalid. */
static void find_copies(const struct inventory *inventory, const struct server_call *call)
{
    const struct credential *sent = call->credential;
    for (struct credential *c = NULL; (c = inventory_next(inventory, c));) {
        if (c->registry->group == sent->registry->group && !c->answer && c->value.data &&
            str_eq(c->value, call->token)) {
            c->answer = sent->answer;
            c->valid = VALIDITY_NO;
        }
    }
}

/* Copies of a token share one answer, so that it is reported once. */
static void settle(const struct batch *batch, const struct server_call *call)
{
    struct arena *arena = batch->inventory->config->arena;
    struct credential *c = call->credential;
    enum server_verdict verdict = call->answer ? call->answer->verdict : VERDICT_UNKNOWN;
    bool invalid = server_verdict_is_invalid(verdict);
    c->answer = call->answer;
    if (batch->purpose == PURPOSE_INSPECT)
        return;
    const struct err *why = c->answer ? answer_of(arena, c) : call->error;
    c->valid = invalid ? VALIDITY_NO : verdict == VERDICT_VALID ? VALIDITY_YES : VALIDITY_UNKNOWN;
    if (batch->purpose == PURPOSE_CHECK) {
        why = verdict == VERDICT_NO_API ? err_wrap(arena, why, "%s", reason_of(c)) : why;
        c->error = c->valid == VALIDITY_UNKNOWN ? why : NULL;
    } else if (invalid) {
        find_copies(batch->inventory, call);
    } else {
        keep(batch->inventory, c,
             err_wrap(arena, why, "%s",
                      c->answer ? reason_of(c)
                                : "the revoke helper failed, so the token may still be valid"));
    }
}

/* After Ctrl-C, starts nothing new and keeps each token that is not known to be invalid. */
static void keep_the_rest(const struct inventory *inventory)
{
    const struct err *error =
        err_new(inventory->config->arena,
                "interrupted by a signal, so tokens that were not revoked are kept");
    for (struct credential *c = NULL; (c = inventory_next(inventory, c));) {
        bool revoked = c->answer && server_verdict_is_invalid(c->answer->verdict);
        bool planned = c->plan == PLAN_REMOVE || c->plan == PLAN_ASK;
        if (c->result == RESULT_PENDING && planned && !revoked)
            set_kept(c, error);
    }
}

/* Returns true if the run is about this credential's token. Sets the token if it is known. */
static bool token_of(const struct batch *batch, struct credential *c, struct str *token)
{
    *token = c->value;
    if (batch->purpose == PURPOSE_CHECK) {
        return c->place == PLACE_PROVIDER ? verify_token(batch->inventory, c, token)
                                          : c->kind == CREDENTIAL_TOKEN && c->value.len > 0;
    }
    if (!c->revoke_first || c->result != RESULT_PENDING)
        return false;
    bool asks = batch->purpose == PURPOSE_REVOKE && !c->value.data;
    return !asks || get_token(batch->inventory, c, token);
}

/* Returns true if the call is made. A dry run asks only servers that report the name and scopes of
 * a token, and no provider. */
static bool is_made(const struct batch *batch, const struct server_call *call)
{
    enum server_kind kind = call->server.kind;
    bool tells = kind == SERVER_ARTIFACTORY || kind == SERVER_GITLAB || kind == SERVER_GITEA;
    return batch->purpose != PURPOSE_INSPECT || (tells && call->token.data);
}

/* Adds a call for the token, unless it cannot be sent. */
static void add_call(struct batch *batch, struct credential *c)
{
    struct str token;
    if (!token_of(batch, c, &token))
        return;
    batch->calls = list_room(batch->inventory->config->arena, batch->calls, sizeof(*batch->calls),
                             batch->count, &batch->size);
    struct server_call *call = &batch->calls[batch->count];
    const struct err *why = call_make(batch, c, token, call);
    if (!why) {
        batch->count += is_made(batch, call);
    } else if (batch->purpose == PURPOSE_CHECK) {
        c->valid = VALIDITY_UNKNOWN;
        c->error = why;
    } else {
        keep(batch->inventory, c, why);
    }
}

struct err *revoke_or_check(struct inventory *inventory, const struct logout_options *options,
                            struct signals *signals)
{
    struct batch batch = {
        .inventory = inventory,
        .purpose = options->status    ? PURPOSE_CHECK
                   : options->dry_run ? PURPOSE_INSPECT
                                      : PURPOSE_REVOKE,
    };
    struct err *err = batch_start(&batch, options);
    if (err) {
        return err_wrap(inventory->config->arena, err, "%s",
                        options->status ? "tokens cannot be checked"
                                        : "tokens cannot be revoked, so none was removed");
    }
    if (batch.purpose == PURPOSE_REVOKE)
        signals_hold(signals);
    for (struct credential *c = NULL; !signals_came(signals) && (c = inventory_next(inventory, c));)
        add_call(&batch, c);
    if (!signals_came(signals)) {
        int64_t until = child_clock() + (int64_t)options->timeout * 1000;
        server_ask(inventory->config->shell, batch.calls, batch.count, until);
        for (size_t i = 0; i < batch.count; i++)
            settle(&batch, &batch.calls[i]);
    }
    if (signals_came(signals))
        keep_the_rest(inventory);
    return NULL;
}
