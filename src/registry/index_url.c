#include "registry/index_url.h"

#include "util/text.h"
#include "util/unicode.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <strings.h>

#define URL_LIMIT ((size_t)64 * 1024)

/* The ASCII characters that are percent-encoded. */
#define PATH_SET     " \"<>`{}"
#define USERINFO_SET PATH_SET "/:;=@[]^|"

#define FORBIDDEN_IN_HOST " /:<>@[]^|"

/* control characters, a backslash, `?` and `#`; NUL ends the set and is not allowed either */
#define FORBIDDEN                                                                                  \
    "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37\x7f\\" \
    "?#"

struct parser {
    struct arena *arena;
    const char *rest; /* of the user's text */
    struct buf out;
    size_t scheme_end;
    bool is_special;    /* https, http or file, but not sparse+https: the host is a domain name */
    bool is_file;       /* has no port and no user */
    unsigned long port; /* the usual one, or 0 */
    struct index_url url;
};

static void encode(struct buf *out, struct str text, const char *set)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c >= 0x7f || strchr(set, c))
            buf_addf(out, "%%%02X", c);
        else
            buf_add_char(out, (char)c);
    }
}

/* Reads up to one of the characters, or to the end. */
static struct str take(struct parser *p, const char *stops)
{
    size_t len = strcspn(p->rest, stops);
    struct str taken = str_copy(p->arena, p->rest, len);
    p->rest += len;
    return taken;
}

static struct str trimmed(struct arena *arena, struct str text)
{
    while (text.len > 0 && (unsigned char)text.data[0] <= ' ')
        text = (struct str){text.data + 1, text.len - 1};
    while (text.len > 0 && (unsigned char)text.data[text.len - 1] <= ' ')
        text.len--;
    return str_copy(arena, text.data, text.len);
}

static struct err *read_scheme(struct parser *p)
{
    struct str scheme = str_lower(p->arena, take(p, ":"));
    size_t valid = strspn(scheme.data, "abcdefghijklmnopqrstuvwxyz0123456789+-.");
    if (*p->rest != ':' || valid < scheme.len || !isalpha((unsigned char)scheme.data[0]))
        return err_new(p->arena, "relative URL without a base");
    p->rest++;
    p->scheme_end = scheme.len;
    p->is_file = str_eq(scheme, STR("file"));
    p->port = str_eq(scheme, STR("https")) ? 443 : str_eq(scheme, STR("http")) ? 80 : 0;
    p->is_special = p->is_file || p->port > 0;
    p->url.is_sparse = str_starts(scheme, STR("sparse+"));
    buf_addf(&p->out, "%s://", scheme.data);
    return NULL;
}

static void add_userinfo(struct parser *p, struct str user)
{
    size_t name = strcspn(user.data, ":");
    encode(&p->out, str_slice(p->arena, user, 0, name), USERINFO_SET);
    if (name + 1 < user.len) {
        p->url.has_password = true;
        buf_add_char(&p->out, ':');
        encode(&p->out, str_slice(p->arena, user, name + 1, user.len), USERINFO_SET);
    }
    if (name > 0 || p->url.has_password)
        buf_add_char(&p->out, '@');
}

static struct err *add_ipv6(struct parser *p, struct str host)
{
    struct in6_addr address;
    char text[INET6_ADDRSTRLEN] = "";
    if (str_ends(host, STR("]"))) {
        struct str inside = str_slice(p->arena, host, 1, host.len - 1);
        if (inet_pton(AF_INET6, inside.data, &address) == 1)
            (void)inet_ntop(AF_INET6, &address, text, sizeof(text));
    }
    if (!*text)
        return err_new(p->arena, "invalid IPv6 address");
    buf_addf(&p->out, "[%s]", text);
    return NULL;
}

