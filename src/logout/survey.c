#include "logout/survey.h"

#include "logout/names.h"
#include "store/file.h"

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

static void find_in_file(struct context *context, struct logout_registry *survey, struct str name,
                         const struct config_file *file)
{
    struct file_found found;
    file_find(file->doc, name, &found);
    for (size_t i = 0; i < found.count; i++) {
        credential_add(
            context, survey,
            (struct credential){
                .kind = found.is_secret_key[i] ? CREDENTIAL_SECRET_KEY : CREDENTIAL_TOKEN,
                .place = file->is_credentials ? PLACE_CREDENTIALS : PLACE_CONFIG,
                .where = file->path,
                .line = toml_line(file->doc, found.nodes[i]->key_span.start),
                .registry = name,
                .in_force = survey->takes_tokens && !found.is_secret_key[i],
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
        if (environment_get(&context->environment, key.env)) {
            credential_add(context, survey,
                           (struct credential){
                               .kind = kind,
                               .place = PLACE_ENVIRONMENT,
                               .where = key.env,
                               .registry = name,
                               .in_force = survey->takes_tokens && kind == CREDENTIAL_TOKEN,
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

static struct err *find_all(struct context *context, struct logout_registry *survey)
{
    const struct registry *registry = &survey->registry;
    const struct registry_config *config;
    TRY(registry_credentials(context, registry, &config));
    if (survey->has_index) {
        TRY(provider_list(context, registry, config, &survey->providers, &survey->provider_count));
    }
    for (size_t i = 0; i < survey->provider_count; i++) {
        survey->takes_tokens |= survey->providers[i].kind == PROVIDER_TOKEN;
    }
    find_under(context, survey, registry->name);
    find_providers(context, survey);
    struct names others;
    TRY(names_of_index(context, survey, &others));
    for (size_t i = 0; i < others.count; i++) {
        find_under(context, survey, others.names[i]);
    }
    return NULL;
}

struct err *survey_one(struct context *context, const struct logout_options *options,
                       struct logout_registry *out)
{
    struct logout_registry survey = {.has_index = true};
    struct err *err = registry_choose(context, options->registry, &survey.registry);
    if (err) {
        /* A name that no configuration has may have left its token in a file. */
        bool stored = false;
        if (options->registry) {
            survey.has_index = false;
            survey.registry = (struct registry){.name = *options->registry};
            TRY(names_stored(context, survey.registry.name, &stored));
        }
        if (!stored) {
            return err;
        }
    }
    TRY(find_all(context, &survey));
    *out = survey;
    return NULL;
}
