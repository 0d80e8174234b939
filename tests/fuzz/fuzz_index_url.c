/*
 * An index URL, with a byte 0xFF before what is taken as a path. The serialised form is printable
 * ASCII and parses to itself. Every password is noticed, and the host is the text between userinfo
 * and port, so that no request goes to a host that no message shows.
 */
#include "harness.h"

#include "registry/index_url.h"
#include "util/text.h"

static void check_printable(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        HOLDS(text.data[i] >= ' ' && text.data[i] <= '~');
}

/* The text between `//` and the path, found in a simple way. */
static void check_authority(struct arena *arena, const struct index_url *url)
{
    size_t start = strcspn(url->text.data, ":");
    struct str rest = str_slice(arena, url->text, start, url->text.len);
    HOLDS(str_starts(rest, STR("://")));
    size_t len = strcspn(rest.data + 3, "/?#");
    struct str authority = str_slice(arena, rest, 3, 3 + len);
    ptrdiff_t at = str_rfind(authority, '@');
    struct str user = str_slice(arena, authority, 0, at < 0 ? 0 : (size_t)at);
    struct str behind = str_slice(arena, authority, (size_t)(at + 1), authority.len);
    HOLDS(url->has_password == (str_find(user, ':') >= 0));
    HOLDS(str_find(user, '@') < 0);
    if (str_starts(url->text, STR("file:")))
        return;
    HOLDS(str_starts(behind, url->host));
    HOLDS(strcspn(url->host.data, "@\\ ") >= url->host.len);
    struct str port = str_slice(arena, behind, url->host.len, behind.len);
    HOLDS(port.len == 0 || port.data[0] == ':');
    HOLDS(strspn(port.data + (port.len > 0), "0123456789") + (port.len > 0) >= port.len);
}

static void check_same(const struct index_url *a, const struct index_url *b)
{
    HOLDS(str_eq(a->text, b->text) && str_eq(a->host, b->host));
    HOLDS(str_eq(a->canonical, b->canonical) && str_eq(a->folded, b->folded));
    HOLDS(a->has_password == b->has_password);
}

static void check_url(struct arena *arena, const struct index_url *url)
{
    struct index_url again;
    check_printable(url->text);
    check_printable(url->canonical);
    check_authority(arena, url);
    HOLDS(!index_url_parse(arena, url->text, &again));
    check_same(url, &again);
    HOLDS(!index_url_parse(arena, url->canonical, &again));
    HOLDS(url->is_sparse == str_starts(url->text, STR("sparse+")));
    HOLDS(url->is_sparse || str_eq(url->canonical, url->folded));
    struct str shown = index_url_shown(arena, url->text);
    HOLDS(str_eq(shown, text_shown(arena, shown)));
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
        if (str_find(path, '\0') < 0)
            check_directory(&arena, path);
    } else if (utf8_valid(text)) {
        check_text(&arena, text);
    }
    arena_free(&arena);
    return 0;
}
