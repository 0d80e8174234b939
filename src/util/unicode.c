#include "util/unicode.h"

#include <ctype.h>

static const char *const unistring[] = {"libunistring.so.5", "libunistring.so.2", NULL};
static const char *const idn2[] = {"libidn2.so.0", NULL};

#ifdef LINK_UNICODE

#include <idn2.h>
#include <unicase.h>
#include <unictype.h>
#include <uniwidth.h>

#define LOAD(library, function) (function)

#else

#include <dlfcn.h>

/* As in the headers of the libraries, which a build does not need. */
bool uc_is_property_xid_start(uint32_t character);
bool uc_is_property_xid_continue(uint32_t character);
int uc_width(uint32_t character, const char *encoding);
uint8_t *u8_toupper(const uint8_t *text, size_t len, const char *language, const void *form,
                    uint8_t *memory, size_t *size);
uint8_t *u8_tolower(const uint8_t *text, size_t len, const char *language, const void *form,
                    uint8_t *memory, size_t *size);
int idn2_lookup_u8(const uint8_t *domain, uint8_t **out, int flags);

#define IDN2_NFC_INPUT       1
#define IDN2_NONTRANSITIONAL 8

typedef void symbol(void);

/* Finds a library that is already loaded without dlopen(). If only the second name exists, dlopen()
 * would search the directories for the first name each time. Returns NULL if there is none. */
static symbol *load(const char *const *names, const char *name)
{
    symbol *function;
    void *found = dlsym(RTLD_DEFAULT, name);
    for (size_t i = 0; names[i] && !found; i++) {
        void *handle = dlopen(names[i], RTLD_NOW | RTLD_GLOBAL);
        found = handle ? dlsym(handle, name) : NULL;
    }
    /* POSIX allows this conversion of a pointer to data, but ISO C does not. */
    memcpy(&function, &found, sizeof(function));
    return function;
}

#define LOAD(library, function) ((__typeof__(function) *)load(library, #function))

#endif

static struct err *missing(struct arena *arena, const char *const *names)
{
    return err_new(arena, "names that are not ASCII need the library %s", names[0]);
}

struct err *unicode_xid(struct arena *arena, uint32_t character, bool first, bool *out)
{
    /* Characters that Unicode has allowed after the first one only since 15.1. */
    static const uint32_t newer[] = {0x200c, 0x200d, 0x30fb, 0xff65};
    if (character < 0x80) {
        *out = isalpha((int)character) || (!first && (isdigit((int)character) || character == '_'));
        return NULL;
    }
    bool (*has)(uint32_t) = first ? LOAD(unistring, uc_is_property_xid_start)
                                  : LOAD(unistring, uc_is_property_xid_continue);
    if (!has)
        return missing(arena, unistring);
    *out = has(character);
    for (size_t i = 0; i < COUNT(newer); i++)
        *out |= !first && character == newer[i];
    return NULL;
}

static bool is_ascii(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] >= 0x80)
            return false;
    return true;
}

static struct str convert(struct arena *arena, struct str text, __typeof__(u8_toupper) *function)
{
    if (!function)
        return text;
    /* The result is in the arena, so that no copy is left outside of it. A letter becomes at most
     * three times as long. */
    size_t len = text.len * 3 + 1;
    uint8_t *memory = arena_alloc(arena, len);
    uint8_t *result = function((const uint8_t *)text.data, text.len, "", NULL, memory, &len);
    return result ? str_copy(arena, (const char *)result, len) : text;
}

struct str unicode_upper(struct arena *arena, struct str text)
{
    return convert(arena, text, is_ascii(text) ? NULL : LOAD(unistring, u8_toupper));
}

struct str unicode_lower(struct arena *arena, struct str text)
{
    return is_ascii(text) ? str_lower(arena, text)
                          : convert(arena, text, LOAD(unistring, u8_tolower));
}

size_t unicode_width(struct str text)
{
    size_t sum = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t c;
        bool valid;
        at += utf8_decode(text, at, &c, &valid);
        bool known = c < 0x80 || c == 0x2026; /* our own `…`, which is frequent */
        int (*width_of)(uint32_t, const char *) = known ? NULL : LOAD(unistring, uc_width);
        int width = width_of ? width_of(c, "UTF-8") : 1;
        sum += width > 0 ? (size_t)width : 0;
    }
    return sum;
}

struct err *unicode_domain(struct arena *arena, struct str domain, struct str *out)
{
    if (is_ascii(domain) && !strstr(domain.data, "xn--")) {
        *out = domain;
        return NULL;
    }
    int (*lookup)(const uint8_t *, uint8_t **, int) = LOAD(idn2, idn2_lookup_u8);
    if (!lookup)
        return missing(arena, idn2);
    uint8_t *ascii = NULL;
    *out = STR("");
    if (lookup((const uint8_t *)domain.data, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == 0) {
        *out = str_copy(arena, (const char *)ascii, strlen((const char *)ascii));
        free(ascii);
    }
    return NULL;
}
