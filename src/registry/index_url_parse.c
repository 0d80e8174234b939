#include "registry/index_url_parse.h"

#include "registry/index_url_host.h"
#include "registry/percent.h"

#include <ctype.h>

#define URL_LIMIT ((size_t)64 * 1024)

/* What is percent-encoded, beside controls and bytes outside ASCII. */
#define FRAGMENT_SET      " \"<>`"
#define QUERY_SET         " \"#<>"
#define SPECIAL_QUERY_SET QUERY_SET "'"
#define USERINFO_SET      URL_PATH_SET "/:;=@[\\]^|"

struct parser {
    struct arena *arena;
    struct str in; /* without what is ignored everywhere */
    size_t at;
    struct buf out;
    enum url_scheme scheme;
    struct index_url url; /* offsets into out */
};

/* --- small things -------------------------------------------------------------------------- */

/* strchr, which finds the NUL that a URL may hold, is not it. */
static bool is_one_of(int c, const char *set)
{
    return c > 0 && strchr(set, c);
}

/* The next byte, or -1 at the end. */
static int peek(const struct parser *p)
{
    return p->at < p->in.len ? (unsigned char)p->in.data[p->at] : -1;
}

static bool is_slash(const struct parser *p, int c)
{
    return c == '/' || (c == '\\' && p->scheme != SCHEME_OTHER);
}

static bool ends_authority(const struct parser *p, int c)
{
    return c == -1 || is_one_of(c, "?#") || is_slash(p, c);
}

static bool out_ends_with_slash(const struct parser *p)
{
    return p->out.data[p->out.len - 1] == '/';
}

static void out_truncate(struct parser *p, size_t len)
{
    p->out.len = len;
    p->out.data[len] = '\0';
}

/* What stands in `out` from `start`. */
static struct str out_from(const struct parser *p, size_t start)
{
    return (struct str){p->out.data + start, p->out.len - start};
}

enum url_scheme index_url_scheme(struct str name)
{
    static const char *const special[] = {"http", "https", "ws", "wss", "ftp"};
    for (size_t i = 0; i < COUNT(special); i++) {
        if (str_eq(name, str_of(special[i]))) {
            return SCHEME_SPECIAL;
        }
    }
    return str_eq(name, STR("file")) ? SCHEME_FILE : SCHEME_OTHER;
}

static unsigned long default_port(struct str scheme)
{
    if (str_eq(scheme, STR("http")) || str_eq(scheme, STR("ws"))) {
        return 80;
    }
    if (str_eq(scheme, STR("https")) || str_eq(scheme, STR("wss"))) {
        return 443;
    }
    return str_eq(scheme, STR("ftp")) ? 21 : 0;
}

/* --- Windows drive letters, which the rules know on every system --------------------------- */

static bool is_drive(struct str s)
{
    return s.len == 2 && isalpha((unsigned char)s.data[0]) &&
           (s.data[1] == ':' || s.data[1] == '|');
}

static bool is_normal_drive(struct str s)
{
    return is_drive(s) && s.data[1] == ':';
}

static bool starts_with_drive(struct str s)
{
    return s.len >= 2 && is_drive((struct str){s.data, 2}) &&
           (s.len == 2 || is_one_of(s.data[2], "/\\?#"));
}

/* --- path ---------------------------------------------------------------------------------- */

static bool is_dot(struct str s)
{
    return str_eq(s, STR(".")) || (s.len == 3 && strncasecmp(s.data, "%2e", 3) == 0);
}

static bool is_dot_dot(struct str s)
{
    return (s.len == 2 && strncmp(s.data, "..", 2) == 0) ||
           (s.len == 4 &&
            (strncasecmp(s.data, ".%2e", 4) == 0 || strncasecmp(s.data, "%2e.", 4) == 0)) ||
           (s.len == 6 && strncasecmp(s.data, "%2e%2e", 6) == 0);
}

/* Takes the last segment off the path that begins at path_start, but never a drive. */
static void path_pop(struct parser *p, size_t path_start)
{
    ptrdiff_t slash = str_rfind(out_from(p, path_start), '/');
    if (slash < 0) {
        return;
    }
    size_t segment = path_start + (size_t)slash + 1;
    if (p->scheme != SCHEME_FILE || !is_normal_drive(out_from(p, segment))) {
        out_truncate(p, segment);
    }
}

