/* Where a registry's API is: known, or said by the config.json of its index. */
#include "credential/revoke.h"

#include "util/fs.h"
#include "registry/index_cache.h"
#include "credential/names.h"

#define CRATES_IO_API "https://crates.io"
#define SPARSE        "sparse+"

static bool is_crates_io(const struct registry *registry)
{
    return registry->is_crates_io || names_mean_crates_io(registry);
}

/* Tokens of crates.io begin with `cio`, those of its trusted publishing with `cio_tp_`. */
enum credential_revocable revoke_look(const struct registry *registry, struct str token)
{
    if (!revoker_can_send(token)) {
        return REVOCABLE_NO;
    }
    if (!is_crates_io(registry)) {
        return REVOCABLE_MAYBE;
    }
    return str_starts(token, STR("cio_tp_")) ? REVOCABLE_YES
           : str_starts(token, STR("cio"))   ? REVOCABLE_MAYBE
                                             : REVOCABLE_NO;
}

enum revoker_kind revoke_kind(const struct registry *registry, struct str token)
{
    return !is_crates_io(registry)             ? REVOKER_REGISTRY
           : str_starts(token, STR("cio_tp_")) ? REVOKER_TRUSTED_PUBLISHING
                                               : REVOKER_CRATES_IO;
}

/* A sparse index is asked, by the one who asks the API then. */
static void find_sparse(struct context *context, const struct index_url *url, struct str directory,
                        struct revoker_server *server)
{
    struct arena *arena = context->arena;
    struct str cached = path_join(arena, directory, STR("config.json"));
    server->index = str_slice(arena, url->text, strlen(SPARSE), url->text.len);
    server->cache = path_exists(cached) ? cached : STR("");
}

/* In git it is in cargo's clone. */
static struct err *find_git(struct context *context, const struct registry *registry,
                            struct str directory, struct revoker_server *server)
{
    struct arena *arena = context->arena;
    if (!path_exists(path_join(arena, directory, STR(".git")))) {
        return err_new(arena,
                       "cargo has no copy of its index yet, in `%s`; `cargo search --registry %s "
                       "x` makes one",
                       directory.data, registry->name.data);
    }
    server->clone = directory;
    return NULL;
}

static struct err *find(struct context *context, const struct registry *registry,
                        struct revoker_server *server)
{
    struct index_url url;
    struct str directory;
    TRY(index_url_parse(context->arena, registry->index.text, &url));
    TRY(index_cache_directory(context, &url, &directory));
    if (index_url_is_sparse(&url)) {
        find_sparse(context, &url, directory, server);
        return NULL;
    }
    return find_git(context, registry, directory, server);
}

void revoke_find_server(struct context *context, struct logout_registry *registry)
{
    struct revoker_server *server = arena_new(context->arena, struct revoker_server);
    *server = (struct revoker_server){STR(""), STR(""), STR(""), STR("")};
    registry->server = server;
    if (is_crates_io(&registry->registry)) {
        server->api = STR(CRATES_IO_API);
        return;
    }
    if (!registry->has_index) {
        registry->server = NULL;
        registry->no_server = STR("no configuration says where its index is");
        return;
    }
    struct err *err = find(context, &registry->registry, server);
    if (err) {
        registry->server = NULL;
        registry->no_server = err->message;
    }
}