/* Addresses can have any form of inet_aton(), as in the rules. */
static struct err *add_domain(struct parser *p, struct str host)
{
    struct in_addr address;
    char text[INET_ADDRSTRLEN];
    struct str domain;
    /* libidn2 has an older Unicode than cargo, and limits the length of labels. */
    TRY(unicode_domain(p->arena, str_lower(p->arena, host), &domain));
    if (domain.len == 0 || strpbrk(domain.data, FORBIDDEN_IN_HOST "%"))
        return err_new(p->arena, "invalid international domain name");
    bool is_address =
        inet_aton(domain.data, &address) == 1 && inet_ntop(AF_INET, &address, text, sizeof(text));
    if (!is_address && isdigit((unsigned char)domain.data[0]) &&
        domain.data[strspn(domain.data, "0123456789.")] == '\0')
        return err_new(p->arena, "invalid IPv4 address");
    buf_add(&p->out, is_address ? str_of(text) : domain);
    return NULL;
}

static struct err *add_host(struct parser *p, struct str host)
{
    if (host.data[0] == '[')
        return add_ipv6(p, host);
    if (host.len == 0 || (p->is_file && strcasecmp(host.data, "localhost") == 0))
        return NULL;
    if (p->is_special)
        return add_domain(p, host);
    if (strpbrk(host.data, FORBIDDEN_IN_HOST))
        return err_new(p->arena, "invalid domain character");
    encode(&p->out, host, "");
    return NULL;
}

/* `text` is empty or begins with a colon. */
static struct err *add_port(struct parser *p, struct str text)
{
    const char *digits = text.len > 0 ? text.data + 1 : "";
    unsigned long port = strtoul(digits, NULL, 10);
    if (digits[strspn(digits, "0123456789")] || port > UINT16_MAX)
        return err_new(p->arena, "invalid port number");
    if (*digits && (p->port == 0 || port != p->port))
        buf_addf(&p->out, ":%lu", port);
    return NULL;
}

static struct err *read_authority(struct parser *p)
{
    struct str authority = take(p, "/");
    if (p->is_file)
        return add_host(p, authority);
    size_t start = (size_t)(str_rfind(authority, '@') + 1);
    if (start > 0)
        add_userinfo(p, str_slice(p->arena, authority, 0, start - 1));
    struct str host = str_slice(p->arena, authority, start, authority.len);
    size_t bracket = host.data[0] == '[' ? strcspn(host.data, "]") : 0;
    size_t end = bracket + strcspn(host.data + bracket, ":");
    if (end == 0 && (p->is_special || authority.len > 0))
        return err_new(p->arena, "empty host");
    size_t before = p->out.len;
    TRY(add_host(p, str_slice(p->arena, host, 0, end)));
    p->url.host = str_slice(p->arena, buf_str(&p->out), before, p->out.len);
    return add_port(p, str_slice(p->arena, host, end, host.len));
}

/* Reads the segments and resolves `.` and `..`. */
static void read_path(struct parser *p)
{
    size_t start = p->out.len;
    while (*p->rest) {
        p->rest += *p->rest == '/';
        struct str segment = take(p, "/");
        bool is_up = str_eq(segment, STR(".."));
        bool is_dots = is_up || str_eq(segment, STR("."));
        if (is_up) {
            ptrdiff_t slash = str_rfind((struct str){p->out.data + start, p->out.len - start}, '/');
            p->out.len = start + (slash > 0 ? (size_t)slash : 0);
        }
        if (!is_dots || *p->rest != '/') {
            buf_add_char(&p->out, '/');
            encode(&p->out, is_dots ? STR("") : segment, PATH_SET);
        }
    }
    if (p->is_special && p->out.len == start)
        buf_add_char(&p->out, '/');
}

/* Returns the URL without a final slash. If `fold` is set, also without `.git`, and for github.com
 * with the scheme `https` and in lower case. */
static struct str canonical_of(const struct parser *p, size_t path_start, bool fold)
{
    struct str text = p->url.text;
    bool github = fold && str_eq(p->url.host, STR("github.com"));
    size_t end = text.len - (text.len > path_start + 1 && str_ends(text, STR("/")));
    struct str path = str_slice(p->arena, text, path_start, end);
    if (fold && str_ends(path, STR(".git")))
        path = str_slice(p->arena, path, 0, path.len - strlen(".git"));
    struct buf out = buf_new(p->arena);
    buf_add(&out, github ? STR("https") : str_slice(p->arena, text, 0, p->scheme_end));
    buf_add_bytes(&out, text.data + p->scheme_end, path_start - p->scheme_end);
    buf_add(&out, github ? str_lower(p->arena, path) : path);
    return buf_str(&out);
}