/* `..` was read at `segment`, a slash behind it or not. */
static void path_up(struct parser *p, size_t path_start, size_t segment, bool slash)
{
    out_truncate(p, segment);
    ptrdiff_t before = str_rfind((struct str){p->out.data, segment - 1}, '/');
    if (out_ends_with_slash(p) && before >= (ptrdiff_t)path_start &&
        !starts_with_drive(out_from(p, (size_t)before + 1))) {
        out_truncate(p, segment - 1);
    }
    path_pop(p, path_start);
    if (slash && !out_ends_with_slash(p)) {
        buf_add_char(&p->out, '/');
    }
}

/* Reads one segment into `out`; true when a slash ended it, which is in `out` too. */
static bool read_segment(struct parser *p)
{
    size_t start = p->at;
    while (!ends_authority(p, peek(p))) {
        p->at++;
    }
    percent_encode(&p->out, p->in.data + start, p->at - start, URL_PATH_SET);
    bool slash = is_slash(p, peek(p));
    if (slash) {
        buf_add_char(&p->out, '/');
        p->at++;
    }
    return slash;
}

/*
 * The url crate's parse_path: reads segments up to `?`, `#` or the end; dots are resolved on the
 * way. What `out` holds from path_start on is the path so far. True when the path began with a
 * drive, which makes a file: URL drop its host.
 */
static bool read_path(struct parser *p, size_t path_start)
{
    bool drive = false;
    bool slash = true;
    while (slash) {
        size_t start = p->out.len;
        slash = read_segment(p);
        struct str segment = {p->out.data + start, p->out.len - start - slash};
        if (is_dot_dot(segment)) {
            path_up(p, path_start, start, slash);
        } else if (is_dot(segment)) {
            out_truncate(p, start);
            if (!out_ends_with_slash(p)) {
                buf_add_char(&p->out, '/');
            }
        } else if (p->scheme == SCHEME_FILE && start == path_start + 1 && is_drive(segment)) {
            p->out.data[start + 1] = ':';
            drive = true;
        }
    }
    if (p->scheme == SCHEME_FILE) {
        size_t first = path_start;
        while (first < p->out.len && p->out.data[first] == '/') {
            first++;
        }
        struct str rest = str_slice(p->arena, buf_str(&p->out), first, p->out.len);
        out_truncate(p, path_start);
        buf_add_char(&p->out, '/');
        buf_add(&p->out, rest);
    }
    return drive;
}

/* The path behind an authority. */
static bool read_path_start(struct parser *p)
{
    size_t path_start = p->out.len;
    int c = peek(p);
    if (p->scheme != SCHEME_OTHER) {
        buf_add_char(&p->out, '/');
        p->at += is_slash(p, c);
    } else if (is_one_of(c, "?#")) {
        return false;
    } else if (c != -1 && c != '/') {
        buf_add_char(&p->out, '/');
    }
    return read_path(p, path_start);
}

/* --- the rest ------------------------------------------------------------------------------ */

/* The path is in `out` from path_start on; reads what follows it. */
static void finish(struct parser *p, size_t path_start)
{
    if (path_start == p->url.scheme_end + 1 && str_starts(out_from(p, path_start), STR("//"))) {
        /* Without a host, a path of this kind would be read as one. */
        struct str path = str_slice(p->arena, buf_str(&p->out), path_start, p->out.len);
        out_truncate(p, path_start);
        buf_add(&p->out, STR("/."));
        path_start += 2;
        buf_add(&p->out, path);
    }
    p->url.path = (struct span){path_start, p->out.len};
    struct str rest = {p->in.data + p->at, p->in.len - p->at};
    ptrdiff_t hash = str_find(rest, '#');
    size_t query_len = hash < 0 ? rest.len : (size_t)hash;
    if (query_len > 0) {
        buf_add_char(&p->out, '?');
        percent_encode(&p->out, rest.data + 1, query_len - 1,
                       p->scheme == SCHEME_OTHER ? QUERY_SET : SPECIAL_QUERY_SET);
    }
    if (hash >= 0) {
        buf_add_char(&p->out, '#');
        percent_encode(&p->out, rest.data + hash + 1, rest.len - query_len - 1, FRAGMENT_SET);
    }
    p->at = p->in.len;
}

