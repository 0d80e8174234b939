#include "logout/logout.h"

#include "cargo/provider.h"
#include "store/file.h"

/* What the survey knows; the later steps read it. */
struct survey {
    struct registry registry;
    const struct registry_config *config; /* NULL: nothing is configured for it */
    const struct provider *providers;
    size_t provider_count;
};

static struct err *survey(struct context *context, const struct str *asked, struct survey *out)
{
    TRY(registry_choose(context, asked, &out->registry));
    TRY(registry_credentials(context, &out->registry, &out->config));
    return provider_list(context, &out->registry, out->config, &out->providers,
                         &out->provider_count);
}

/* Is there something that cargo:token may have to remove? The file beside a `credentials` was not
 * read yet. */
static bool token_may_be_there(const struct context *context, const struct survey *survey)
{
    const struct registry_config *config = survey->config;
    return (config && (config->token || config->secret_key)) || context->credentials_hidden.len > 0;
}

/* The credentials file as the configuration has read it, so that the same text is not parsed again.
 */
static const struct toml_doc *credentials_seen(const struct context *context,
                                               const struct registry_config *config)
{
    const struct config_string *token = config ? config->token : NULL;
    return token && str_eq(token->definition->name, context->credentials_path)
               ? token->definition->doc
               : NULL;
}

static void removed_add(struct logout *logout, enum credential_kind kind)
{
    for (size_t i = 0; i < logout->removed_count; i++) {
        if (logout->removed[i] == kind) {
            return;
        }
    }
    logout->removed[logout->removed_count++] = kind;
}

/* The token is told where both went: cargo has one line. */
static struct err *token_remove(struct context *context, const struct survey *survey,
                                struct logout *logout)
{
    const struct file_request request = {
        .home = context->home,
        .registry = survey->registry.is_crates_io ? STR("") : survey->registry.name,
        .seen = credentials_seen(context, survey->config),
    };
    struct file_outcome outcome;
    TRY(file_remove(context->shell, &request, &outcome));
    for (size_t i = 0; i < outcome.count; i++) {
        const struct file_removed *file = &outcome.files[i];
        removed_add(logout, file->token ? CREDENTIAL_TOKEN : CREDENTIAL_SECRET_KEY);
    }
    return NULL;
}

static struct err *unsupported(struct context *context, const struct provider *provider)
{
    const char *reason = provider->kind == PROVIDER_TOKEN_FROM_STDOUT
                             ? "requested operation not supported"
                             : "this version of cargo-logout asks no provider but cargo:token";
    struct err *cause = err_new(context->arena, "%s", reason);
    return err_wrap(context->arena, cause, "credential provider `%s` failed action `logout`",
                    provider_command(context->arena, provider).data);
}

/* What a provider answered, as in cargo's protocol; anything else is an err. */
enum answer { ANSWER_OK, ANSWER_NOT_FOUND, ANSWER_URL_NOT_SUPPORTED };

static struct err *provider_ask(struct context *context, const struct survey *survey,
                                const struct provider *provider, struct logout *logout,
                                enum answer *out)
{
    switch (provider->kind) {
    case PROVIDER_PASETO:
        return err_new(context->arena, "cargo:paseto requires -Zasymmetric-token");
    case PROVIDER_WINCRED:
    case PROVIDER_MACOS_KEYCHAIN: /* of other systems */
        provider_announce(context, provider, "logout", &survey->registry);
        *out = ANSWER_URL_NOT_SUPPORTED;
        return NULL;
    case PROVIDER_TOKEN_FROM_STDOUT:
    case PROVIDER_LIBSECRET:
    case PROVIDER_EXTERNAL:
        provider_announce(context, provider, "logout", &survey->registry);
        return unsupported(context, provider);
    case PROVIDER_TOKEN:
        break;
    }
    provider_announce(context, provider, "logout", &survey->registry);
    *out = ANSWER_NOT_FOUND;
    if (!token_may_be_there(context, survey)) {
        return NULL;
    }
    struct err *err = token_remove(context, survey, logout);
    if (err) {
        return err_wrap(context->arena, err, "credential provider `%s` failed action `logout`",
                        provider_command(context->arena, provider).data);
    }
    *out = logout->removed_count > 0 ? ANSWER_OK : ANSWER_NOT_FOUND;
    return NULL;
}

