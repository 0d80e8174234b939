#include "util/unicode.h"

#include "util/utf8.h"

#include <ctype.h>

#ifdef LINK_UNICODE

#include <unicase.h>
#include <unictype.h>
#include <uniwidth.h>

#define LOAD(function) (function)

#else

#include <dlfcn.h>

/* As in the headers of the library, which a build does not need. */
bool uc_is_property_xid_start(uint32_t character);
bool uc_is_property_xid_continue(uint32_t character);
int uc_width(uint32_t character, const char *encoding);
uint8_t *u8_toupper(const uint8_t *text, size_t len, const char *language, const void *form,
                    uint8_t *memory, size_t *size);

typedef void symbol(void);

/* Finds the library without dlopen() if it is loaded already. If only the second name exists,
 * dlopen() would search the directories for the first name each time. Returns NULL if there is
 * none. */
static symbol *load(const char *name)
{
    static const char *const libraries[] = {"libunistring.so.5", "libunistring.so.2"};
    symbol *function;
    void *found = dlsym(RTLD_DEFAULT, name);
    for (size_t i = 0; i < COUNT(libraries) && !found; i++) {
        void *handle = dlopen(libraries[i], RTLD_NOW | RTLD_GLOBAL);
        found = handle ? dlsym(handle, name) : NULL;
    }
    /* POSIX allows this conversion of a pointer to data, but ISO C does not. */
    memcpy(&function, &found, sizeof(function));
    return function;
}

#define LOAD(function) ((__typeof__(function) *)load(#function))

#endif

struct err *unicode_xid(struct arena *arena, uint32_t character, bool first, bool *out)
{
    /* Characters that Unicode has allowed after the first one only since 15.1. */
    static const uint32_t newer[] = {0x200c, 0x200d, 0x30fb, 0xff65};
    if (character < 0x80) {
        *out = isalpha((int)character) || (!first && (isdigit((int)character) || character == '_'));
        return NULL;
    }
    bool (*has)(uint32_t) =
        first ? LOAD(uc_is_property_xid_start) : LOAD(uc_is_property_xid_continue);
    if (!has) {
        return err_new(arena, "names that are not ASCII need the library libunistring");
    }
    *out = has(character);
    for (size_t i = 0; i < COUNT(newer); i++) {
        *out |= !first && character == newer[i];
    }
    return NULL;
}

struct str unicode_upper(struct arena *arena, struct str text)
{
    __typeof__(u8_toupper) *upper = utf8_is_ascii(text) ? NULL : LOAD(u8_toupper);
    if (!upper) {
        return text;
    }
    /* The result is in the arena, so that no copy is left outside of it. A letter becomes at most
     * three times as long. */
    size_t len = text.len * 3 + 1;
    uint8_t *memory = arena_alloc(arena, len);
    uint8_t *result = upper((const uint8_t *)text.data, text.len, "", NULL, memory, &len);
    return result ? str_copy(arena, (const char *)result, len) : text;
}

size_t unicode_width(uint32_t character)
{
    bool known = character < 0x80 || character == 0x2026; /* our own `…`, which is frequent */
    int (*width_of)(uint32_t, const char *) = known ? NULL : LOAD(uc_width);
    int width = width_of ? width_of(character, "UTF-8") : 1;
    return width > 0 ? (size_t)width : 0;
}
