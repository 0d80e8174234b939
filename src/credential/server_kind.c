#include "credential/server_kind.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <netinet/in.h>
#include <strings.h>

const char *const server_kind_names[] = {
    [SERVER_CRATES_IO] = "crates.io",
    [SERVER_TRUSTED_PUBLISHING] = "trusted publishing",
    [SERVER_ARTIFACTORY] = "Artifactory",
    [SERVER_GITLAB] = "GitLab",
    [SERVER_GITEA] = "Gitea",
    [SERVER_OTHER] = "other",
};

const char *const server_verdict_names[] = {
    [VERDICT_REVOKED_CHECKED] = "revoked-checked",
    [VERDICT_REVOKED_UNCHECKED] = "revoked-unchecked",
    [VERDICT_ALREADY_INVALID] = "already-invalid",
    [VERDICT_UNRECOGNIZED] = "unrecognized",
    [VERDICT_NOT_A_TOKEN] = "not-a-token",
    [VERDICT_VALID] = "valid",
    [VERDICT_NOT_PERMITTED] = "not-permitted",
    [VERDICT_UNSUPPORTED] = "unsupported",
    [VERDICT_REFUSED] = "refused",
    [VERDICT_NO_ANSWER] = "no-answer",
    [VERDICT_NO_API] = "no-api",
    [VERDICT_UNKNOWN] = "unknown",
};

bool server_verdict_is_invalid(enum server_verdict verdict)
{
    return verdict <= VERDICT_NOT_A_TOKEN;
}

size_t server_name_find(const char *const *names, size_t count, const char *name)
{
    size_t i = 0;
    while (i < count && strcmp(names[i], name) != 0)
        i++;
    return i;
}

/* To recognize a kind by one more path, add a row with a pattern for fnmatch() that matches the end
 * of the path. `?*` matches a segment. */
static const struct {
    const char *path;
    enum server_kind kind;
} rules[] = {
    {"/artifactory/api/cargo/?*/index", SERVER_ARTIFACTORY},
    {"/artifactory/git/?*", SERVER_ARTIFACTORY},
    {"/api/v4/projects/?*/packages/cargo", SERVER_GITLAB},
    {"/api/packages/?*/cargo", SERVER_GITEA},
    {"/?*/_cargo-index.git", SERVER_GITEA},
    {"/?*/_cargo-index", SERVER_GITEA},
};

/* Returns the end of the path that matches the pattern, or NULL. */
static const char *matching_end(const char *path, const char *pattern)
{
    while (path && fnmatch(pattern, path, FNM_PATHNAME) != 0)
        path = *path ? strchr(path + 1, '/') : NULL;
    return path;
}

static bool is_crates_io(bool sparse, struct str host, const char *path)
{
    static const char index[] = "/rust-lang/crates.io-index";
    if (sparse)
        return str_eq(host, STR("index.crates.io")) && !*path;
    /* on GitHub, case does not matter */
    return str_eq(host, STR("github.com")) && strncasecmp(path, index, strlen(index)) == 0 &&
           (!path[strlen(index)] || strcmp(path + strlen(index), ".git") == 0);
}

bool server_is_loopback(const char *host)
{
    struct in_addr address;
    bool in_127 =
        inet_aton(host, &address) && ntohl(address.s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET;
    return in_127 || strcmp(host, "[::1]") == 0 || strcasecmp(host, "localhost") == 0;
}

struct server server_recognize(struct arena *arena, const struct index_url *url)
{
    const char *text = url->text.data + (url->is_sparse ? strlen("sparse+") : 0);
    size_t scheme_len = strcspn(text, ":");
    const char *start = text + scheme_len + strlen("://");
    size_t len = strcspn(start, "/");
    const char *user = memrchr(start, '@', len);
    const char *host = user ? user + 1 : start;
    struct str scheme = str_copy(arena, text, scheme_len);
    struct str path = str_of(start + len);
    if (str_ends(path, STR("/")))
        path = str_slice(arena, path, 0, path.len - 1);
    struct str host_and_port = str_copy(arena, host, (size_t)(start + len - host));
    struct server server = {SERVER_OTHER, STR(""), host_and_port, NULL};
    bool is_plain = str_eq(scheme, STR("http"));
    bool is_secure = str_eq(scheme, STR("https"));
    if (is_secure && is_crates_io(url->is_sparse, server.host, path.data))
        return (struct server){SERVER_CRATES_IO, STR("https://crates.io"), STR("crates.io"), NULL};
    const char *end = NULL;
    for (size_t i = 0; i < COUNT(rules) && !end; i++) {
        end = matching_end(path.data, rules[i].path);
        server.kind = end ? rules[i].kind : SERVER_OTHER;
    }
    if (end && (is_plain || is_secure)) {
        server.root = str_format(arena, "%s://%s%.*s", scheme.data, server.host.data,
                                 (int)(end - path.data), path.data);
    }
    if (is_plain && !server_is_loopback(url->host.data) && (end || url->is_sparse)) {
        /* the API of another git index can be on another host */
        server.obstacle = "a token is sent over http only to this machine, because others could "
                          "read it on the way";
    } else if (end && server.root.len == 0) {
        server.obstacle = "could not find the URL of the registry's API";
    }
    return server;
}

struct str server_bare_token(struct str stored)
{
    static const char *const schemes[] = {"Bearer ", "token "};
    for (size_t i = 0; i < COUNT(schemes); i++) {
        size_t len = strlen(schemes[i]);
        if (stored.len > len && strncasecmp(stored.data, schemes[i], len) == 0) {
            len += strspn(stored.data + len, " ");
            return (struct str){stored.data + len, stored.len - len};
        }
    }
    return stored;
}

bool server_can_send(struct str value)
{
    for (size_t i = 0; i < value.len; i++)
        if ((value.data[i] < ' ' || value.data[i] > '~') && value.data[i] != '\t')
            return false;
    return value.len > 0;
}

const char *server_token_obstacle(enum server_kind kind, struct str stored)
{
    struct str token = server_bare_token(stored);
    if (!server_can_send(stored) || token.len == 0)
        return "it was not sent, because it has characters that a request cannot contain";
    if (kind == SERVER_CRATES_IO && !str_starts(token, STR("cio")))
        return "it was not sent, because tokens of crates.io begin with `cio`";
    if (kind != SERVER_OTHER && strpbrk(token.data, " \t"))
        return "it was not sent, because it is not a token but credentials of another scheme";
    return NULL;
}
