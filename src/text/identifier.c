#include "text/identifier.h"

#include "base/lazy.h"

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
    if (character >= 0x80) {
        return has_property(arena, "uc_is_property_xid_continue", character, out);
    }
    *out = isalnum((int)character) || character == '_';
    return NULL;
}
