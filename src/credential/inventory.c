#include "credential/inventory.h"

#include "util/child.h"

bool inventory_has(const struct inventory *inventory, const struct registry *registry)
{
    return !inventory->chosen || registry->group == inventory->chosen->group;
}

bool inventory_is_about(const struct inventory *inventory, const struct registry *registry)
{
    return !inventory->chosen || registry == inventory->chosen;
}

struct credential *inventory_next(const struct inventory *inventory, const struct credential *c)
{
    const struct registry *r = c ? c->registry->next : inventory->registries.first;
    if (c && c->next)
        return c->next;
    while (r && !(r->credentials && inventory_has(inventory, r)))
        r = r->next;
    return r ? r->credentials : NULL;
}

static void add(const struct inventory *inventory, struct registry *registry,
                struct credential credential)
{
    struct credential **end =
        registry->last_credential ? &registry->last_credential->next : &registry->credentials;
    credential.session = inventory->session;
    credential.registry = registry;
    credential.asked_about = inventory_is_about(inventory, registry);
    *end = arena_new(inventory->config->arena, struct credential);
    **end = credential;
    registry->last_credential = *end;
}

/*
 * Files.
 */

/* Adds what a table of a registry has. Returns the end of the list. */
static struct stored **store(struct arena *arena, struct stored **end, struct str registry,
                             const struct toml_node *table)
{
    for (size_t i = 0; table && i < COUNT(credential_keys); i++) {
        struct toml_node *node = toml_get(table, str_of(credential_keys[i]));
        if (node) {
            *end = arena_new(arena, struct stored);
            **end = (struct stored){registry, node, (enum credential_kind)i, NULL};
            end = &(*end)->next;
        }
    }
    return end;
}

struct stored *inventory_stored(struct arena *arena, const struct toml_doc *doc,
                                const struct str *name)
{
    const struct str crates_io = STR(CRATES_IO_NAME);
    struct stored *first = NULL;
    struct stored **end = &first;
    if (!name || str_eq(*name, crates_io)) {
        struct toml_node *old = toml_get(doc->root, STR("token"));
        /* Before 2015, the file contained only `token = "..."`. */
        if (old && old->type == TOML_STRING) {
            first = arena_new(arena, struct stored);
            *first = (struct stored){.registry = crates_io, .node = old};
            end = &first->next;
        }
        end = store(arena, end, crates_io, toml_get(doc->root, STR("registry")));
    }
    const struct toml_node *registries = toml_get(doc->root, STR("registries"));
    bool valid = registries && registries->type == TOML_TABLE;
    const struct toml_node *n = !valid ? NULL
                                : name ? toml_get(registries, *name)
                                       : registries->first;
    for (; n; n = name ? NULL : n->next)
        end = store(arena, end, n->key, n);
    return first;
}

/* Returns the effect of a token or secret key that cargo reads. */
static enum effect effect_of_value(const struct registry *registry, struct str value)
{
    if (value.len == 0 || !registry->group->takes_tokens)
        return NEVER_USED;
    return registry->group->indexed ? USED_IF_OTHERS_GO
                                    : PERHAPS_USED; /* another project can define it */
}

/* Adds the stored values of a name in a layer, or of all names of the run if it is NULL. */
static void take_stored(struct inventory *inventory, const struct layer *layer,
                        const struct str *name)
{
    const struct stored *s = inventory_stored(inventory->config->arena, layer->doc, name);
    for (; s; s = s->next) {
        struct registry *registry = registries_get(&inventory->registries, s->registry);
        if (!registry || !inventory_has(inventory, registry))
            continue;
        const struct toml_node *table = s->node->parent;
        bool is_old = table == layer->doc->root;
        bool is_read = is_old ? layer->credentials
                              : !registry->is_crates_io || table->parent == layer->doc->root;
        struct str value = s->node->type == TOML_STRING ? s->node->string : (struct str){0};
        add(inventory, registry,
            (struct credential){
                .kind = s->kind,
                .place = layer->file->credentials ? PLACE_CREDENTIALS : PLACE_CONFIG,
                .file = layer->file,
                .node = s->node,
                .value = value,
                .effect = is_read ? effect_of_value(registry, value) : NEVER_USED,
            });
    }
}

/* Adds what a layer has for the names of the run. Looks up each of them, or goes through the names
 * in the layer if these are fewer. */
static void take_layer(struct inventory *inventory, const struct layer *layer,
                       const struct str *names, size_t count)
{
    const struct toml_node *table = toml_get(layer->doc->root, STR("registries"));
    if (!table || table->type != TOML_TABLE || table->count <= count) {
        take_stored(inventory, layer, NULL);
        return;
    }
    for (size_t i = 0; i < count; i++)
        take_stored(inventory, layer, &names[i]);
}

