#include "util/unicode.h"

#include <assert.h>
#include <ctype.h>

#ifdef LINK_UNICODE
#include <idn2.h>
#include <unicase.h>
#include <unictype.h>
#include <uniwidth.h>
#else
#include <dlfcn.h>
#endif

typedef bool property_type(uint32_t);
typedef int uc_width_type(uint32_t, const char *);
typedef uint8_t *u8_toupper_type(const uint8_t *, size_t, const char *, const void *, uint8_t *,
                                 size_t *);
typedef int idn2_lookup_type(const uint8_t *, uint8_t **, int);

enum { IDN2_FLAGS = 1 | 8 }; /* IDN2_NFC_INPUT, IDN2_NONTRANSITIONAL */

#ifdef LINK_UNICODE

#define FIND(arena, library, name, out) find_linked(arena, (void (*)(void))name, out)

static struct err *find_linked(struct arena *arena, void (*symbol)(void), void (**out)(void))
{
    (void)arena;
    *out = symbol;
    return NULL;
}

#else

#define FIND(arena, library, name, out) find_loaded(arena, library, #name, out)

static const char *const unistring[] = {"libunistring.so.5", "libunistring.so.2", NULL};
static const char *const idn2[] = {"libidn2.so.0", NULL};

/* Finds a library that is already loaded without dlopen(). If only the second name exists, dlopen()
 * would search the directories for the first name each time. */
static struct err *find_loaded(struct arena *arena, const char *const *names, const char *symbol,
                               void (**out)(void))
{
    void *found = dlsym(RTLD_DEFAULT, symbol);
    for (size_t i = 0; names[i] && !found; i++) {
        void *handle = dlopen(names[i], RTLD_NOW | RTLD_GLOBAL);
        found = handle ? dlsym(handle, symbol) : NULL;
    }
    if (!found) {
        return err_new(arena, "names that are not ASCII need the library %s", names[0]);
    }
    /* POSIX allows this conversion of an object pointer to a function pointer, but ISO C does not.
     */
    memcpy(out, &found, sizeof(found));
    return NULL;
}

#endif

struct err *unicode_xid_start(struct arena *arena, uint32_t character, bool *out)
{
    if (character < 0x80) {
        *out = isalpha((int)character);
        return NULL;
    }
    void (*symbol)(void) = NULL;
    TRY(FIND(arena, unistring, uc_is_property_xid_start, &symbol));
    assert(symbol);
    *out = ((property_type *)symbol)(character);
    return NULL;
}

struct err *unicode_xid_continue(struct arena *arena, uint32_t character, bool *out)
{
    /* Characters that Unicode has allowed in identifiers only since 15.1. */
    static const uint32_t newer[] = {0x200c, 0x200d, 0x30fb, 0xff65};
    for (size_t i = 0; i < COUNT(newer); i++) {
        if (character == newer[i]) {
            *out = true;
            return NULL;
        }
    }
    if (character < 0x80) {
        *out = isalnum((int)character) || character == '_';
        return NULL;
    }
    void (*symbol)(void) = NULL;
    TRY(FIND(arena, unistring, uc_is_property_xid_continue, &symbol));
    assert(symbol);
    *out = ((property_type *)symbol)(character);
    return NULL;
}

static bool is_ascii(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.data[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

struct str unicode_upper(struct arena *arena, struct str text)
{
    void (*symbol)(void) = NULL;
    if (is_ascii(text) || FIND(arena, unistring, u8_toupper, &symbol)) {
        return str_upper(arena, text);
    }
    assert(symbol);
    /* The result is in the arena, so that no copy is left outside of it. A letter becomes at most
     * three times as long. */
    size_t len = text.len * 3 + 1;
    uint8_t *memory = arena_alloc(arena, len);
    uint8_t *upper =
        ((u8_toupper_type *)symbol)((const uint8_t *)text.data, text.len, "", NULL, memory, &len);
    return upper ? str_copy(arena, (const char *)upper, len) : str_upper(arena, text);
}

size_t unicode_width(struct arena *arena, uint32_t character)
{
    void (*symbol)(void) = NULL;
    bool known = character < 0x80 || character == 0x2026; /* our own `…`, which is frequent */
    if (known || FIND(arena, unistring, uc_width, &symbol)) {
        return 1;
    }
    assert(symbol);
    int width = ((uc_width_type *)symbol)(character, "UTF-8");
    return width > 0 ? (size_t)width : 0;
}

struct err *unicode_domain(struct arena *arena, struct str domain, struct str *out)
{
    void (*symbol)(void) = NULL;
    TRY(FIND(arena, idn2, idn2_lookup_u8, &symbol));
    assert(symbol);
    uint8_t *ascii = NULL;
    *out = STR("");
    if (((idn2_lookup_type *)symbol)((const uint8_t *)domain.data, &ascii, IDN2_FLAGS) == 0) {
        *out = str_copy(arena, (const char *)ascii, strlen((const char *)ascii));
        free(ascii);
    }
    return NULL;
}
