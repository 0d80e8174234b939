#include "registry/index_url.h"

#include "util/text.h"
#include "util/unicode.h"
#include "util/utf8.h"

#include <arpa/inet.h>
#include <ctype.h>

#define URL_LIMIT ((size_t)64 * 1024)

/* The characters that are percent-encoded, besides control characters and non-ASCII bytes. */
#define FRAGMENT_SET " \"<>`"
#define QUERY_SET    " \"#<>"
#define PATH_SET     " \"<>`#?{}"
#define SEGMENT_SET  PATH_SET "/%"
#define USERINFO_SET PATH_SET "/:;=@[\\]^|"

/* The characters that are not allowed in a domain name, besides control characters. */
#define FORBIDDEN_IN_DOMAIN " %#/:<>?@[\\]^|"

struct parser {
    struct arena *arena;
    struct str in; /* without the characters that the rules ignore */
    size_t at;
    struct buf out;
    bool special; /* http, https or file: `\` means `/`, and the host is a domain */
    bool file;
    struct index_url url; /* offsets into out */
};

/* Not strchr(), which would find a NUL in the URL. */
static bool is_one_of(int c, const char *set)
{
    return c > 0 && strchr(set, c);
}

static void encode(struct buf *out, struct str text, const char *set)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c >= 0x7f || strchr(set, c)) {
            buf_addf(out, "%%%02X", c);
        } else {
            buf_add_char(out, (char)c);
        }
    }
}

static int hex_value(char c)
{
    const char *digits = "0123456789abcdef";
    const char *found = c ? strchr(digits, tolower((unsigned char)c)) : NULL;
    return found ? (int)(found - digits) : -1;
}

static struct str decode(struct arena *arena, struct str s)
{
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < s.len; i++) {
        int high = s.data[i] == '%' && s.len - i > 2 ? hex_value(s.data[i + 1]) : -1;
        int low = high >= 0 ? hex_value(s.data[i + 2]) : -1;
        buf_add_char(&out, (char)(low >= 0 ? high * 16 + low : s.data[i]));
        i += low >= 0 ? 2 : 0;
    }
    return buf_str(&out);
}

/* Returns true for the schemes with special rules. `sparse+https` is not one of them. */
static bool is_special(struct str scheme)
{
    static const char *const special[] = {"http", "https", "ws", "wss", "ftp", "file"};
    for (size_t i = 0; i < COUNT(special); i++) {
        if (str_eq(scheme, str_of(special[i]))) {
            return true;
        }
    }
    return false;
}

static unsigned long default_port(struct str scheme)
{
    static const struct {
        const char *scheme;
        unsigned long port;
    } ports[] = {{"http", 80}, {"ws", 80}, {"https", 443}, {"wss", 443}, {"ftp", 21}};
    for (size_t i = 0; i < COUNT(ports); i++) {
        if (str_eq(scheme, str_of(ports[i].scheme))) {
            return ports[i].port;
        }
    }
    return 0;
}

/* Returns the next byte, or -1 at the end. */
static int peek(const struct parser *p)
{
    return p->at < p->in.len ? (unsigned char)p->in.data[p->at] : -1;
}

static bool is_slash(const struct parser *p, int c)
{
    return c == '/' || (c == '\\' && p->special);
}

static bool ends_authority(const struct parser *p, int c)
{
    return c == -1 || is_one_of(c, "?#") || is_slash(p, c);
}

static struct str take(struct parser *p, size_t start)
{
    return str_slice(p->arena, p->in, start, p->at);
}

/*
 * Hosts.
 */

static struct err *add_bracketed(struct parser *p, struct str host)
{
    struct in6_addr address;
    char text[INET6_ADDRSTRLEN];
    bool closed = host.len >= 2 && host.data[host.len - 1] == ']';
    struct str inside = closed ? str_slice(p->arena, host, 1, host.len - 1) : STR("");
    if (strlen(inside.data) != inside.len || inet_pton(AF_INET6, inside.data, &address) != 1 ||
        !inet_ntop(AF_INET6, &address, text, sizeof(text))) {
        return err_new(p->arena, "invalid IPv6 address");
    }
    buf_addf(&p->out, "[%s]", text);
    return NULL;
}

/* Returns true if the last label is a number. The domain must then be an IPv4 address. */
static bool ends_in_number(struct str domain)
{
    size_t end = domain.len - (domain.data[domain.len - 1] == '.');
    size_t start = end;
    while (start > 0 && domain.data[start - 1] != '.') {
        start--;
    }
    const char *last = domain.data + start;
    bool hex = end - start >= 2 && last[0] == '0' && tolower((unsigned char)last[1]) == 'x';
    size_t digits =
        hex ? 2 + strspn(last + 2, "0123456789abcdefABCDEF") : strspn(last, "0123456789");
    return end > start && digits >= end - start;
}

