#include "credential/survey.h"

#include "credential/names.h"
#include "credential/revoke.h"
#include "credential/file.h"

static struct credential *credential_add(struct context *context, struct logout_registry *survey,
                                         struct credential credential)
{
    struct credential **end = &survey->credentials;
    while (*end) {
        end = &(*end)->next;
    }
    *end = arena_new(context->arena, struct credential);
    **end = credential;
    return *end;
}

/* The old `token` above all tables counts in a credentials file only. */
static bool is_looked_at(const struct config_file *file, const struct toml_node *node)
{
    return file->is_credentials || node->parent != file->doc->root;
}

static void find_in_file(struct context *context, struct logout_registry *survey, struct str name,
                         const struct config_file *file)
{
    struct file_found found;
    file_find(file->doc, name, &found);
    for (size_t i = 0; i < found.count; i++) {
        bool is_token = !found.is_secret_key[i] && found.nodes[i]->type == TOML_STRING;
        struct str token = is_token ? found.nodes[i]->string : STR("");
        credential_add(
            context, survey,
            (struct credential){
                .kind = found.is_secret_key[i] ? CREDENTIAL_SECRET_KEY : CREDENTIAL_TOKEN,
                .revocable = revoke_look(&survey->registry, token),
                .place = file->is_credentials ? PLACE_CREDENTIALS : PLACE_CONFIG,
                .where = file->path,
                .line = toml_line(file->doc, found.nodes[i]->key_span.start),
                .registry = name,
                .in_force = survey->takes_tokens && is_looked_at(file, found.nodes[i]),
            });
    }
}

static void find_in_environment(struct context *context, struct logout_registry *survey,
                                struct str name)
{
    static const char *const keys[] = {
        [CREDENTIAL_TOKEN] = "token",
        [CREDENTIAL_SECRET_KEY] = "secret-key",
    };
    struct config_key table = names_table(context->arena, name);
    for (enum credential_kind kind = CREDENTIAL_TOKEN; kind <= CREDENTIAL_SECRET_KEY; kind++) {
        struct config_key key = config_key_push(context->arena, &table, str_of(keys[kind]));
        const struct variable *variable = environment_get(&context->environment, key.env);
        if (variable && variable->valid) { /* cargo ignores a token that is not UTF-8 */
            struct str token = kind == CREDENTIAL_TOKEN ? variable->value : STR("");
            credential_add(context, survey,
                           (struct credential){
                               .kind = kind,
                               .place = PLACE_ENVIRONMENT,
                               .revocable = revoke_look(&survey->registry, token),
                               .where = key.env,
                               .registry = name,
                               .in_force = survey->takes_tokens,
                           });
        }
    }
}

static void find_under(struct context *context, struct logout_registry *survey, struct str name)
{
    for (const struct config_file *file = context->files; file; file = file->next) {
        find_in_file(context, survey, name, file);
    }
    find_in_environment(context, survey, name);
}

/* Those of cargo for other systems have nothing here; cargo:token is the files and variables. */
static bool is_place(const struct provider *provider)
{
    return provider->kind != PROVIDER_TOKEN && provider->kind != PROVIDER_WINCRED &&
           provider->kind != PROVIDER_MACOS_KEYCHAIN;
}

static void find_providers(struct context *context, struct logout_registry *survey)
{
    for (size_t i = 0; i < survey->provider_count; i++) {
        const struct provider *provider = &survey->providers[i];
        if (is_place(provider)) {
            credential_add(context, survey,
                           (struct credential){
                               .kind = CREDENTIAL_TOKEN,
                               .place = PLACE_PROVIDER,
                               .state = CREDENTIAL_UNASKED,
                               .where = provider_command(context->arena, provider),
                               .registry = survey->registry.name,
                               .provider = provider,
                               .in_force = true,
                           });
        }
    }
}

static struct err *find_providers_of(struct context *context, struct logout_registry *survey)
{
    const struct registry_config *config;
    TRY(registry_credentials(context, &survey->registry, &config));
    TRY(provider_list(context, &survey->registry, config, &survey->providers,
                      &survey->provider_count));
    for (size_t i = 0; i < survey->provider_count; i++) {
        survey->takes_tokens |= survey->providers[i].kind == PROVIDER_TOKEN;
    }
    if (names_mean_crates_io(&survey->registry)) {
        TRY(config_registry(context, STR(""), &config));
    }
    survey->token = config ? config->token : NULL;
    return NULL;
}

static bool is_at(const struct credential *credential, const struct config_string *token)
{
    const struct definition *definition = token->definition;
    if (credential->kind != CREDENTIAL_TOKEN || !str_eq(credential->where, definition->name)) {
        return false;
    }
    return !token->node ||
           credential->line == toml_line(definition->doc, token->node->key_span.start);
}