/* The error is only the reason, in the words of the `url` crate. */
static struct err *read_url(struct arena *arena, struct str text, struct index_url *out)
{
    struct str in = trimmed(arena, text);
    if (in.len > URL_LIMIT)
        return err_new(arena, "longer than %zu bytes", URL_LIMIT);
    if (strcspn(in.data, FORBIDDEN) < in.len)
        return err_new(arena, "it has a control character, a backslash, `?` or `#`");
    struct parser p = {.arena = arena, .rest = in.data, .out = buf_new(arena), .url.host = STR("")};
    TRY(read_scheme(&p));
    size_t slashes = strspn(p.rest, "/");
    bool any_slashes = p.port > 0; /* https:example.com is valid */
    if (any_slashes || slashes >= 2) {
        p.rest += any_slashes ? slashes : 2;
        TRY(read_authority(&p));
    } else if (!p.is_file) {
        return err_new(arena, "cannot-be-a-base-URLs are not supported");
    }
    size_t path_start = p.out.len;
    read_path(&p);
    p.url.text = buf_str(&p.out);
    p.url.folded = canonical_of(&p, path_start, true);
    p.url.canonical = p.url.is_sparse ? canonical_of(&p, path_start, false) : p.url.folded;
    *out = p.url;
    return NULL;
}

struct err *index_url_parse(struct arena *arena, struct str text, struct index_url *out)
{
    struct err *reason = read_url(arena, text, out);
    if (!reason)
        return NULL;
    struct err *err = err_new(arena, "invalid url `%s`: %s", index_url_shown(arena, text).data,
                              reason->message.data);
    err->cause = reason->cause;
    return err;
}

struct err *index_url_resolve(struct arena *arena, struct str text, struct str directory,
                              struct index_url *out)
{
    struct index_url url = {0};
    struct str in = trimmed(arena, text);
    if (strncasecmp(in.data, "file:", 5) == 0 && in.data[5] != '/') {
        struct buf absolute = buf_new(arena);
        buf_add(&absolute, STR("file://"));
        encode(&absolute, directory, "%?#\\");
        buf_add(&absolute, str_ends(directory, STR("/")) ? STR("") : STR("/"));
        buf_add(&absolute, str_slice(arena, in, 5, in.len));
        text = buf_str(&absolute);
    }
    TRY(index_url_parse(arena, text, &url));
    if (url.has_password)
        return err_new(arena, "registry URLs may not contain passwords");
    *out = url;
    return NULL;
}

/* By the rules, a user name can also follow `https:\\` and `https:`. */
struct str index_url_shown(struct arena *arena, struct str text)
{
    struct buf searched = buf_new(arena); /* without NULs */
    for (size_t i = 0; i < text.len; i++)
        buf_add_char(&searched, (char)(text.data[i] ? text.data[i] : '0'));
    const char *data = buf_str(&searched).data;
    size_t start = strcspn(data, ":/\\");
    start += strspn(data + start, ":/\\\t\n\r");
    struct str authority = {data + start, strcspn(data + start, "/?#\\")};
    ptrdiff_t at = str_rfind(authority, '@');
    authority.len = at < 0 ? 0 : (size_t)at;
    if (at <= 0 || str_eq(authority, STR("git")) || str_starts(text, STR("file:")))
        return text_shown(arena, text);
    struct buf shown = buf_new(arena);
    buf_add_bytes(&shown, text.data, start);
    buf_add(&shown, STR("\xE2\x80\xA6"));
    buf_add_bytes(&shown, text.data + start + at, text.len - start - (size_t)at);
    return text_shown(arena, buf_str(&shown));
}