/* Reads every form of inet_aton(), which are those of the rules. */
static struct err *add_ipv4(struct parser *p, struct str domain)
{
    struct in_addr address;
    char text[INET_ADDRSTRLEN];
    size_t end = domain.len - (domain.data[domain.len - 1] == '.');
    if (inet_aton(str_slice(p->arena, domain, 0, end).data, &address) != 1 ||
        !inet_ntop(AF_INET, &address, text, sizeof(text))) {
        return err_new(p->arena, "invalid IPv4 address");
    }
    buf_addf(&p->out, "%s", text);
    return NULL;
}

static bool has_forbidden(struct str domain)
{
    for (size_t i = 0; i < domain.len; i++) {
        unsigned char c = (unsigned char)domain.data[i];
        if (c < 0x20 || c == 0x7f || strchr(FORBIDDEN_IN_DOMAIN, c)) {
            return true;
        }
    }
    return false;
}

static bool needs_idna(struct str lower)
{
    for (size_t i = 0; i < lower.len; i++) {
        bool label = i == 0 || lower.data[i - 1] == '.';
        if ((unsigned char)lower.data[i] >= 0x80 ||
            (label && strncmp(lower.data + i, "xn--", 4) == 0)) {
            return true;
        }
    }
    return false;
}

static struct err *add_domain(struct parser *p, struct str host)
{
    struct str domain = str_lower(p->arena, decode(p->arena, host));
    if (domain.len == 0) {
        return err_new(p->arena, "empty host");
    }
    bool bad = has_forbidden(domain);
    if (!bad && needs_idna(domain)) {
        /* libidn2 has an older Unicode than cargo, and limits the length of labels. */
        TRY(unicode_domain(p->arena, domain, &domain));
        bad = domain.len == 0 || has_forbidden(domain);
    }
    if (bad) {
        return err_new(p->arena, "invalid international domain name");
    }
    if (ends_in_number(domain)) {
        return add_ipv4(p, domain);
    }
    buf_add(&p->out, domain);
    return NULL;
}

static struct err *add_opaque_host(struct parser *p, struct str host)
{
    for (size_t i = 0; i < host.len; i++) {
        if (!host.data[i] || strchr(" #/:<>?@[\\]^|", host.data[i])) {
            return err_new(p->arena, "invalid domain character");
        }
    }
    encode(&p->out, host, "");
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
    struct str host = take(p, start);
    if (host.len == 0 && ((p->special && !p->file) || peek(p) == ':')) {
        return err_new(p->arena, "empty host");
    }
    if (p->file && peek(p) == ':') {
        return err_new(p->arena, "invalid international domain name");
    }
    if (p->file && (host.len == 0 || strcasecmp(host.data, "localhost") == 0)) {
        return NULL;
    }
    return host.len > 0 && host.data[0] == '[' ? add_bracketed(p, host)
           : p->special                        ? add_domain(p, host)
                                               : add_opaque_host(p, host);
}

/* Reads `user:password@`, if there is one. */
static struct err *read_userinfo(struct parser *p)
{
    size_t start = p->at;
    size_t at = SIZE_MAX;
    size_t end = start;
    for (; end < p->in.len && !ends_authority(p, (unsigned char)p->in.data[end]); end++) {
        at = p->in.data[end] == '@' ? end : at;
    }
    if (at == SIZE_MAX) {
        return NULL;
    }
    p->at = at + 1;
    if (p->at == end && at > start) {
        return err_new(p->arena, "empty host");
    }
    struct str user = str_slice(p->arena, p->in, start, at);
    ptrdiff_t colon = str_find(user, ':');
    size_t name_len = colon < 0 ? user.len : (size_t)colon;
    encode(&p->out, str_slice(p->arena, user, 0, name_len), USERINFO_SET);
    if (name_len + 1 < user.len) {
        p->url.has_password = true;
        buf_add_char(&p->out, ':');
        encode(&p->out, str_slice(p->arena, user, name_len + 1, user.len), USERINFO_SET);
    }
    buf_add(&p->out, name_len > 0 || p->url.has_password ? STR("@") : STR(""));
    return NULL;
}

