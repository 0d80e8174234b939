/* What became of tokens on their servers: --revoke. */
#include "cli/report.h"
#include "credential/revoke.h"

/* `https://crates.io` of a URL; what is no URL stays whole. */
static struct str server_of(struct arena *arena, struct str url)
{
    const char *host = memmem(url.data, url.len, "://", 3);
    if (!host) {
        return url;
    }
    const char *end = strpbrk(host + 3, "/?#");
    return end ? str_slice(arena, url, 0, (size_t)(end - url.data)) : url;
}

/* The same answer is that of the same token. */
static bool was_told(const struct logout_registry *registry, const struct credential *credential)
{
    const struct credential *other = registry->credentials;
    while (other != credential && other->revocation != credential->revocation) {
        other = other->next;
    }
    return other != credential;
}

void report_revoked(struct shell *shell, const struct logout_registry *registry)
{
    const char *name = registry->registry.name.data;
    for (const struct credential *c = registry->credentials; c; c = c->next) {
        if (!logout_is_dead(c) || was_told(registry, c)) {
            continue;
        }
        struct str server = server_of(shell->arena, c->revocation->url);
        if (c->revocation->how == REVOCATION_REVOKED) {
            shell_status(shell, "Revoke", "token for `%s` has been revoked by %s", name,
                         server.data);
        } else {
            bool unknown = c->revocation->how == REVOCATION_UNKNOWN_TOKEN;
            shell_status(shell, "Revoke", "token for `%s` was dead already: %s %s", name,
                         server.data, unknown ? "does not know it" : "says that it is none");
        }
    }
}

/* Only crates.io's short-lived tokens are sure to be revocable (revoke_look). */
static const char *path_of(const struct credential *credential)
{
    return credential->revocable == REVOCABLE_YES ? "/api/v1/trusted_publishing/tokens"
                                                  : "/api/v1/tokens/current";
}

static struct str calls_of(struct arena *arena, const struct logout_registry *registry,
                           const struct credential *credential)
{
    const struct revoker_server *server = registry->server;
    const char *path = path_of(credential);
    if (server->api.len > 0) {
        return str_format(arena, "DELETE %s%s", server->api.data, path);
    }
    if (server->index.len > 0) {
        return str_format(arena, "GET %sconfig.json, and DELETE %s of the API that it names",
                          server->index.data, path);
    }
    return str_format(arena, "DELETE %s of the API that the index in `%s` names", path,
                      server->clone.data);
}

bool report_revoke_plan(struct shell *shell, const struct logout_registry *registry,
                        const struct credential *credential)
{
    const char *name = registry->registry.name.data;
    struct str place = credential_place(shell->arena, credential);
    if (!registry->server) {
        shell_status(shell, "Revoke", "token for `%s` would be kept, since %s: %s", name,
                     registry->no_server.data, place.data);
        return false;
    }
    if (credential->revocable == REVOCABLE_NO) {
        shell_status(shell, "Revoke", "token for `%s` would be kept, since it has not its form: %s",
                     name, place.data);
        return false;
    }
    struct str calls = calls_of(shell->arena, registry, credential);
    if (credential->place == PLACE_PROVIDER) {
        shell_status(shell, "Revoke", "%s would be asked for the token for `%s`, to revoke it: %s",
                     place.data, name, calls.data);
    } else {
        shell_status(shell, "Revoke", "token for `%s` would be revoked: %s", name, calls.data);
    }
    return true;
}