/* `user:password@`, as far as there is any. */
static struct err *read_userinfo(struct parser *p)
{
    size_t start = p->at;
    size_t at = SIZE_MAX;
    size_t end = start;
    while (end < p->in.len && !ends_authority(p, (unsigned char)p->in.data[end])) {
        if (p->in.data[end] == '@') {
            at = end;
        }
        end++;
    }
    if (at == SIZE_MAX) {
        return NULL;
    }
    p->at = at + 1;
    if (at == start) {
        bool host_missing = p->at < p->in.len && p->at == end;
        return host_missing ? err_new(p->arena, "empty host") : NULL;
    }
    struct str userinfo = {p->in.data + start, at - start};
    ptrdiff_t colon = str_find(userinfo, ':');
    size_t name_len = colon < 0 ? userinfo.len : (size_t)colon;
    percent_encode(&p->out, userinfo.data, name_len, USERINFO_SET);
    if (name_len + 1 < userinfo.len) {
        p->url.has_password = true;
        buf_add_char(&p->out, ':');
        percent_encode(&p->out, userinfo.data + name_len + 1, userinfo.len - name_len - 1,
                       USERINFO_SET);
    }
    if (name_len > 0 || p->url.has_password) {
        buf_add_char(&p->out, '@');
    }
    return NULL;
}

static struct err *read_port(struct parser *p)
{
    struct str scheme = {p->out.data, p->url.scheme_end};
    unsigned long port = 0;
    size_t start = ++p->at;
    while (isdigit(peek(p))) {
        port = port * 10 + (unsigned long)(peek(p) - '0');
        if (port > UINT16_MAX) {
            return err_new(p->arena, "invalid port number");
        }
        p->at++;
    }
    if (peek(p) != -1 && !is_one_of(peek(p), "/\\?#")) {
        return err_new(p->arena, "invalid port number");
    }
    unsigned long usual = default_port(scheme);
    if (p->at > start && (usual == 0 || port != usual)) {
        buf_addf(&p->out, ":%lu", port);
    }
    return NULL;
}

static struct err *read_host(struct parser *p)
{
    size_t start = p->at;
    bool bracket = false;
    while (!ends_authority(p, peek(p)) && (peek(p) != ':' || bracket)) {
        bracket = peek(p) == '[' || (bracket && peek(p) != ']');
        p->at++;
    }
    struct str host = str_slice(p->arena, p->in, start, p->at);
    if (host.len == 0 && (p->scheme == SCHEME_SPECIAL || peek(p) == ':')) {
        return err_new(p->arena, "empty host");
    }
    return p->scheme == SCHEME_SPECIAL ? index_url_add_host(p->arena, host, &p->out)
                                       : index_url_add_opaque_host(p->arena, host, &p->out);
}

/* Behind `scheme://`. */
static struct err *read_authority(struct parser *p)
{
    buf_add(&p->out, STR("//"));
    size_t start = p->out.len;
    TRY(read_userinfo(p));
    p->url.host.start = p->out.len;
    TRY(read_host(p));
    p->url.host.end = p->out.len;
    if (p->url.host.start == p->url.host.end && p->url.host.start > start) {
        return err_new(p->arena, "empty host");
    }
    if (peek(p) == ':') {
        TRY(read_port(p));
    }
    size_t path_start = p->out.len;
    (void)read_path_start(p);
    finish(p, path_start);
    return NULL;
}

/* --- file: --------------------------------------------------------------------------------- */

/* Behind `file://`. */
static struct err *read_file_authority(struct parser *p)
{
    size_t start = p->at;
    while (!ends_authority(p, peek(p))) {
        p->at++;
    }
    struct str host = str_slice(p->arena, p->in, start, p->at);
    if (is_drive(host)) {
        p->at = start;
        host = STR("");
    }
    size_t host_start = p->out.len;
    if (host.len > 0) {
        TRY(index_url_add_host(p->arena, host, &p->out));
        if (str_eq(out_from(p, host_start), STR("localhost"))) {
            out_truncate(p, host_start);
        }
    }
    size_t path_start = p->out.len;
    bool has_host = path_start > host_start;
    if (!has_host) {
        buf_add_char(&p->out, '/');
        (void)read_path(p, path_start);
    } else if (read_path_start(p)) {
        struct str path = str_slice(p->arena, buf_str(&p->out), path_start, p->out.len);
        out_truncate(p, host_start);
        buf_add(&p->out, path);
        path_start = host_start;
    }
    p->url.host = (struct span){host_start, path_start};
    finish(p, path_start);
    return NULL;
}