static struct err *read_port(struct parser *p)
{
    unsigned long port = 0;
    size_t start = ++p->at;
    while (isdigit(peek(p)) && port <= UINT16_MAX) {
        port = port * 10 + (unsigned long)(peek(p) - '0');
        p->at++;
    }
    if (port > UINT16_MAX || !(peek(p) == -1 || is_one_of(peek(p), "/\\?#"))) {
        return err_new(p->arena, "invalid port number");
    }
    unsigned long usual = default_port((struct str){p->out.data, p->url.scheme_end});
    if (p->at > start && (usual == 0 || port != usual)) {
        buf_addf(&p->out, ":%lu", port);
    }
    return NULL;
}

/*
 * Paths.
 */

/* Returns 1 for `.`, 2 for `..`, also if they are encoded, or else 0. */
static int dots_of(struct str segment)
{
    int dots = 0;
    for (size_t i = 0; i < segment.len; dots++) {
        bool encoded = segment.len - i >= 3 && strncasecmp(segment.data + i, "%2e", 3) == 0;
        if (!encoded && segment.data[i] != '.') {
            return 0;
        }
        i += encoded ? 3 : 1;
    }
    return dots <= 2 ? dots : 0;
}

/* Reads segments up to `?`, `#` or the end, and resolves dots. */
static void read_path(struct parser *p)
{
    size_t start = p->out.len;
    while (!(peek(p) == -1 || is_one_of(peek(p), "?#"))) {
        p->at += is_slash(p, peek(p));
        size_t from = p->at;
        while (!ends_authority(p, peek(p))) {
            p->at++;
        }
        struct str segment = take(p, from);
        bool last = !is_slash(p, peek(p));
        int dots = dots_of(segment);
        if (dots == 2) {
            ptrdiff_t slash = str_rfind((struct str){p->out.data + start, p->out.len - start}, '/');
            p->out.len = start + (slash > 0 ? (size_t)slash : 0);
        }
        if (dots == 0 || last) {
            buf_add_char(&p->out, '/');
            encode(&p->out, dots == 0 ? segment : STR(""), PATH_SET);
        }
    }
    if (p->special && p->out.len == start) {
        buf_add_char(&p->out, '/');
    }
}

/* Reads the query and the fragment. */
static void read_rest(struct parser *p)
{
    struct str rest = str_slice(p->arena, p->in, p->at, p->in.len);
    ptrdiff_t hash = str_find(rest, '#');
    size_t query = hash < 0 ? rest.len : (size_t)hash;
    if (query > 0) {
        buf_add_char(&p->out, '?');
        encode(&p->out, str_slice(p->arena, rest, 1, query),
               p->special ? QUERY_SET "'" : QUERY_SET);
    }
    if (hash >= 0) {
        buf_add_char(&p->out, '#');
        encode(&p->out, str_slice(p->arena, rest, query + 1, rest.len), FRAGMENT_SET);
    }
}

/*
 * The whole URL.
 */

/* Returns the text without control characters and spaces at its ends, and without tabs and line
 * ends anywhere. */
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
    const char *data = text.data + start;
    size_t len = end - start;
    if (!memchr(data, '\t', len) && !memchr(data, '\n', len) && !memchr(data, '\r', len)) {
        return str_slice(arena, text, start, end);
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
    p->special = is_special(buf_str(&p->out));
    p->file = str_eq(buf_str(&p->out), STR("file"));
    buf_add_char(&p->out, ':');
    return NULL;
}

static struct err *read_authority(struct parser *p)
{
    buf_add(&p->out, STR("//"));
    size_t start = p->out.len;
    if (!p->file) {
        TRY(read_userinfo(p));
    }
    p->url.host.start = p->out.len;
    TRY(read_host(p));
    p->url.host.end = p->out.len;
    if (p->url.host.start == p->url.host.end && p->url.host.start > start) {
        return err_new(p->arena, "empty host");
    }
    return peek(p) == ':' && !p->file ? read_port(p) : NULL;
}

/* Reads the slashes after the scheme. Returns true if an authority follows. */
static bool has_authority(struct parser *p)
{
    size_t slashes = 0;
    while (p->at + slashes < p->in.len && is_slash(p, (unsigned char)p->in.data[p->at + slashes])) {
        slashes++;
    }
    if (p->special && !p->file) {
        p->at += slashes;
        return true;
    }
    p->at += slashes >= 2 ? 2 : 0;
    return slashes >= 2;
}

