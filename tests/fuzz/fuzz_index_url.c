/*
 * An index URL, with a byte 0xFF before what is taken as a path. The serialised form is printable
 * ASCII, parses to itself with all its parts, and has one canonical form, which is stable too.
 * Every password is noticed, and the host is the text between userinfo and port, so that no request
 * goes to a host that no message shows.
 */
#include "harness.h"

#include "registry/index_url.h"
#include "util/text.h"
#include "util/utf8.h"

static void check_printable(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        HOLDS(text.data[i] >= ' ' && text.data[i] <= '~');
    }
}

/* The text between `//` and the path, found in a simple way. */
static void check_authority(struct arena *arena, const struct index_url *url)
{
    size_t start = url->scheme_end + 1;
    struct str rest = str_slice(arena, url->text, start, url->text.len);
    if (!str_starts(rest, STR("//"))) {
        HOLDS(url->host.start == url->host.end && !url->has_password);
        return;
    }
    size_t len = strcspn(rest.data + 2, "/?#");
    struct str authority = str_slice(arena, rest, 2, 2 + len);
    ptrdiff_t at = str_rfind(authority, '@');
    struct str user = str_slice(arena, authority, 0, at < 0 ? 0 : (size_t)at);
    struct str host = str_slice(arena, url->text, url->host.start, url->host.end);
    struct str behind = str_slice(arena, authority, (size_t)(at + 1), authority.len);
    HOLDS(url->has_password == (str_find(user, ':') >= 0));
    HOLDS(str_find(user, '@') < 0);
    HOLDS(str_starts(behind, host));
    HOLDS(strcspn(host.data, "@\\ ") >= host.len);
    struct str port = str_slice(arena, behind, host.len, behind.len);
    HOLDS(port.len == 0 || port.data[0] == ':');
    HOLDS(strspn(port.data + (port.len > 0), "0123456789") + (port.len > 0) >= port.len);
    HOLDS(url->path.start == start + 2 + len);
}

static void check_same(const struct index_url *a, const struct index_url *b)
{
    HOLDS(str_eq(a->text, b->text));
    HOLDS(a->scheme_end == b->scheme_end && a->has_password == b->has_password);
    HOLDS(a->host.start == b->host.start && a->host.end == b->host.end);
    HOLDS(a->path.start == b->path.start && a->path.end == b->path.end);
}

static void check_canonical(struct arena *arena, const struct index_url *url)
{
    struct str canonical;
    struct err *err = index_url_canonical(arena, url, &canonical);
    HOLDS(!err == (url->text.data[url->scheme_end + 1] == '/'));
    if (err) {
        return;
    }
    check_printable(canonical);
    if (url->path.start == url->scheme_end + 3 && url->host.start == url->host.end &&
        url->text.data[url->scheme_end + 2] == '.') {
        return; /* `a:/.//b`: the `/.` shows that `//b` is a path; cargo too lets it stay alone */
    }
    struct index_url again;
    HOLDS(!index_url_parse(arena, canonical, &again));
    HOLDS(str_eq(again.text, canonical));
    HOLDS(again.has_password == url->has_password);
    /* what ends in one `/` or `.git` more may lose that too, all else stays */
    struct str path = str_slice(arena, again.text, again.path.start, again.path.end);
    struct str twice;
    HOLDS(!index_url_canonical(arena, &again, &twice));
    HOLDS(str_ends(path, STR("/")) || str_ends(path, STR(".git")) || str_eq(twice, canonical));
}

static void check_url(struct arena *arena, const struct index_url *url)
{
    struct index_url again;
    check_printable(url->text);
    HOLDS(url->text.data[url->scheme_end] == ':');
    HOLDS(url->path.start <= url->path.end && url->path.end <= url->text.len);
    check_authority(arena, url);
    HOLDS(!index_url_parse(arena, url->text, &again));
    check_same(url, &again);
    HOLDS(index_url_is_sparse(url) == str_starts(url->text, STR("sparse+")));
    HOLDS(text_is_plain(index_url_shown(arena, url->text)));
    check_canonical(arena, url);
}

static void check_text(struct arena *arena, struct str text)
{
    struct index_url url;
    struct index_url resolved;
    struct err *err = index_url_parse(arena, text, &url);
    struct err *refused = index_url_resolve(arena, text, STR("/home/me/my project"), &resolved);
    HOLDS(!err || refused);
    if (!err) {
        check_url(arena, &url);
        HOLDS(!url.has_password || refused);
    }
    if (!refused) {
        HOLDS(!resolved.has_password);
        check_url(arena, &resolved);
        struct index_url again;
        HOLDS(!index_url_resolve(arena, resolved.text, STR("/elsewhere"), &again));
        check_same(&resolved, &again);
    }
}

/* Any directory can be the working directory. */
static void check_directory(struct arena *arena, struct str directory)
{
    struct index_url url;
    if (str_starts(directory, STR("/"))) {
        HOLDS(!index_url_resolve(arena, STR("file:i"), directory, &url));
        check_url(arena, &url);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str text = str_copy(&arena, (const char *)data, size);
    if (str_starts(text, STR("\xff"))) {
        struct str path = str_slice(&arena, text, 1, text.len);
        if (str_find(path, '\0') < 0) {
            check_directory(&arena, path);
        }
    } else if (utf8_valid(text)) {
        check_text(&arena, text);
    }
    arena_free(&arena);
    return 0;
}
