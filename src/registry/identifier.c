#include "registry/identifier.h"

#include "util/lazy.h"

#include <ctype.h>

static struct err *has_property(struct arena *arena, const char *property, uint32_t character,
                                bool *out)
{
    static const char *const libraries[] = {"libunistring.so.2", "libunistring.so.5", NULL};
    void (*symbol)(void);
    TRY(lazy_symbol(arena, libraries, property, &symbol));
    *out = ((bool (*)(uint32_t))symbol)(character);
    return NULL;
}

struct err *identifier_starts(struct arena *arena, uint32_t character, bool *out)
{
    if (character >= 0x80) {
        return has_property(arena, "uc_is_property_xid_start", character, out);
    }
    *out = isalpha((int)character);
    return NULL;
}

struct err *identifier_continues(struct arena *arena, uint32_t character, bool *out)
{
    /* Old characters that became parts of identifiers in Unicode 15.1. */
    static const uint32_t newer[] = {0x200c, 0x200d, 0x30fb, 0xff65};
    for (size_t i = 0; i < COUNT(newer); i++) {
        if (character == newer[i]) {
            *out = true;
            return NULL;
        }
    }
    if (character >= 0x80) {
        return has_property(arena, "uc_is_property_xid_continue", character, out);
    }
    *out = isalnum((int)character) || character == '_';
    return NULL;
}