/* cargo: credential_action. The first that has something to remove ends it. */
static struct err *remove_credentials(struct context *context, const struct survey *survey,
                                      struct logout *logout)
{
    bool answered = false;
    for (size_t i = 0; i < survey->provider_count; i++) {
        enum answer answer = ANSWER_NOT_FOUND;
        TRY(provider_ask(context, survey, &survey->providers[i], logout, &answer));
        if (answer == ANSWER_OK) {
            return NULL;
        }
        answered |= answer == ANSWER_NOT_FOUND;
    }
    return answered ? NULL
                    : err_new(context->arena, "no credential providers could handle the request");
}

static void remaining_add(struct context *context, struct logout *logout, enum credential_kind kind,
                          const struct definition *definition, size_t line)
{
    /* Room for a variable and a file of each kind. */
    if (!logout->remaining) {
        logout->remaining = arena_new_array(context->arena, struct credential, 4);
    }
    logout->remaining[logout->remaining_count++] = (struct credential){kind, definition, line};
}

static void remaining_in_environment(struct context *context, const struct config_key *key,
                                     enum credential_kind kind, struct logout *logout)
{
    const struct variable *variable = environment_get(&context->environment, key->env);
    if (!variable || !variable->valid) { /* cargo ignores a token that is not UTF-8 */
        return;
    }
    struct definition *definition = arena_new(context->arena, struct definition);
    *definition = (struct definition){.kind = DEFINITION_ENVIRONMENT, .name = key->env};
    remaining_add(context, logout, kind, definition, 0);
}

static struct err *remaining_in_config(struct context *context, const struct config_key *key,
                                       enum credential_kind kind, struct logout *logout)
{
    struct config_value value;
    TRY(config_root(context, &value));
    for (size_t i = 0; i < key->count; i++) {
        if (value.type != CONFIG_TABLE || !config_table_get(&value, key->parts[i], &value)) {
            return NULL;
        }
    }
    remaining_add(context, logout, kind, value.definition,
                  toml_line(value.definition->doc, value.node->value.start));
    return NULL;
}

/* Looks at what cargo:token would still find: the environment, and the configuration without the
 * credentials file, which was read again when it was cleaned. */
static struct err *prove(struct context *context, const struct survey *survey, struct logout *out)
{
    static const char *const keys[] = {
        [CREDENTIAL_TOKEN] = "token", [CREDENTIAL_SECRET_KEY] = "secret-key"};
    struct arena *arena = context->arena;
    struct config_key table = config_key(arena, STR("registry"));
    if (!survey->registry.is_crates_io) {
        table = config_key(arena, STR("registries"));
        table = config_key_push(arena, &table, survey->registry.name);
    }
    for (enum credential_kind kind = CREDENTIAL_TOKEN; kind <= CREDENTIAL_SECRET_KEY; kind++) {
        struct config_key key = config_key_push(arena, &table, str_of(keys[kind]));
        remaining_in_environment(context, &key, kind, out);
        TRY(remaining_in_config(context, &key, kind, out));
    }
    return NULL;
}

struct err *logout_run(struct context *context, const struct str *registry, struct logout *out)
{
    struct survey found = {0};
    TRY(survey(context, registry, &found));
    struct logout logout = {
        .name = found.registry.name,
        .is_crates_io = found.registry.is_crates_io,
    };
    TRY(remove_credentials(context, &found, &logout));
    TRY(prove(context, &found, &logout));
    *out = logout;
    return NULL;
}