/* The error is only the reason, in the words of the `url` crate. */
static struct err *read_url(struct arena *arena, struct str text, struct index_url *out)
{
    struct parser p = {.arena = arena, .out = buf_new(arena)};
    if (text.len > URL_LIMIT) {
        return err_new(arena, "longer than %zu bytes", URL_LIMIT);
    }
    p.in = without_ignored(arena, text);
    TRY(read_scheme(&p));
    bool authority = has_authority(&p);
    if (authority) {
        TRY(read_authority(&p));
    } else {
        buf_add(&p.out, p.file ? STR("//") : STR(""));
        p.url.host = (struct span){p.out.len, p.out.len};
    }
    p.url.path.start = p.out.len;
    if (authority || p.file || is_slash(&p, peek(&p))) {
        read_path(&p);
    } else {
        size_t start = p.at;
        while (!(peek(&p) == -1 || is_one_of(peek(&p), "?#"))) {
            p.at++;
        }
        encode(&p.out, take(&p, start), "");
    }
    struct str path = str_slice(arena, buf_str(&p.out), p.url.path.start, p.out.len);
    if (!authority && !p.file && str_starts(path, STR("//"))) {
        /* If there is no host, the `//` at the start of the path would be read as one. */
        p.out.len = p.url.path.start;
        buf_add(&p.out, STR("/."));
        buf_add(&p.out, path);
        p.url.path.start += 2;
    }
    p.url.path.end = p.out.len;
    read_rest(&p);
    p.url.text = buf_str(&p.out);
    *out = p.url;
    return NULL;
}

struct err *index_url_parse(struct arena *arena, struct str text, struct index_url *out)
{
    struct err *reason = read_url(arena, text, out);
    if (!reason) {
        return NULL;
    }
    struct err *err = err_new(arena, "invalid url `%s`: %s", index_url_shown(arena, text).data,
                              reason->message.data);
    if (str_starts(text, STR("git@"))) {
        /* The form that scp and git accept. */
        ptrdiff_t colon = str_find(text, ':');
        struct buf ssh = buf_new(arena);
        for (size_t i = 0; i < text.len; i++) {
            buf_add_char(&ssh, (char)((ptrdiff_t)i == colon ? '/' : text.data[i]));
        }
        err = err_new(arena, "%s; try using `ssh://%s` instead", err->message.data,
                      text_shown(arena, buf_str(&ssh)).data);
    }
    err->cause = reason->cause;
    return err;
}

struct err *index_url_resolve(struct arena *arena, struct str text, struct str directory,
                              struct index_url *out)
{
    struct index_url url;
    TRY(index_url_parse(arena, text, &url));
    struct str clean = without_ignored(arena, text);
    bool relative = str_starts(url.text, STR("file:")) && !is_one_of(clean.data[5], "/\\");
    if (relative) {
        /* cargo resolves the path against a name in the directory, so an empty path leaves that
         * name. */
        struct buf absolute = buf_new(arena);
        buf_add(&absolute, STR("file://"));
        struct str without_slash = directory;
        while (str_ends(without_slash, STR("/"))) {
            without_slash = str_slice(arena, without_slash, 0, without_slash.len - 1);
        }
        encode(&absolute, without_slash, "%?#\\");
        buf_add_char(&absolute, '/');
        buf_add(&absolute, clean.len == 5 ? STR("truncated-by-url_with_base")
                                          : str_slice(arena, clean, 5, clean.len));
        TRY(index_url_parse(arena, buf_str(&absolute), &url));
    }
    if (url.has_password) {
        return err_new(arena, "registry URLs may not contain passwords");
    }
    *out = url;
    return NULL;
}

/*
 * Uses of a URL.
 */

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

/* Returns `path` without its final .git. The last segment is encoded once more, as cargo does, so
 * `a%20b.git` and `a%20b` differ. */
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
        encode(&out, last, special ? SEGMENT_SET "\\" : SEGMENT_SET);
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
        path_set(arena, &canonical, without_git(arena, path, is_special(scheme)));
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

/* By the rules, a user name can also follow `https:\\` and `https:`. */
struct str index_url_shown(struct arena *arena, struct str text)
{
    size_t start = 0;
    while (start < text.len && !is_one_of(text.data[start], ":/\\")) {
        start++;
    }
    while (start < text.len && is_one_of(text.data[start], ":/\\\t\n\r")) {
        start++;
    }
    size_t at = start;
    for (size_t i = start; i < text.len && !is_one_of(text.data[i], "/?#\\"); i++) {
        at = text.data[i] == '@' ? i : at;
    }
    struct str user = str_slice(arena, text, start, at);
    if (at == start || str_eq(user, STR("git")) || str_starts(text, STR("file:"))) {
        return text_shown(arena, text);
    }
    struct buf shown = buf_new(arena);
    buf_add_bytes(&shown, text.data, start);
    buf_add(&shown, STR("\xE2\x80\xA6"));
    buf_add_bytes(&shown, text.data + at, text.len - at);
    return text_shown(arena, buf_str(&shown));
}

bool index_url_is_sparse(const struct index_url *url)
{
    return str_starts(url->text, STR("sparse+"));
}
