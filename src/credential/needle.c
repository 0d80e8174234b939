#include "credential/needle.h"

#include "util/fs.h"
#include "util/list.h"

#include <strings.h>

enum { SHORTEST = 12, BLOCK = 256 * 1024, MOST_IN_FILE = 100 };

struct needle {
    struct str bytes;
    unsigned kinds;
    const struct credential *of;
};

struct hit {
    size_t offset;
    const struct credential *of;
};

struct hits {
    struct hit list[MOST_IN_FILE];
    size_t count;
};

static void add(struct needles *needles, struct arena *arena, struct needle needle)
{
    for (size_t i = 0; i < needles->count; i++) {
        if (str_eq(needles->list[i].bytes, needle.bytes)) {
            return;
        }
    }
    needles->list =
        list_room(arena, needles->list, sizeof(*needles->list), needles->count, &needles->size);
    needles->list[needles->count++] = needle;
    needles->longest = needle.bytes.len > needles->longest ? needle.bytes.len : needles->longest;
}

/* zsh writes the bytes 0 and 0x83 to 0xA2 as 0x83 followed by the byte xor 32. */
static struct str metafied(struct arena *arena, struct str token)
{
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < token.len; i++) {
        unsigned char c = (unsigned char)token.data[i];
        bool meta = c == 0 || (c >= 0x83 && c <= 0xA2);
        buf_add(&out, meta ? STR("\x83") : STR(""));
        buf_add_char(&out, (char)(meta ? c ^ 32 : c));
    }
    return buf_str(&out);
}

/* Returns the base64 characters that depend only on the token, if `before` bytes precede it. */
static struct str base64(struct arena *arena, struct str token, size_t before)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct buf out = buf_new(arena);
    unsigned bits = 0;
    unsigned count = (unsigned)before * 8 % 6;
    size_t skipped = count > 0 ? 1 : 0; /* this character depends on the bytes before it */
    for (size_t i = 0; i < token.len; i++) {
        bits = (bits << 8 | (unsigned char)token.data[i]) & 0xFFFF;
        for (count += 8; count >= 6; count -= 6) {
            if (skipped > 0) {
                skipped--;
            } else {
                buf_add_char(&out, digits[bits >> (count - 6) & 63]);
            }
        }
    }
    return buf_str(&out);
}

static void add_token(struct needles *needles, struct arena *arena, const struct credential *c,
                      struct str token)
{
    const unsigned all = KIND_STARTUP | KIND_HISTORY | KIND_CLIENT | KIND_CARGO;
    size_t count = needles->count;
    add(needles, arena, (struct needle){token, all, c});
    needles->tokens += needles->count > count;
    add(needles, arena, (struct needle){metafied(arena, token), KIND_HISTORY, c});
    for (size_t before = 0; before < 3; before++) {
        add(needles, arena, (struct needle){base64(arena, token, before), KIND_CLIENT, c});
    }
}

/* Returns the token without the scheme that some registries expect before it. */
static struct str bare(struct arena *arena, struct str token)
{
    static const char *const schemes[] = {"Bearer ", "token "};
    for (size_t i = 0; i < COUNT(schemes); i++) {
        size_t len = strlen(schemes[i]);
        if (token.len > len && strncasecmp(token.data, schemes[i], len) == 0) {
            return str_slice(arena, token, len, token.len);
        }
    }
    return token;
}

static const char *unknown(const struct credential *c)
{
    bool provider = c->place == PLACE_PROVIDER || c->place == PLACE_KEYRING;
    bool absent = c->result == RESULT_NOT_FOUND || c->result == RESULT_NOT_SUPPORTED;
    return provider && !absent ? "only its credential provider knows it"
           : c->value.data && c->value.len > 0 && c->value.len < SHORTEST
               ? "it has fewer than 12 bytes"
               : NULL;
}

void needles_init(struct needles *needles, const struct inventory *inventory, struct search *search)
{
    struct arena *arena = inventory->config->arena;
    *needles = (struct needles){0};
    for (const struct credential *c = inventory_first(inventory); c;
         c = inventory_next(inventory, c)) {
        const char *reason = unknown(c);
        if (!c->asked_about) {
            continue;
        }
        if (reason && search) {
            search_problem(search,
                           str_format(arena, "copies of the %s for `%s`", credential_kind_name(c),
                                      c->registry->shown.data),
                           reason);
        }
        if (c->value.data && c->value.len >= SHORTEST) {
            add_token(needles, arena, c, bare(arena, c->value));
        }
    }
    if (search && needles->count > 0) {
        needles->buffer_size = BLOCK + needles->longest;
        needles->buffer = arena_alloc(arena, needles->buffer_size);
    }
}