static void take_files(struct inventory *inventory)
{
    struct map files = {0}; /* a file can be in several layers */
    struct str *names = NULL;
    size_t count = 0;
    size_t size = 0;
    for (const struct registry *r = inventory->registries.first; r; r = r->next) {
        if (inventory_has(inventory, r)) {
            names = list_room(inventory->config->arena, names, sizeof(*names), count, &size);
            names[count++] = r->name;
        }
    }
    for (const struct layer *layer = inventory->config->layers; layer; layer = layer->next)
        if (layer->file && layer->doc &&
            map_add(inventory->config->arena, &files, layer->file->path))
            take_layer(inventory, layer, names, count);
}

/*
 * Variables.
 */

static void take_variables_of(struct inventory *inventory, struct registry *registry)
{
    for (size_t i = 0; i < COUNT(credential_keys); i++) {
        struct key key = registry_key(registry, str_of(credential_keys[i]));
        struct str name = key_variable(inventory->config->arena, &key);
        const struct variable *variable = environment_get(&inventory->config->environment, name);
        if (variable && variable->valid) { /* cargo ignores a token that is not UTF-8 */
            add(inventory, registry,
                (struct credential){
                    .kind = (enum credential_kind)i,
                    .place = PLACE_VARIABLE,
                    .variable = name,
                    .value = variable->value,
                    .effect = effect_of_value(registry, variable->value),
                });
        }
    }
}

static int owner_rank(const struct inventory *inventory, const struct registry *registry)
{
    return 4 * (registry == inventory->chosen) + 2 * inventory_has(inventory, registry) +
           registry->has_index;
}

/* A variable can belong to several names. It is listed once: under the name of --registry, or else
 * under a name of its group, or else under one with an index. CARGO_REGISTRY_TOKEN belongs only to
 * crates-io. */
static void take_variables(struct inventory *inventory)
{
    struct registry *first =
        inventory->config->environment.has_registries ? inventory->registries.first : NULL;
    for (struct registry *r = first; r; r = r->next) {
        struct registry **owner = (struct registry **)map_place(
            inventory->config->arena, &inventory->variable_owners, r->variable_part);
        bool better = !*owner || owner_rank(inventory, r) > owner_rank(inventory, *owner);
        *owner = better && !r->is_crates_io ? r : *owner;
    }
    for (struct registry *r = first; r; r = r->next)
        if (r->is_crates_io || r == map_get(&inventory->variable_owners, r->variable_part))
            take_variables_of(inventory, r);
}

/*
 * Providers.
 */

/* cargo's providers for other systems have no tokens here. cargo:token means files and variables.
 */
static bool holds_credentials(const struct provider *provider)
{
    return provider->kind != PROVIDER_TOKEN && provider->kind != PROVIDER_WINCRED &&
           provider->kind != PROVIDER_MACOS_KEYCHAIN;
}

static void take_list(struct inventory *inventory, struct registry *registry,
                      const struct provider_list *list)
{
    static const enum effect effects[] = {
        [PROVIDER_PASETO] = NEVER_USED, /* needs a nightly cargo; its key is another credential */
        [PROVIDER_TOKEN_FROM_STDOUT] = IN_USE,
        [PROVIDER_LIBSECRET] = PERHAPS_USED,
        [PROVIDER_EXTERNAL] = PERHAPS_USED,
    };
    for (size_t i = 0; i < list->count; i++) {
        const struct provider *provider = &list->items[i];
        if (!holds_credentials(provider))
            continue;
        inventory->uses_keyring |= provider->kind == PROVIDER_LIBSECRET;
        if (registry->has_index || provider->index_url.len > 0) {
            add(inventory, registry,
                (struct credential){
                    .kind = CREDENTIAL_TOKEN,
                    .place = PLACE_PROVIDER,
                    .provider = provider,
                    .effect = effects[provider->kind],
                });
        }
    }
}

/* Finds the token that cargo would send for this registry, unless a provider before cargo:token has
 * one. */
