#include "credential/revoke.h"

#include "credential/remove.h"

/* A token that was sent, or would have been, and what came of it. */
struct known {
    const struct revoker_server *server;
    struct str token;
    const struct revocation *revocation;
    const struct err *cause; /* why nobody knows, where it is not the server's answer */
    struct known *next;
};

struct revoke {
    struct context *context;
    const struct network *network;
    struct signals *signals;
    struct known *known;
};

bool revoke_takes(const struct logout_options *options, const struct logout_registry *registry,
                  const struct credential *credential)
{
    if (credential->kind != CREDENTIAL_TOKEN ||
        !str_eq(credential->registry, registry->registry.name)) {
        return false;
    }
    switch (credential->place) {
    case PLACE_ENVIRONMENT:
        return options->everywhere;
    case PLACE_PROVIDER:
        return credential->provider->kind == PROVIDER_LIBSECRET ||
               credential->provider->kind == PROVIDER_EXTERNAL;
    case PLACE_CREDENTIALS:
    case PLACE_CONFIG:
        break;
    }
    return remove_takes(options, registry, credential);
}

bool revoke_would_keep(const struct logout_options *options, const struct logout_registry *registry,
                       const struct credential *credential)
{
    return options->revoke && revoke_takes(options, registry, credential) &&
           (credential->revocable == REVOCABLE_NO || !registry->server);
}

static struct str token_in_file(const struct context *context, const struct credential *credential)
{
    const struct config_file *file = context->files;
    while (!str_eq(file->path, credential->where)) {
        file = file->next;
        assert(file); /* the survey saw it in one of them */
    }
    struct file_found found;
    file_find(file->doc, credential->registry, &found);
    for (size_t i = 0; i < found.count; i++) {
        const struct toml_node *node = found.nodes[i];
        if (!found.is_secret_key[i] && node->type == TOML_STRING &&
            toml_line(file->doc, node->key_span.start) == credential->line) {
            return node->string;
        }
    }
    return STR("");
}

/* Of a file or a variable; empty where it is no string. */
static struct str token_of(const struct context *context, const struct credential *credential)
{
    if (credential->place == PLACE_ENVIRONMENT) {
        const struct variable *variable = environment_get(&context->environment, credential->where);
        assert(variable); /* the survey saw it, and nobody changes our copy */
        return variable->value;
    }
    return token_in_file(context, credential);
}

/* cargo: credential_action, for `get`. *found is false where there is nothing to revoke; the
 * credential then says why, or is to be asked as in any logout. */
static void token_of_provider(struct context *context, const struct logout_registry *registry,
                              struct credential *credential, bool *found, struct str *token)
{
    struct arena *arena = context->arena;
    enum provider_outcome outcome = PROVIDER_NOT_FOUND;
    provider_announce(context, credential->provider, "get", &registry->registry);
    struct provider_call call;
    struct err *err = provider_call_of(context, &registry->registry, credential->provider, &call);
    err = err ? err : provider_get(context->shell, &call, &outcome, token);
    if (!err && outcome == PROVIDER_OPERATION_NOT_SUPPORTED) {
        err = err_new(arena, "requested operation not supported");
    }
    if (err) {
        credential->state = CREDENTIAL_FAILED;
        credential->failure = err_wrap(arena, err, "credential provider `%s` failed action `get`",
                                       credential->where.data);
    } else if (outcome == PROVIDER_URL_NOT_SUPPORTED) {
        credential->state = CREDENTIAL_UNSUITED;
    }
    *found = !err && outcome == PROVIDER_GAVE_TOKEN;
}

/* Where there is none, each registry has its own reason. */
static bool same_server(const struct revoker_server *a, const struct revoker_server *b)
{
    return a && b && str_eq(a->api, b->api) && str_eq(a->index, b->index) &&
           str_eq(a->clone, b->clone);
}

static const struct known *known_find(const struct revoke *revoke,
                                      const struct logout_registry *registry, struct str token)
{
    const struct known *known = revoke->known;
    while (known &&
           !(same_server(known->server, registry->server) && str_eq(known->token, token))) {
        known = known->next;
    }
    return known;
}