const struct credential *needles_in(const struct needles *needles, enum place_kind kind,
                                    struct str text)
{
    for (size_t i = 0; i < needles->count; i++) {
        const struct needle *needle = &needles->list[i];
        if ((needle->kinds & kind) &&
            memmem(text.data, text.len, needle->bytes.data, needle->bytes.len)) {
            return needle->of;
        }
    }
    return NULL;
}

/* Searches `len` bytes in the buffer, of which the first `old` were searched before. Returns false
 * after too many hits. */
static bool search_block(const struct needles *needles, const struct place *place, size_t base,
                         size_t old, size_t len, struct hits *hits)
{
    for (size_t i = 0; i < needles->count; i++) {
        const struct needle *needle = &needles->list[i];
        struct str bytes = needle->bytes;
        const char *end = needles->buffer + len;
        const char *at = needles->buffer;
        while ((needle->kinds & place->kind) &&
               (at = memmem(at, (size_t)(end - at), bytes.data, bytes.len))) {
            size_t offset = (size_t)(at - needles->buffer);
            at += bytes.len;
            if (offset + bytes.len <= old) {
                continue;
            }
            if (hits->count == MOST_IN_FILE) {
                return false;
            }
            hits->list[hits->count++] = (struct hit){base + offset, needle->of};
        }
    }
    return true;
}

static void find_hits(struct needles *needles, struct search *search, const struct place *place,
                      int fd, struct hits *hits)
{
    size_t kept = 0;
    size_t base = 0; /* the offset of the buffer's first byte */
    for (;;) {
        size_t at = base + kept;
        ssize_t got = TEMP_FAILURE_RETRY(pread(fd, needles->buffer + kept, BLOCK, (off_t)at));
        if (got < 0) {
            search_problem(search, place->shown, "reading it failed");
        } else if (got > 0 && at >= PLACE_FILE_LIMIT) {
            search_problem(search, place->shown, "only its first 64 MiB were searched");
        } else if (got > 0 && search_may_read(search, place, (size_t)got)) {
            size_t len = kept + (size_t)got;
            if (search_block(needles, place, base, kept, len, hits)) {
                size_t keep = len < needles->longest ? len : needles->longest - 1;
                memmove(needles->buffer, needles->buffer + len - keep, keep);
                base += len - keep;
                kept = keep;
                continue;
            }
            search_problem(search, place->shown,
                           "it has more than 100 copies; the others are "
                           "not listed");
        }
        return;
    }
}

static int by_offset(const void *a, const void *b)
{
    return list_order(((const struct hit *)a)->offset, ((const struct hit *)b)->offset);
}

static size_t count_lines(struct needles *needles, int fd, size_t from, size_t to)
{
    size_t lines = 0;
    while (from < to) {
        size_t most = to - from < BLOCK ? to - from : BLOCK;
        ssize_t got = TEMP_FAILURE_RETRY(pread(fd, needles->buffer, most, (off_t)from));
        if (got <= 0) {
            break;
        }
        for (ssize_t i = 0; i < got; i++) {
            lines += needles->buffer[i] == '\n';
        }
        from += (size_t)got;
    }
    return lines;
}

void needles_search(struct needles *needles, struct search *search, const struct place *place,
                    void (*found)(void *context, const struct place *place, size_t line,
                                  const struct credential *of),
                    void *context)
{
    CLEANUP(fd_close) int fd = place_open(search, place);
    struct hits hits = {.count = 0};
    size_t line = 1;
    size_t counted = 0;
    if (fd < 0) {
        return;
    }
    find_hits(needles, search, place, fd, &hits);
    list_sort(hits.list, hits.count, sizeof(*hits.list), by_offset);
    for (size_t i = 0; i < hits.count; i++) {
        line += count_lines(needles, fd, counted, hits.list[i].offset);
        counted = hits.list[i].offset;
        found(context, place, line, hits.list[i].of);
    }
}

void needles_wipe(struct needles *needles)
{
    if (needles->buffer) {
        explicit_bzero(needles->buffer, needles->buffer_size);
    }
}

bool needle_looks_like_credentials(struct str text)
{
    static const char *const written[] = {"token = \"", "token = '", "token=\"", "secret-key = \""};
    for (size_t i = 0; i < COUNT(written); i++) {
        if (memmem(text.data, text.len, written[i], strlen(written[i]))) {
            return true;
        }
    }
    return false;
}
