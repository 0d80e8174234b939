#include "credential/ask.h"

#include "util/helper.h"

struct notice {
    struct shell *shell;
    struct str command;
};

static void say_waiting(void *context)
{
    const struct notice *notice = context;
    shell_status(notice->shell, "Waiting", "for credential provider `%s`", notice->command.data);
}

static struct err *call_of(struct context *context, const struct registry *registry,
                           const struct provider *provider, struct plugin_call *out)
{
    struct arena *arena = context->arena;
    struct str *words = arena_new_array(arena, struct str, provider->count + 1);
    words[0] = provider->program;
    if (provider->kind == PROVIDER_LIBSECRET) {
        TRY(helper_path(arena, STR("cargo-credential-libsecret"), &words[0]));
    }
    for (size_t i = 0; i < provider->count; i++) {
        words[i + 1] = provider->arguments[i];
    }
    *out = (struct plugin_call){
        .provider = words,
        .count = provider->count + 1,
        .registry = registry->name,
        .index_url = registry->index.text,
    };
    return NULL;
}

struct err *ask_logout(struct context *context, const struct registry *registry,
                       const struct provider *provider, enum plugin_outcome *out)
{
    struct plugin_call call;
    TRY(call_of(context, registry, provider, &call));
    struct notice notice = {context->shell, provider_command(context->arena, provider)};
    const struct plugin_wait wait = plugin_wait(say_waiting, &notice);
    return plugin_logout(context->arena, &call, &wait, out);
}

struct err *ask_token(struct context *context, const struct registry *registry,
                      const struct provider *provider, enum plugin_outcome *out, struct str *token)
{
    struct plugin_call call;
    TRY(call_of(context, registry, provider, &call));
    struct notice notice = {context->shell, provider_command(context->arena, provider)};
    const struct plugin_wait wait = plugin_wait(say_waiting, &notice);
    return plugin_get(context->arena, &call, &wait, out, token);
}
