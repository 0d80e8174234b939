#include "credential/search.h"

#include "credential/server_kind.h"

enum { SHORTEST = 12 };

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

/* Returns false if another needle has the same bytes. */
static bool add(struct search *search, const struct credential *c, unsigned kinds, struct str bytes)
{
    if (!map_add(search->arena, &search->known, bytes)) {
        return false;
    }
    struct needle *needle = arena_new(search->arena, struct needle);
    *needle = (struct needle){bytes, kinds, c, NULL};
    *search->last_needle = needle;
    search->last_needle = &needle->next;
    return true;
}

/* Returns false if the token is known already. */
static bool add_token(struct search *search, const struct credential *c, struct str token)
{
    struct arena *arena = search->arena;
    bool is_new = add(search, c, KIND_STARTUP | KIND_HISTORY | KIND_CLIENT | KIND_CARGO, token);
    add(search, c, KIND_HISTORY, metafied(arena, token));
    for (size_t before = 0; before < 3; before++) {
        add(search, c, KIND_CLIENT, base64(arena, token, before));
    }
    return is_new;
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

void needles_find(struct search *search)
{
    struct arena *arena = search->arena;
    const struct inventory *inventory = search->inventory;
    search->out->tokens = 0;
    for (const struct credential *c = inventory_first(inventory); c;
         c = inventory_next(inventory, c)) {
        const char *reason = unknown(c);
        if (!c->asked_about) {
            continue;
        }
        if (reason && search->options->copies) {
            search_problem(search,
                           str_format(arena, "copies of the %s for `%s`", credential_kind_name(c),
                                      c->registry->shown.data),
                           reason);
        }
        if (c->value.data && c->value.len >= SHORTEST) {
            struct str token = server_bare_token(c->value);
            search->out->tokens += add_token(search, c, token);
        }
    }
}

const char *needle_in(const struct needle *needle, enum place_kind kind, struct str text,
                      const char *from)
{
    size_t left = text.len - (size_t)(from - text.data);
    return (needle->kinds & kind) ? memmem(from, left, needle->bytes.data, needle->bytes.len)
                                  : NULL;
}