/* `base` is the file: URL of a path, or NULL. */
static struct err *read_file(struct parser *p, const struct index_url *base)
{
    size_t start = p->at;
    buf_add(&p->out, STR("//"));
    if (is_slash(p, peek(p))) {
        p->at++;
        if (is_slash(p, peek(p))) {
            p->at++;
            return read_file_authority(p);
        }
    }
    size_t path_start = p->out.len;
    p->url.host = (struct span){path_start, path_start};
    struct str rest = {p->in.data + p->at, p->in.len - p->at};
    bool rooted = p->at > start;
    p->at = start;
    if (base && !starts_with_drive(rest)) {
        struct str path = {base->text.data + base->path.start, base->path.end - base->path.start};
        if (rooted) {
            /* Only a drive is taken over. */
            size_t drive_len = 1 + strcspn(path.data + 1, "/");
            path.len = is_normal_drive((struct str){path.data + 1, drive_len - 1}) ? drive_len : 0;
        }
        buf_add(&p->out, path);
        if (!rooted && rest.len > 0 && !is_one_of(rest.data[0], "?#")) {
            path_pop(p, path_start);
        }
    } else if (!rooted) {
        buf_add_char(&p->out, '/');
    }
    (void)read_path(p, path_start);
    finish(p, path_start);
    return NULL;
}

/* --- the whole ----------------------------------------------------------------------------- */

/* Controls and spaces at both ends, tabs and newlines everywhere are as if not there. */
static struct str without_ignored(struct arena *arena, struct str text)
{
    size_t start = 0;
    size_t end = text.len;
    while (start < end && (unsigned char)text.data[start] <= ' ') {
        start++;
    }
    while (end > start && (unsigned char)text.data[end - 1] <= ' ') {
        end--;
    }
    struct buf out = buf_new(arena);
    for (size_t i = start; i < end; i++) {
        if (!is_one_of(text.data[i], "\t\n\r")) {
            buf_add_char(&out, text.data[i]);
        }
    }
    return buf_str(&out);
}

static struct err *read_scheme(struct parser *p)
{
    bool valid = isalpha(peek(p));
    while (valid && peek(p) != ':') {
        valid = isalnum(peek(p)) || is_one_of(peek(p), "+-.");
        buf_add_char(&p->out, (char)tolower(peek(p)));
        p->at++;
    }
    if (!valid) {
        return err_new(p->arena, "relative URL without a base");
    }
    p->at++;
    p->url.scheme_end = p->out.len;
    p->scheme = index_url_scheme(buf_str(&p->out));
    buf_add_char(&p->out, ':');
    return NULL;
}

/* A URL that is neither special nor a file. */
static struct err *read_other(struct parser *p)
{
    if (strncmp(p->in.data + p->at, "//", 2) == 0) {
        p->at += 2;
        return read_authority(p);
    }
    size_t path_start = p->out.len;
    p->url.host = (struct span){path_start, path_start};
    if (peek(p) == '/') {
        p->at++;
        buf_add_char(&p->out, '/');
        (void)read_path(p, path_start);
    } else {
        size_t start = p->at;
        while (peek(p) != -1 && !is_one_of(peek(p), "?#")) {
            p->at++;
        }
        percent_encode(&p->out, p->in.data + start, p->at - start, "");
    }
    finish(p, path_start);
    return NULL;
}

struct err *index_url_read(struct arena *arena, struct str text, const struct index_url *base,
                           struct index_url *out)
{
    struct parser p = {.arena = arena, .out = buf_new(arena)};
    if (text.len > URL_LIMIT) {
        return err_new(arena, "longer than %zu bytes", URL_LIMIT);
    }
    p.in = without_ignored(arena, text);
    TRY(read_scheme(&p));
    switch (p.scheme) {
    case SCHEME_FILE:
        TRY(read_file(&p, base));
        break;
    case SCHEME_SPECIAL:
        while (is_slash(&p, peek(&p))) {
            p.at++;
        }
        TRY(read_authority(&p));
        break;
    case SCHEME_OTHER:
        TRY(read_other(&p));
        break;
    }
    p.url.text = buf_str(&p.out);
    *out = p.url;
    return NULL;
}