/* The first provider that has a token gives it. */
static void find_use(struct logout_registry *survey)
{
    enum credential_use first = USE_YES;
    for (size_t i = 0; i < survey->provider_count; i++) {
        bool is_token = survey->providers[i].kind == PROVIDER_TOKEN;
        for (struct credential *c = survey->credentials; c; c = c->next) {
            if (c->provider == &survey->providers[i]) {
                c->use = first = USE_MAYBE;
            } else if (is_token && !c->provider && survey->token && is_at(c, survey->token)) {
                c->use = first;
                first = USE_NO;
            }
        }
        if (first == USE_NO) {
            return;
        }
    }
}

/* cargo goes from the index to whatever names have it, so a token of theirs serves this registry.
 */
static struct err *find_under_other_names(struct context *context, struct logout_registry *survey)
{
    struct names others;
    TRY(names_of_index(context, &survey->registry, &others));
    for (size_t i = 0; i < others.count; i++) {
        find_under(context, survey, others.names[i]);
    }
    return NULL;
}

/*
 * Whatever the configuration has against a name that was told, files may hold something under it,
 * which goes; then the fault is told, unless it is just that no configuration has the name. Loads
 * the credentials.
 */
static struct err *choose(struct context *context, const struct logout_options *options,
                          struct logout_registry *survey, struct logout *out)
{
    struct err *err = context->term_error; /* then only what is told by name is known */
    err = err ? err : registry_choose(context, options->registry, &survey->registry);
    if (!err) {
        survey->has_index = true;
        out->failure = context_try_credentials(context);
        return NULL;
    }
    if (!options->registry) {
        return err;
    }
    struct str name = *options->registry;
    const struct err *broken = context_try_credentials(context);
    if (!names_stored(context, name, options->everywhere)) {
        return err;
    }
    bool is_crates_io = str_eq(name, STR(CRATES_IO_NAME));
    bool known = is_crates_io;
    bool orphan = !context->term_error && !known && !names_known(context, name, &known) && !known;
    survey->registry = (struct registry){.name = name, .is_crates_io = is_crates_io};
    out->failure = orphan ? broken : err;
    return NULL;
}

static struct err *survey_one(struct context *context, const struct logout_options *options,
                              struct logout *out)
{
    struct logout_registry *survey = arena_new(context->arena, struct logout_registry);
    TRY(choose(context, options, survey, out));
    struct err *err = survey->has_index ? find_providers_of(context, survey) : NULL;
    if (err && !out->failure) { /* else cargo would not come so far: the first fault is told */
        if (!names_stored(context, survey->registry.name, options->everywhere)) {
            return err;
        }
        survey->failure = err;
    }
    find_under(context, survey, survey->registry.name);
    find_providers(context, survey);
    if (survey->has_index && !survey->registry.is_crates_io) {
        TRY(find_under_other_names(context, survey));
    }
    find_use(survey);
    out->registries = survey;
    out->count = 1;
    return NULL;
}

/* A registry whose configuration is broken has its failure, and what is in the files all the same.
 */
static void survey_name(struct context *context, struct str name, const struct logout *out,
                        struct logout_registry *survey)
{
    bool known = str_eq(name, STR(CRATES_IO_NAME));
    survey->registry = (struct registry){.name = name, .is_crates_io = known};
    struct err *err = known ? NULL : names_known(context, name, &known);
    if (!err && known) {
        struct registry registry;
        err = registry_choose(context, &name, &registry);
        if (!err) {
            survey->has_index = true;
            survey->registry = registry;
            err = find_providers_of(context, survey);
        }
    }
    survey->failure = err == out->failure ? NULL : err;
    find_under(context, survey, name);
    find_providers(context, survey);
    find_use(survey);
}

static void survey_all(struct context *context, struct logout *out)
{
    struct names names;
    const struct err *broken = context_try_credentials(context);
    out->failure = context->term_error ? context->term_error : broken;
    names_all(context, &names);
    struct logout_registry *registries =
        arena_new_array(context->arena, struct logout_registry, names.count);
    for (size_t i = 0; i < names.count; i++) {
        survey_name(context, names.names[i], out, &registries[i]);
    }
    out->registries = registries;
    out->count = names.count;
}

static bool uses_keyring(const struct logout *logout)
{
    for (const struct credential *c = logout->registries[0].credentials; c; c = c->next) {
        if (c->provider && c->provider->kind == PROVIDER_LIBSECRET) {
            return true;
        }
    }
    return false;
}

struct err *survey_places(struct context *context, const struct logout_options *options,
                          struct logout *out)
{
    if (options->all) {
        survey_all(context, out);
    } else {
        TRY(survey_one(context, options, out));
    }
    if (options->all || (options->survey_only && uses_keyring(out))) {
        survey_keyring(context, options, out);
    }
    return NULL;
}
