/* What the Secret Service holds, which can be known without asking for a secret. */
#include "credential/survey.h"

#include "credential/keyring.h"

static bool is_keyring(const struct credential *credential)
{
    return credential->provider && credential->provider->kind == PROVIDER_LIBSECRET;
}

static bool has_item(const struct keyring_item *items, struct str index_url)
{
    for (; items; items = items->next) {
        if (str_eq(items->index_url, index_url)) {
            return true;
        }
    }
    return false;
}

static bool is_known(const struct logout *logout, struct str index_url)
{
    for (size_t i = 0; i < logout->count; i++) {
        const struct logout_registry *registry = &logout->registries[i];
        if (!registry->has_index || !str_eq(registry->registry.index.text, index_url)) {
            continue;
        }
        for (const struct credential *c = registry->credentials; c; c = c->next) {
            if (is_keyring(c)) {
                return true;
            }
        }
    }
    return false;
}

static struct logout_registry stray(struct arena *arena, const struct keyring_item *item)
{
    static const struct provider provider = {
        .kind = PROVIDER_LIBSECRET,
        .program = {"cargo:libsecret", sizeof("cargo:libsecret") - 1},
    };
    struct str name = item->name.len > 0 ? item->name : item->index_url;
    struct credential *credential = arena_new(arena, struct credential);
    *credential = (struct credential){
        .place = PLACE_PROVIDER,
        .where = provider.program,
        .registry = name,
        .provider = &provider,
        .in_force = true,
    };
    return (struct logout_registry){
        .registry = {.name = name, .index = {.text = item->index_url}},
        .has_index = true,
        .providers = &provider,
        .provider_count = 1,
        .credentials = credential,
    };
}

/* Items whose registry has no such provider, or no longer a name. */
static void add_strays(struct context *context, const struct keyring_item *items,
                       struct logout *logout)
{
    size_t count = logout->count;
    for (const struct keyring_item *item = items; item; item = item->next) {
        count++;
    }
    struct logout_registry *registries =
        arena_new_array(context->arena, struct logout_registry, count);
    memcpy(registries, logout->registries, logout->count * sizeof(registries[0]));
    struct logout all = *logout;
    all.registries = registries;
    for (const struct keyring_item *item = items; item; item = item->next) {
        if (!is_known(&all, item->index_url)) {
            registries[all.count++] = stray(context->arena, item);
        }
    }
    *logout = all;
}

void survey_keyring(struct context *context, const struct logout_options *options,
                    struct logout *logout)
{
    struct keyring_view view;
    keyring_look(context->shell, KEYRING_SEARCH_UNLOCKED, &view);
    if (view.state != KEYRING_LISTED) {
        return; /* not known; the provider's own answer says why */
    }
    const struct keyring_item *items = view.items;
    for (size_t i = 0; i < logout->count; i++) {
        struct logout_registry *registry = &logout->registries[i];
        for (struct credential *c = registry->credentials; c; c = c->next) {
            if (is_keyring(c)) {
                bool found = has_item(items, registry->registry.index.text);
                c->state = found ? CREDENTIAL_FOUND : CREDENTIAL_ABSENT;
            }
        }
    }
    if (options->all) {
        add_strays(context, items, logout);
    }
}
