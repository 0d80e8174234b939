#include "credential/server_kind.h"

#define SPARSE "sparse+"

const char *const server_kind_names[] = {
    [SERVER_CRATES_IO] = "crates.io",
    [SERVER_TRUSTED_PUBLISHING] = "trusted publishing",
    [SERVER_ARTIFACTORY] = "Artifactory",
    [SERVER_GITLAB] = "GitLab",
    [SERVER_GITEA] = "Gitea",
    [SERVER_OTHER] = "other",
};

const char *const server_action_names[] = {
    [SERVER_REVOKE] = "revoke",
    [SERVER_CHECK] = "check",
    [SERVER_INSPECT] = "inspect",
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
    while (i < count && strcmp(names[i], name) != 0) {
        i++;
    }
    return i;
}

/* The parts of an index URL that the rules use. They point into the URL. */
struct parts {
    bool is_sparse;
    struct str scheme; /* without `sparse+` */
    struct str host;   /* with port, without user name */
    struct str path;   /* begins with a slash or is empty; without its final slash */
};

static struct str view(struct str text, size_t start, size_t end)
{
    return (struct str){text.data + start, end - start};
}

static size_t length_until(struct str text, const char *bytes)
{
    size_t len = 0;
    while (len < text.len && !strchr(bytes, text.data[len])) {
        len++;
    }
    return len;
}

static struct parts parts_of(struct str url)
{
    struct parts parts = {str_starts(url, STR(SPARSE)), STR(""), STR(""), STR("")};
    struct str rest = parts.is_sparse ? view(url, strlen(SPARSE), url.len) : url;
    size_t colon = length_until(rest, ":");
    parts.scheme = view(rest, 0, colon);
    rest = view(rest, colon, rest.len);
    if (!str_starts(rest, STR("://"))) {
        return parts;
    }
    rest = view(rest, 3, rest.len);
    size_t authority = length_until(rest, "/?#");
    struct str host = view(rest, 0, authority);
    parts.host = view(host, (size_t)(str_rfind(host, '@') + 1), host.len);
    rest = view(rest, authority, rest.len);
    size_t path = length_until(rest, "?#");
    parts.path = view(rest, 0, path > 0 && rest.data[path - 1] == '/' ? path - 1 : path);
    return parts;
}

/* To recognize a kind by one more path, add a row. `*` matches one or more bytes of a segment. */
static const struct {
    const char *path;
    enum server_kind kind;
} rules[] = {
    {"/artifactory/api/cargo/*/index", SERVER_ARTIFACTORY},
    {"/artifactory/git/*", SERVER_ARTIFACTORY},
    {"/api/v4/projects/*/packages/cargo", SERVER_GITLAB},
    {"/api/packages/*/cargo", SERVER_GITEA},
    {"/*/_cargo-index.git", SERVER_GITEA},
    {"/*/_cargo-index", SERVER_GITEA},
};

/* Matches the end of the path. Sets `before` to the length of the text before the match. */
static bool path_ends(struct str path, const char *pattern, size_t *before)
{
    size_t at = path.len;
    for (size_t i = strlen(pattern); i > 0; i--) {
        size_t end = at;
        if (pattern[i - 1] == '*') {
            while (at > 0 && path.data[at - 1] != '/') {
                at--;
            }
        } else if (at > 0 && path.data[at - 1] == pattern[i - 1]) {
            at--;
        }
        if (at == end) {
            return false;
        }
    }
    *before = at;
    return true;
}

static bool is_crates_io(const struct parts *parts)
{
    static const char path[] = "/rust-lang/crates.io-index"; /* on GitHub, case does not matter */
    if (!str_eq(parts->scheme, STR("https"))) {
        return false;
    }
    if (parts->is_sparse) {
        return str_eq(parts->host, STR("index.crates.io")) && parts->path.len == 0;
    }
    size_t len = parts->path.len - (str_ends(parts->path, STR(".git")) ? strlen(".git") : 0);
    return str_eq(parts->host, STR("github.com")) && len == strlen(path) &&
           strncasecmp(parts->path.data, path, len) == 0;
}

/* Returns true for 127.0.0.0/8, ::1 and localhost, as the helper does for the parsed URL. */
static bool is_loopback(struct str host)
{
    static const char localhost[] = "localhost"; /* case does not matter */
    ptrdiff_t colon = str_rfind(host, ':');
    struct str name = colon > str_rfind(host, ']') ? view(host, 0, (size_t)colon) : host;
    return str_eq(name, STR("[::1]")) ||
           (name.len == strlen(localhost) && strncasecmp(name.data, localhost, name.len) == 0) ||
           (str_starts(name, STR("127.")) && strspn(name.data, "0123456789.") >= name.len);
}

struct server server_recognize(struct arena *arena, struct str index_url)
{
    struct parts parts = parts_of(index_url);
    if (is_crates_io(&parts)) {
        return (struct server){SERVER_CRATES_IO, STR("https://crates.io"), STR("crates.io"), NULL};
    }
    struct server server = {SERVER_OTHER, STR(""), parts.host, NULL};
    bool is_plain = str_eq(parts.scheme, STR("http"));
    bool is_http = is_plain || str_eq(parts.scheme, STR("https"));
    size_t before = 0;
    size_t i = 0;
    while (i < COUNT(rules) && !path_ends(parts.path, rules[i].path, &before)) {
        i++;
    }
    bool is_known = i < COUNT(rules);
    if (is_known) {
        server.kind = rules[i].kind;
    }
    if (is_known && is_http) {
        server.root = str_format(arena, "%.*s://%.*s%.*s", STR_ARG(parts.scheme),
                                 STR_ARG(parts.host), (int)before, parts.path.data);
    }
    if (is_plain && !is_loopback(parts.host) && (is_known || parts.is_sparse)) {
        /* the API of another git index can be on another host */
        server.obstacle = "a token is sent over http only to this machine, because others could "
                          "read it on the way";
    } else if (is_known && !is_http) {
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
            return view(stored, len, stored.len);
        }
    }
    return stored;
}

bool server_can_send(struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        if ((value.data[i] < ' ' || value.data[i] > '~') && value.data[i] != '\t') {
            return false;
        }
    }
    return value.len > 0;
}

const char *server_token_obstacle(enum server_kind kind, struct str stored)
{
    struct str token = server_bare_token(stored);
    if (!server_can_send(stored) || token.len == 0) {
        return "it was not sent, because it has characters that a request cannot contain";
    }
    if (kind == SERVER_CRATES_IO && !str_starts(token, STR("cio"))) {
        return "it was not sent, because tokens of crates.io begin with `cio`";
    }
    if (kind != SERVER_OTHER && length_until(token, " \t") < token.len) {
        return "it was not sent, because it is not a token but credentials of another scheme";
    }
    return NULL;
}