struct notice {
    struct shell *shell;
    struct str registry;
};

/* Only to a person: a log has no use for it. */
static void say_waiting(void *context)
{
    const struct notice *notice = context;
    if (notice->shell->terminal_err) {
        shell_status(notice->shell, "Revoking",
                     "token for `%s`: waiting for its server, %d seconds at most",
                     notice->registry.data, REVOKER_SECONDS);
    }
}

/* What can be said without asking, or else the server's answer. */
static struct err *ask_server(const struct revoke *revoke, const struct logout_registry *registry,
                              struct str token, struct revocation *out)
{
    struct arena *arena = revoke->context->arena;
    const struct registry *named = &registry->registry;
    *out = (struct revocation){.how = REVOCATION_NOT_SENT, .url = STR(""), .detail = STR("")};
    if (revoke_look(named, token) == REVOCABLE_NO) {
        return NULL;
    }
    if (!registry->server) {
        out->how = REVOCATION_NO_API;
        out->detail = registry->no_server;
        return NULL;
    }
    out->how = REVOCATION_NO_ANSWER;
    if (signals_came(revoke->signals)) {
        return err_new(arena, "interrupted by a signal");
    }
    struct revoker_call call = {
        .server = registry->server,
        .kind = revoke_kind(named, token),
        .token = token,
        .network = revoke->network,
    };
    struct notice notice = {revoke->context->shell, named->name};
    struct revoker_wait wait = {say_waiting, &notice};
    return revoker_run(arena, &call, &wait, out);
}

/* Why it is kept, as one can act on it. */
static const char *reason_of(const struct logout_registry *registry, enum revocation_how how)
{
    bool crates_io = revoke_kind(&registry->registry, STR("")) == REVOKER_CRATES_IO;
    switch (how) {
    case REVOCATION_NOT_PERMITTED:
        return crates_io ? "a token with scopes cannot end itself: only "
                           "<https://crates.io/settings/tokens> can"
                         : "this token may not end itself: only the registry's website can";
    case REVOCATION_UNSUPPORTED:
        return "this registry cannot revoke a token in this way: its website may";
    case REVOCATION_REFUSED:
        return "the server refused, so the token may be alive";
    case REVOCATION_NO_API:
        return "nobody says where the registry's API is";
    case REVOCATION_NOT_SENT:
        return crates_io ? "it was not sent, since it cannot be a token of crates.io: those begin "
                           "with `cio`"
                         : "it was not sent, since it is empty or no text that a request can carry";
    case REVOCATION_NO_ANSWER:
    case REVOCATION_REVOKED:
    case REVOCATION_UNKNOWN_TOKEN:
    case REVOCATION_NOT_A_TOKEN:
        break;
    }
    return "the server gave no answer, so the token may be alive: try again";
}

/* `URL answered 403: this token does not ...` */
static struct err *answer_of(struct arena *arena, const struct revocation *revocation)
{
    struct buf text = buf_new(arena);
    buf_add(&text, revocation->url);
    if (revocation->status > 0) {
        buf_addf(&text, " answered %u", revocation->status);
    }
    if (revocation->detail.len > 0) {
        buf_add(&text, text.len > 0 ? STR(": ") : STR(""));
        buf_add(&text, revocation->detail);
    }
    return text.len > 0 ? err_new(arena, "%.*s", STR_ARG(buf_str(&text))) : NULL;
}

static void keep(struct arena *arena, const struct logout_registry *registry,
                 struct credential *credential, const struct err *cause)
{
    const struct revocation *revocation = credential->revocation;
    struct str place = credential_place(arena, credential);
    const struct err *err = cause ? cause : answer_of(arena, revocation);
    const char *reason = reason_of(registry, revocation->how);
    err = err ? err_wrap(arena, err, "%s", reason) : err_new(arena, "%s", reason);
    const char *local = credential->place == PLACE_ENVIRONMENT
                            ? ""
                            : " (without `--revoke` it is removed from this machine all the same)";
    credential->state = CREDENTIAL_KEPT;
    credential->failure =
        err_wrap(arena, err, "failed to revoke the token for `%s`, which is kept%s: %s",
                 registry->registry.name.data, local, place.data);
}

