#include "registry/provider.h"

static enum provider_kind kind_of(struct str program)
{
    static const char *const built_in[] = {
        [PROVIDER_TOKEN] = "cargo:token",
        [PROVIDER_PASETO] = "cargo:paseto",
        [PROVIDER_TOKEN_FROM_STDOUT] = "cargo:token-from-stdout",
        [PROVIDER_WINCRED] = "cargo:wincred",
        [PROVIDER_MACOS_KEYCHAIN] = "cargo:macos-keychain",
        [PROVIDER_LIBSECRET] = "cargo:libsecret",
    };
    for (size_t i = 0; i < COUNT(built_in); i++) {
        if (str_eq(program, str_of(built_in[i]))) {
            return (enum provider_kind)i;
        }
    }
    return PROVIDER_EXTERNAL;
}

/* What stands in [credential-alias] for a provider without arguments. Errors in there count as not
 * set. cargo: resolve_credential_alias. */
static const struct config_program *find_alias(struct context *context,
                                               const struct config_program *program)
{
    if (program->count > 0) {
        return NULL;
    }
    struct str name = program->program.value;
    struct config_key key =
        config_key(context->arena, str_format(context->arena, "credential-alias.%s", name.data));
    const struct config_program *alias = NULL;
    if (config_program(context, &key, &alias) || !alias) {
        return NULL;
    }
    if (kind_of(name) == PROVIDER_EXTERNAL) {
        return alias;
    }
    context_warn(
        context, STR(""),
        "credential-alias `%s` (defined in `%s`) will be ignored because it would shadow a "
        "built-in credential-provider",
        name.data, definition_display(context->arena, alias->program.definition).data);
    return NULL;
}

static struct provider make_provider(struct context *context, const struct config_program *written)
{
    const struct config_program *alias = find_alias(context, written);
    const struct config_program *meant = alias ? alias : written;
    struct str program =
        definition_program(context, meant->program.definition, meant->program.value);
    return (struct provider){
        .kind = kind_of(program),
        .program = program,
        .arguments = meant->arguments,
        .count = meant->count,
    };
}

static struct err *global_providers(struct context *context, const struct provider **out,
                                    size_t *count)
{
    struct config_key key = config_key(context->arena, STR("registry.global-credential-providers"));
    const struct config_strings *list;
    TRY(config_strings(context, &key, &list));
    size_t listed = list ? list->count : 0;
    *count = listed > 0 ? listed : 1;
    struct provider *providers = arena_new_array(context->arena, struct provider, *count);
    providers[0] = (struct provider){.kind = PROVIDER_TOKEN, .program = STR("cargo:token")};
    for (size_t i = 0; i < listed; i++) {
        struct config_program program =
            config_program_split(context->arena, &list->values[listed - 1 - i]);
        providers[i] = make_provider(context, &program);
    }
    *out = providers;
    return NULL;
}

static void warn_ignored(struct context *context, const struct registry *registry, const char *what,
                         const struct config_string *value, const char *reason)
{
    context_warn(context, STR(""),
                 "registry `%s` has a %s configured in %s that will be ignored because %s",
                 registry->name.data, what,
                 definition_display(context->arena, value->definition).data, reason);
}

/* The registry has one of its own. */
static void warn_of_specific(struct context *context, const struct registry *registry,
                             const struct registry_config *config, const struct provider *provider)
{
    struct str reason =
        str_format(context->arena, "this registry is configured to use credential-provider `%s`",
                   provider->program.data);
    if (config->token && provider->kind != PROVIDER_TOKEN) {
        warn_ignored(context, registry, "token", config->token, reason.data);
    }
    if (config->secret_key && provider->kind != PROVIDER_PASETO) {
        warn_ignored(context, registry, "secret-key", config->secret_key, reason.data);
    }
}

static bool has_kind(const struct provider *providers, size_t count, enum provider_kind kind)
{
    for (size_t i = 0; i < count; i++) {
        if (providers[i].kind == kind) {
            return true;
        }
    }
    return false;
}

struct err *provider_list(struct context *context, const struct registry *registry,
                          const struct registry_config *config, const struct provider **out,
                          size_t *count)
{
    /* These are looked at, with their warnings, even where the registry has one of its own. */
    const struct provider *providers;
    size_t all;
    TRY(global_providers(context, &providers, &all));
    if (config && config->credential_provider) {
        struct provider *own = arena_new(context->arena, struct provider);
        *own = make_provider(context, config->credential_provider);
        warn_of_specific(context, registry, config, own);
        *out = own;
        *count = 1;
        return NULL;
    }
    if (config && config->token && !has_kind(providers, all, PROVIDER_TOKEN)) {
        warn_ignored(context, registry, "token", config->token,
                     "the `cargo:token` credential provider is not listed in "
                     "`registry.global-credential-providers`");
    }
    *out = providers;
    *count = all;
    return NULL;
}

struct str provider_command(struct arena *arena, const struct provider *provider)
{
    struct buf out = buf_new(arena);
    buf_add(&out, provider->program);
    for (size_t i = 0; i < provider->count; i++) {
        buf_add_char(&out, ' ');
        buf_add(&out, provider->arguments[i]);
    }
    return buf_str(&out);
}

void provider_announce(struct context *context, const struct provider *provider, const char *action,
                       const struct registry *registry)
{
    if (context->shell->verbosity >= VERBOSITY_VERBOSE) {
        shell_status(context->shell, "Credential", "%s %s %s",
                     provider_command(context->arena, provider).data, action, registry->name.data);
    }
}
