#include "credential/server_kind.h"

#define SPARSE "sparse+"

/* The parts of an index URL that the rules use. They point into the URL. The scheme is without
 * `sparse+`. */
struct parts {
    struct str scheme;
    struct str host; /* with port, without user name */
    struct str path; /* begins with a slash or is empty; without its final slash */
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
    struct str rest = str_starts(url, STR(SPARSE)) ? view(url, strlen(SPARSE), url.len) : url;
    size_t colon = length_until(rest, ":");
    struct parts parts = {.scheme = view(rest, 0, colon), .host = STR(""), .path = STR("")};
    rest = view(rest, colon, rest.len);
    if (!str_starts(rest, STR("://"))) {
        return parts;
    }
    rest = view(rest, 3, rest.len);
    size_t authority = length_until(rest, "/?#");
    struct str host = view(rest, 0, authority);
    ptrdiff_t at = str_rfind(host, '@');
    parts.host = view(host, (size_t)(at + 1), host.len);
    rest = view(rest, authority, rest.len);
    size_t path = length_until(rest, "?#");
    parts.path = view(rest, 0, path > 0 && rest.data[path - 1] == '/' ? path - 1 : path);
    return parts;
}

/* Matches the end of the path. The pattern begins with a slash, and `*` matches one or more bytes
 * of a segment. Sets `before` to the length of the text before the match. */
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

static const char *const kind_names[] = {
    [SERVER_CRATES_IO] = "crates.io", [SERVER_ARTIFACTORY] = "Artifactory",
    [SERVER_GITLAB] = "GitLab",       [SERVER_GITEA] = "Gitea",
    [SERVER_OTHER] = "other",
};

/* To recognize a kind by one more path, add a row. */
static const struct {
    const char *path;
    enum server_kind kind;
    const char *page; /* path below the root; NULL: no page is known that every user has */
} rules[] = {
    {"/artifactory/api/cargo/*/index", SERVER_ARTIFACTORY, NULL},
    {"/artifactory/git/*", SERVER_ARTIFACTORY, NULL},
    {"/api/v4/projects/*/packages/cargo", SERVER_GITLAB, "/-/user_settings/personal_access_tokens"},
    {"/api/packages/*/cargo", SERVER_GITEA, "/user/settings/applications"},
    {"/*/_cargo-index.git", SERVER_GITEA, "/user/settings/applications"},
    {"/*/_cargo-index", SERVER_GITEA, "/user/settings/applications"},
};

static bool is_crates_io(struct str url)
{
    struct parts parts = parts_of(url);
    if (str_starts(url, STR(SPARSE))) {
        return str_eq(parts.scheme, STR("https")) && str_eq(parts.host, STR("index.crates.io")) &&
               parts.path.len == 0;
    }
    size_t len = str_ends(parts.path, STR(".git")) ? parts.path.len - 4 : parts.path.len;
    static const char path[] = "/rust-lang/crates.io-index"; /* on GitHub, case does not matter */
    return str_eq(parts.scheme, STR("https")) && str_eq(parts.host, STR("github.com")) &&
           len == strlen(path) && strncasecmp(parts.path.data, path, len) == 0;
}

/* Returns the index of the rule, or COUNT(rules). */
static size_t rule_of(struct str path, size_t *before)
{
    size_t i = 0;
    while (i < COUNT(rules) && !path_ends(path, rules[i].path, before)) {
        i++;
    }
    return i;
}

enum server_kind server_kind_of(struct str index_url)
{
    size_t before;
    if (is_crates_io(index_url)) {
        return SERVER_CRATES_IO;
    }
    size_t i = rule_of(parts_of(index_url).path, &before);
    return i < COUNT(rules) ? rules[i].kind : SERVER_OTHER;
}

const char *server_kind_name(enum server_kind kind)
{
    return kind_names[kind];
}

struct str server_root(struct arena *arena, enum server_kind kind, struct str index_url)
{
    if (kind == SERVER_CRATES_IO) {
        return STR("https://crates.io");
    }
    struct parts parts = parts_of(index_url);
    bool is_http = str_eq(parts.scheme, STR("https")) || str_eq(parts.scheme, STR("http"));
    size_t before;
    if (!is_http || rule_of(parts.path, &before) == COUNT(rules)) {
        return STR("");
    }
    return str_format(arena, "%.*s://%.*s%.*s", STR_ARG(parts.scheme), STR_ARG(parts.host),
                      (int)before, parts.path.data);
}

struct str server_host(enum server_kind kind, struct str index_url)
{
    return kind == SERVER_CRATES_IO ? STR("crates.io") : parts_of(index_url).host;
}

/* Returns true for 127.0.0.0/8, ::1 and localhost, as the helper does for the parsed URL. */
static bool is_loopback(struct str host)
{
    ptrdiff_t bracket = str_rfind(host, ']');
    ptrdiff_t colon = str_rfind(host, ':');
    struct str name = colon > bracket ? view(host, 0, (size_t)colon) : host;
    static const char localhost[] = "localhost"; /* case does not matter */
    return str_eq(name, STR("[::1]")) ||
           (name.len == strlen(localhost) && strncasecmp(name.data, localhost, name.len) == 0) ||
           (str_starts(name, STR("127.")) && strspn(name.data, "0123456789.") >= name.len);
}

const char *server_obstacle(enum server_kind kind, struct str index_url)
{
    struct parts parts = parts_of(index_url);
    bool is_plain = str_eq(parts.scheme, STR("http"));
    if (kind == SERVER_CRATES_IO) {
        return NULL;
    }
    if (is_plain && !is_loopback(parts.host)) {
        return kind != SERVER_OTHER || str_starts(index_url, STR(SPARSE))
                   ? "a token is sent over http only to this machine, because others could read it "
                     "on the way"
                   : NULL; /* the API of a git index can be on another host */
    }
    return kind != SERVER_OTHER && !is_plain && !str_eq(parts.scheme, STR("https"))
               ? "could not find the URL of the registry's API"
               : NULL;
}

const char *server_page(struct arena *arena, enum server_kind kind, struct str index_url)
{
    if (kind == SERVER_CRATES_IO) {
        return "https://crates.io/settings/tokens";
    }
    struct str root = server_root(arena, kind, index_url);
    size_t before;
    size_t i = rule_of(parts_of(index_url).path, &before);
    return root.len > 0 && rules[i].page ? str_format(arena, "%s%s", root.data, rules[i].page).data
                                         : NULL;
}