static void add_dead(struct arena *arena, struct logout_registry *registry, struct str token)
{
    struct file_token *dead = arena_new(arena, struct file_token);
    *dead = (struct file_token){token, registry->dead};
    registry->dead = dead;
}

static void revoke_one(struct revoke *revoke, struct logout_registry *registry,
                       struct credential *credential)
{
    struct arena *arena = revoke->context->arena;
    bool found = true;
    struct str token = STR("");
    if (credential->place == PLACE_PROVIDER) {
        token_of_provider(revoke->context, registry, credential, &found, &token);
    } else {
        token = token_of(revoke->context, credential);
    }
    if (!found) {
        return;
    }
    const struct known *known = known_find(revoke, registry, token);
    if (!known) {
        struct known *asked = arena_new(arena, struct known);
        struct revocation *revocation = arena_new(arena, struct revocation);
        *asked = (struct known){.server = registry->server, .token = token, .next = revoke->known};
        asked->cause = ask_server(revoke, registry, token, revocation);
        asked->revocation = revocation;
        revoke->known = asked;
        known = asked;
    }
    credential->revocation = known->revocation;
    credential->revocable = revoke_look(&registry->registry, token);
    if (known->revocation->dead) {
        add_dead(arena, registry, token);
    } else {
        keep(arena, registry, credential, known->cause);
    }
}

/* After a Ctrl-C nothing is begun any more: what is not dead yet is left as it is. */
static void keep_the_rest(const struct revoke *revoke, const struct logout_options *options,
                          struct logout *logout)
{
    const struct err *failure =
        err_new(revoke->context->arena, "interrupted by a signal: what was not revoked is kept");
    for (size_t i = 0; i < logout->count; i++) {
        struct credential *credential = logout->registries[i].credentials;
        for (; credential; credential = credential->next) {
            bool open =
                credential->state == CREDENTIAL_FOUND || credential->state == CREDENTIAL_UNASKED;
            bool concerned = remove_takes(options, &logout->registries[i], credential) ||
                             revoke_takes(options, &logout->registries[i], credential);
            if (open && concerned && !logout_is_dead(credential)) {
                credential->state = CREDENTIAL_KEPT;
                credential->failure = failure;
            }
        }
    }
}

/* The same token elsewhere, where this run does not take it, is as dead. */
static void find_copies(const struct revoke *revoke, struct logout_registry *registry)
{
    for (struct credential *c = registry->credentials; c; c = c->next) {
        if (c->revocation || c->kind != CREDENTIAL_TOKEN || c->place == PLACE_PROVIDER) {
            continue;
        }
        const struct known *known = known_find(revoke, registry, token_of(revoke->context, c));
        if (known && known->revocation->dead) {
            c->revocation = known->revocation;
        }
    }
}

struct err *revoke_credentials(struct context *context, const struct logout_options *options,
                               struct signals *signals, struct logout *logout)
{
    struct network network;
    struct err *err = network_settings(context, options->offline, &network);
    if (err) {
        return err_wrap(context->arena, err, "tokens cannot be revoked, so none was removed");
    }
    for (size_t i = 0; i < logout->count; i++) {
        revoke_find_server(context, &logout->registries[i]);
    }
    if (options->survey_only) {
        return NULL;
    }
    struct revoke revoke = {context, &network, signals, NULL};
    signals_hold(signals);
    for (size_t i = 0; i < logout->count; i++) {
        struct logout_registry *registry = &logout->registries[i];
        for (struct credential *c = registry->credentials; c && !signals_came(signals);
             c = c->next) {
            /* the Secret Service's list may have said that there is none */
            if (revoke_takes(options, registry, c) && c->state != CREDENTIAL_ABSENT) {
                revoke_one(&revoke, registry, c);
            }
        }
    }
    if (signals_came(signals)) {
        keep_the_rest(&revoke, options, logout);
    }
    for (size_t i = 0; i < logout->count; i++) {
        find_copies(&revoke, &logout->registries[i]);
    }
    return NULL;
}