static void find_used(const struct inventory *inventory, const struct registry *registry)
{
    struct config *config = inventory->config;
    const struct registry *used = registry->used;
    bool first =
        registry->providers.count > 0 && registry->providers.items[0].kind == PROVIDER_TOKEN;
    if (!used || !first)
        return;
    struct key key = registry_key(used, STR("token"));
    struct setting setting;
    if (config_get(config, VIEW_HERE, &key, TOML_STRING, &setting) || !setting.value.data)
        return;
    bool has_own = setting.node || used->is_crates_io;
    const struct registry *owner =
        has_own ? used : map_get(&inventory->variable_owners, used->variable_part);
    for (struct credential *c = owner ? owner->credentials : NULL; c; c = c->next) {
        bool same = setting.node ? c->node == setting.node
                                 : c->kind == CREDENTIAL_TOKEN && c->place == PLACE_VARIABLE &&
                                       str_eq(c->variable, setting.variable);
        if (same && c->effect == USED_IF_OTHERS_GO)
            c->effect = IN_USE;
    }
}

/*
 * The keyring.
 */

static bool is_keyring(const struct credential *credential)
{
    return credential->place == PLACE_PROVIDER && credential->provider->kind == PROVIDER_LIBSECRET;
}

static void take_item(struct inventory *inventory, const struct keyring_item *item)
{
    bool is_found = false;
    for (struct credential *c = NULL; (c = inventory_next(inventory, c));) {
        if (is_keyring(c) && str_eq(credential_index_url(c), item->index_url)) {
            c->effect = IN_USE;
            c->item = item;
            is_found = true;
        }
    }
    struct str name = item->name.len > 0 ? item->name : item->index_url;
    struct registry *registry = registries_add(&inventory->registries, name);
    if (!is_found && inventory_is_about(inventory, registry)) {
        add(inventory, registry,
            (struct credential){
                .kind = CREDENTIAL_TOKEN,
                .place = PLACE_KEYRING,
                .item = item,
                .effect = inventory->uses_keyring ? PERHAPS_USED : NEVER_USED,
            });
    }
}

void inventory_look_into_keyring(struct inventory *inventory, enum keyring_search how)
{
    keyring_look(inventory->config->shell, how, &inventory->keyring);
    inventory->keyring_asked = true;
    for (const struct keyring_item *item = inventory->keyring.items; item; item = item->next)
        take_item(inventory, item);
    registries_sort(&inventory->registries);
    if (inventory->keyring.state != KEYRING_LISTED)
        return;
    for (struct credential *c = NULL; (c = inventory_next(inventory, c));)
        if (is_keyring(c) && !c->item && c->result == RESULT_PENDING)
            c->result = RESULT_NOT_FOUND;
}

/* Searches the keyring if the run needs it. A run for one registry does not, because it asks the
 * registry's provider. If no configuration uses the keyring, it does not matter whether the helper
 * is installed. */
static void take_keyring(struct inventory *inventory, const struct logout_options *options)
{
    bool looks_only = options->status || options->dry_run;
    bool uses = inventory->uses_keyring;
    struct str helper;
    if (inventory->chosen && !(looks_only && uses))
        return;
    if (!uses && helper_path(inventory->config->arena, STR("cargo-credential-libsecret"), &helper))
        return;
    inventory_look_into_keyring(inventory,
                                looks_only && !uses ? KEYRING_PEEK : KEYRING_SEARCH_UNLOCKED);
}

struct err *inventory_take(struct config *config, const struct logout_options *options,
                           struct inventory *out)
{
    struct session *session = arena_new(config->arena, struct session);
    struct inventory inventory = {.config = config, .session = session};
    session->fish = str_ends(str_of(getenv("SHELL")), STR("/fish"));
    session->github = getenv("GITHUB_ENV") != NULL;
    session->ci = session->github || getenv("CI");
    registries_find(config, options->all || options->copies, &inventory.registries);
    if (!options->all) {
        bool unknown = !options->registry && config->name_is_unknown;
        struct err *err =
            unknown ? NULL
                    : registry_choose(&inventory.registries, options->registry, &inventory.chosen);
        if (unknown || (err && config->failure)) { /* cargo reports the configuration's fault */
            return err_wrap(config->arena, config->failure->cause, "%s",
                            config->failure->message.data);
        }
        TRY(err);
        registries_sort(&inventory.registries);
    }
    for (struct registry *r = inventory.registries.first; r; r = r->next)
        if (inventory_has(&inventory, r))
            registry_find_providers(&inventory.registries, r);
    take_files(&inventory);
    take_variables(&inventory);
    for (struct registry *r = inventory.registries.first; r; r = r->next) {
        if (inventory_has(&inventory, r)) {
            take_list(&inventory, r, &r->providers);
            take_list(&inventory, r, &r->elsewhere);
            find_used(&inventory, r);
        }
    }
    take_keyring(&inventory, options);
    *out = inventory;
    return NULL;
}
