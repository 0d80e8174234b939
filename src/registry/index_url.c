#include "registry/index_url.h"

#include "registry/index_url_parse.h"
#include "registry/percent.h"
#include "util/text.h"
#include "util/utf8.h"

struct err *index_url_parse(struct arena *arena, struct str text, struct index_url *out)
{
    struct err *reason = index_url_read(arena, text, NULL, out);
    if (!reason) {
        return NULL;
    }
    struct err *err = err_new(arena, "invalid url `%s`: %s", index_url_shown(arena, text).data,
                              reason->message.data);
    if (str_starts(text, STR("git@"))) {
        /* The form that scp and git take. */
        struct str ssh = str_copy(arena, text.data, text.len);
        char *colon = memchr(ssh.data, ':', ssh.len);
        if (colon) {
            *colon = '/';
        }
        err = err_new(arena, "%s; try using `ssh://%s` instead", err->message.data,
                      text_shown(arena, ssh).data);
    }
    err->cause = reason->cause;
    return err;
}

struct err *index_url_resolve(struct arena *arena, struct str text, struct str directory,
                              struct index_url *out)
{
    struct index_url url;
    TRY(index_url_parse(arena, text, &url));
    if (str_starts(url.text, STR("file:"))) {
        /* The last part is dropped, unless the URL is `file:` alone; then it shows. */
        struct index_url base;
        struct err *err = index_url_from_path(
            arena, str_format(arena, "%s/truncated-by-url_with_base", directory.data), &base);
        if (!err) {
            err = index_url_read(arena, text, &base, &url);
        }
        if (err) {
            return err_new(arena, "invalid url `%s`: %s", index_url_shown(arena, text).data,
                           err->message.data);
        }
    }
    if (url.has_password) {
        return err_new(arena, "registry URLs may not contain passwords");
    }
    *out = url;
    return NULL;
}

struct err *index_url_from_path(struct arena *arena, struct str path, struct index_url *out)
{
    if (!str_starts(path, STR("/"))) {
        return err_new(arena, "invalid path url `%.*s`", STR_ARG(path));
    }
    struct buf text = buf_new(arena);
    buf_add(&text, STR("file://"));
    size_t path_start = text.len;
    for (size_t start = 0; start < path.len;) {
        size_t len = strcspn(path.data + start, "/");
        if (len > 0 && !(len == 1 && path.data[start] == '.')) {
            buf_add_char(&text, '/');
            percent_encode(&text, path.data + start, len, URL_SEGMENT_SET "\\");
        }
        start += len + 1;
    }
    if (text.len == path_start) {
        buf_add_char(&text, '/');
    }
    *out = (struct index_url){
        .text = buf_str(&text),
        .scheme_end = strlen("file"),
        .host = {path_start, path_start},
        .path = {path_start, text.len},
    };
    return NULL;
}

/* --- what is done with a URL --------------------------------------------------------------- */

static struct str path_of(struct arena *arena, const struct index_url *url)
{
    return str_slice(arena, url->text, url->path.start, url->path.end);
}

static void path_set(struct arena *arena, struct index_url *url, struct str path)
{
    struct buf text = buf_new(arena);
    buf_add_bytes(&text, url->text.data, url->path.start);
    buf_add(&text, path);
    buf_add_bytes(&text, url->text.data + url->path.end, url->text.len - url->path.end);
    url->path.end = url->path.start + path.len;
    url->text = buf_str(&text);
}

/* `path`, which ends in .git, without that. The last segment is encoded once more, as cargo does:
 * `a%20b.git` is not the same as `a%20b`. */
static struct str without_git(struct arena *arena, struct str path, bool special)
{
    size_t segment = (size_t)str_rfind(path, '/') + 1;
    struct str last = str_slice(arena, path, segment, path.len - strlen(".git"));
    struct buf out = buf_new(arena);
    size_t parent = segment > 1 ? segment - 1 : 1;
    buf_add_bytes(&out, path.data, parent);
    if (!str_eq(last, STR(".")) && !str_eq(last, STR(".."))) {
        if (parent > 1) {
            buf_add_char(&out, '/');
        }
        percent_encode(&out, last.data, last.len, special ? URL_SEGMENT_SET "\\" : URL_SEGMENT_SET);
    }
    return buf_str(&out);
}

static struct err *canonical_form(struct arena *arena, const struct index_url *url, bool fold,
                                  struct str *out)
{
    struct index_url canonical = *url;
    if (url->text.data[url->scheme_end + 1] != '/') {
        return err_new(arena, "invalid url `%s`: cannot-be-a-base-URLs are not supported",
                       index_url_shown(arena, url->text).data);
    }
    struct str path = path_of(arena, url);
    if (path.len > 1 && str_ends(path, STR("/"))) {
        path_set(arena, &canonical, str_slice(arena, path, 0, path.len - 1));
    }
    struct str host = str_slice(arena, canonical.text, canonical.host.start, canonical.host.end);
    if (fold && str_eq(host, STR("github.com"))) {
        struct str https = str_format(arena, "https%s", canonical.text.data + canonical.scheme_end);
        TRY(index_url_parse(arena, https, &canonical));
        path_set(arena, &canonical, str_lower(arena, path_of(arena, &canonical)));
    }
    path = path_of(arena, &canonical);
    if (fold && str_ends(path, STR(".git"))) {
        struct str scheme = str_slice(arena, canonical.text, 0, canonical.scheme_end);
        path_set(arena, &canonical,
                 without_git(arena, path, index_url_scheme(scheme) != SCHEME_OTHER));
    }
    *out = canonical.text;
    return NULL;
}

struct err *index_url_canonical(struct arena *arena, const struct index_url *url, struct str *out)
{
    return canonical_form(arena, url, !index_url_is_sparse(url), out);
}

struct err *index_url_folded(struct arena *arena, const struct index_url *url, struct str *out)
{
    return canonical_form(arena, url, true, out);
}

struct str index_url_shown(struct arena *arena, struct str text)
{
    const char *slashes = memmem(text.data, text.len, "//", 2);
    size_t start = slashes ? (size_t)(slashes - text.data) + 2 : text.len;
    size_t end = start + strcspn(text.data + start, "/?#\\");
    const char *at = memrchr(text.data + start, '@', (end < text.len ? end : text.len) - start);
    struct str user = at ? str_slice(arena, text, start, (size_t)(at - text.data)) : STR("git");
    if (str_eq(user, STR("git"))) {
        return text_shown(arena, text);
    }
    return text_shown(arena, str_format(arena, "%.*s\xE2\x80\xA6%s", (int)start, text.data, at));
}

bool index_url_is_sparse(const struct index_url *url)
{
    return str_starts(url->text, STR("sparse+"));
}

struct str index_url_display(struct arena *arena, const struct index_url *url)
{
    if (str_starts(url->text, STR("file:")) && url->host.start == url->host.end) {
        struct str path = percent_decode(arena, path_of(arena, url));
        if (utf8_valid(path)) {
            return path;
        }
    }
    return url->text;
}
