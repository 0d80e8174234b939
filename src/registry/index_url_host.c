#include "registry/index_url_host.h"

#include "registry/percent.h"
#include "util/unicode.h"

#include <arpa/inet.h>
#include <ctype.h>

/* Not in a domain name, beside controls. */
#define FORBIDDEN_IN_DOMAIN " %#/:<>?@[\\]^|"

#define IPV4_PARTS  4
#define IPV6_PIECES 8

static struct err *bad_domain(struct arena *arena)
{
    return err_new(arena, "invalid international domain name");
}

/* The longest run of two or more zero pieces, the first of its length, is left out. (inet_ntop
 * writes mapped IPv4 addresses in another way.) */
static void add_ipv6(struct buf *out, const uint16_t pieces[IPV6_PIECES])
{
    int gap = -1;
    int gap_len = 1;
    for (int i = 0; i < IPV6_PIECES; i++) {
        int len = 0;
        while (i + len < IPV6_PIECES && pieces[i + len] == 0) {
            len++;
        }
        if (len > gap_len) {
            gap = i;
            gap_len = len;
        }
    }
    buf_add_char(out, '[');
    for (int i = 0; i < IPV6_PIECES; i++) {
        if (i == gap) {
            buf_add(out, STR("::"));
            i += gap_len - 1;
        } else {
            buf_addf(out, i == 0 || i == gap + gap_len ? "%x" : ":%x", pieces[i]);
        }
    }
    buf_add_char(out, ']');
}

/* `host` begins with a bracket. */
static struct err *add_bracketed(struct arena *arena, struct str host, struct buf *out)
{
    struct in6_addr address;
    bool closed = host.len >= 2 && host.data[host.len - 1] == ']';
    struct str inside = closed ? str_slice(arena, host, 1, host.len - 1) : STR("");
    if (strlen(inside.data) != inside.len || inet_pton(AF_INET6, inside.data, &address) != 1) {
        return err_new(arena, "invalid IPv6 address");
    }
    uint16_t pieces[IPV6_PIECES];
    for (size_t i = 0; i < IPV6_PIECES; i++) {
        pieces[i] = (uint16_t)(address.s6_addr[2 * i] << 8 | address.s6_addr[2 * i + 1]);
    }
    add_ipv6(out, pieces);
    return NULL;
}

enum number { NUMBER_NONE, NUMBER_TOO_LARGE, NUMBER_OK };

/* One part of an IPv4 address: decimal, octal with a leading 0, hexadecimal with 0x; `0x` is 0. */
static enum number read_number(const char *text, size_t len, uint32_t *out)
{
    static const char digits[] = "0123456789abcdef";
    unsigned base = 10;
    if (len == 0) {
        return NUMBER_NONE;
    }
    if (len >= 2 && text[0] == '0') {
        base = (text[1] | 0x20) == 'x' ? 16 : 8;
        size_t prefix = base == 16 ? 2 : 1;
        text += prefix;
        len -= prefix;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        const char *digit = memchr(digits, tolower((unsigned char)text[i]), base);
        if (!digit) {
            return NUMBER_NONE;
        }
        if (value <= UINT32_MAX) {
            value = value * base + (uint64_t)(digit - digits);
        }
    }
    *out = (uint32_t)value;
    return value <= UINT32_MAX ? NUMBER_OK : NUMBER_TOO_LARGE;
}

/* The url crate's ends_in_a_number: such a domain must be an IPv4 address. */
static bool ends_in_number(struct str domain)
{
    size_t end = domain.len;
    if (end > 0 && domain.data[end - 1] == '.') {
        end--;
    }
    size_t start = end;
    while (start > 0 && domain.data[start - 1] != '.') {
        start--;
    }
    uint32_t ignored;
    const char *last = domain.data + start;
    size_t len = end - start;
    return (len > 0 && strspn(last, "0123456789") >= len) ||
           read_number(last, len, &ignored) != NUMBER_NONE;
}

static struct err *bad_ipv4(struct arena *arena)
{
    return err_new(arena, "invalid IPv4 address");
}

static struct err *add_ipv4(struct arena *arena, struct str domain, struct buf *out)
{
    uint32_t parts[IPV4_PARTS];
    size_t count = 0;
    size_t end = domain.len - (domain.data[domain.len - 1] == '.');
    for (size_t start = 0; start <= end; count++) {
        size_t len = strcspn(domain.data + start, ".");
        if (count == IPV4_PARTS ||
            read_number(domain.data + start, len, &parts[count]) != NUMBER_OK) {
            return bad_ipv4(arena);
        }
        start += len + 1;
    }
    /* The last part fills all bytes that the others leave. */
    uint64_t address = parts[count - 1];
    if (address > UINT32_MAX >> (8 * (count - 1))) {
        return bad_ipv4(arena);
    }
    for (size_t i = 0; i + 1 < count; i++) {
        if (parts[i] > 255) {
            return bad_ipv4(arena);
        }
        address += (uint64_t)parts[i] << (8 * (3 - i));
    }
    buf_addf(out, "%u.%u.%u.%u", (unsigned)(address >> 24), (unsigned)(address >> 16) & 255,
             (unsigned)(address >> 8) & 255, (unsigned)address & 255);
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

struct err *index_url_add_host(struct arena *arena, struct str host, struct buf *out)
{
    if (host.data[0] == '[') {
        return add_bracketed(arena, host, out);
    }
    struct str domain = str_lower(arena, percent_decode(arena, host));
    if (has_forbidden(domain)) {
        return bad_domain(arena);
    }
    if (needs_idna(domain)) {
        /* libidn2's Unicode is older than cargo's, and it limits the length of labels. */
        TRY(unicode_domain(arena, domain, &domain));
        if (domain.len == 0 || has_forbidden(domain)) {
            return bad_domain(arena);
        }
    }
    if (domain.len == 0) {
        return err_new(arena, "empty host");
    }
    if (ends_in_number(domain)) {
        return add_ipv4(arena, domain, out);
    }
    buf_add(out, domain);
    return NULL;
}

struct err *index_url_add_opaque_host(struct arena *arena, struct str host, struct buf *out)
{
    if (host.data[0] == '[') {
        return add_bracketed(arena, host, out);
    }
    for (size_t i = 0; i < host.len; i++) {
        if (memchr(" #/:<>?@[\\]^|", host.data[i], sizeof(" #/:<>?@[\\]^|"))) {
            return err_new(arena, "invalid domain character");
        }
    }
    percent_encode(out, host.data, host.len, "");
    return NULL;
}
