#include "credential/search.h"

#include "credential/server_kind.h"

enum { SHORTEST = 12 };

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
static bool add(struct search *search, const struct credential *c, struct str bytes)
{
    if (!map_add(search->arena, &search->known, bytes)) {
        return false;
    }
    *search->last_needle = arena_new(search->arena, struct needle);
    **search->last_needle = (struct needle){bytes, c, NULL};
    search->last_needle = &(*search->last_needle)->next;
    return true;
}

static const char *unknown(const struct credential *c)
{
    bool provider = c->place == PLACE_PROVIDER || c->place == PLACE_KEYRING;
    bool absent = c->result == RESULT_NOT_FOUND || c->result == RESULT_NOT_SUPPORTED;
    return provider && !absent                           ? "only its credential provider knows it"
           : c->value.len > 0 && c->value.len < SHORTEST ? "it has fewer than 12 bytes"
                                                         : NULL;
}

void needles_find(struct search *search)
{
    struct arena *arena = search->arena;
    const struct inventory *inventory = search->inventory;
    for (const struct credential *c = inventory_first(inventory); c;
         c = inventory_next(inventory, c)) {
        const char *reason = c->asked_about ? unknown(c) : NULL;
        if (reason && search->options->copies) {
            search_problem(search,
                           str_format(arena, "copies of the %s for `%s` (%s)",
                                      credential_kind_name(c), c->registry->shown.data,
                                      credential_location(arena, c).data),
                           reason);
        }
        struct str token = server_bare_token(c->value);
        if (c->asked_about && c->value.len >= SHORTEST && add(search, c, token)) {
            search->out->tokens++;
            for (size_t before = 0; before < 3; before++) {
                add(search, c, base64(arena, token, before));
            }
        }
    }
}
