#include "config/environment.h"

#include "util/lazy.h"
#include "toml/toml.h"

#include <strings.h>

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.data[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

/*
 * Rust's str::to_uppercase, with all of Unicode's rules. Without libunistring letters beyond ASCII
 * stay as they are: the variable of a registry called `ünï` is then not found, as if it were unset.
 */
static struct str upper(struct arena *arena, struct str s)
{
    typedef unsigned char *u8_toupper(const unsigned char *, size_t, const char *, const void *,
                                      unsigned char *, size_t *);
    static const char *const libraries[] = {"libunistring.so.2", "libunistring.so.5", NULL};
    void (*symbol)(void) = NULL;
    if (is_ascii(s) || lazy_symbol(arena, libraries, "u8_toupper", &symbol)) {
        return str_upper(arena, s);
    }
    /* The caller gives the memory, so that no copy is left outside the arena. No letter becomes
     * more than three times as long. */
    size_t len = s.len * 3 + 1;
    unsigned char *memory = arena_alloc(arena, len);
    unsigned char *result =
        ((u8_toupper *)symbol)((const unsigned char *)s.data, s.len, "", NULL, memory, &len);
    return result ? str_copy(arena, (const char *)result, len) : str_upper(arena, s);
}

struct str environment_part(struct arena *arena, struct str part)
{
    struct str converted = upper(arena, part);
    char *data = arena_alloc(arena, converted.len + 1);
    for (size_t i = 0; i < converted.len; i++) {
        char c = converted.data[i];
        data[i] = c;
        if (c == '-') {
            data[i] = '_';
        }
    }
    return (struct str){data, converted.len};
}

/* The letters of CARGO have no other letter whose upper case they are, so this misses none. */
static bool is_cargos(const char *entry)
{
    return strncasecmp(entry, "cargo", 5) == 0 && (entry[5] == '_' || entry[5] == '-');
}

static struct variable *find(const struct environment *environment, struct str name)
{
    for (size_t i = 0; i < environment->count; i++) {
        if (str_eq(environment->variables[i].name, name)) {
            return &environment->variables[i];
        }
    }
    return NULL;
}

void environment_init(struct environment *environment, struct arena *arena, char *const *block)
{
    size_t count = 0;
    for (size_t i = 0; block[i]; i++) {
        count += is_cargos(block[i]);
    }
    environment->variables = arena_new_array(arena, struct variable, count);
    environment->count = 0;
    for (size_t i = 0; block[i]; i++) {
        const char *equals = strchr(block[i], '=');
        if (!equals || !is_cargos(block[i])) {
            continue;
        }
        struct str name = str_copy(arena, block[i], (size_t)(equals - block[i]));
        if (!utf8_valid(name)) {
            continue;
        }
        struct variable *same = find(environment, name);
        if (!same) {
            same = &environment->variables[environment->count++];
        }
        struct str value = str_of(equals + 1);
        *same = (struct variable){name, value, environment_part(arena, name), utf8_valid(value)};
    }
}

const struct variable *environment_get(const struct environment *environment, struct str name)
{
    return find(environment, name);
}

bool environment_has_prefix(const struct environment *environment, struct str prefix)
{
    for (size_t i = 0; i < environment->count; i++) {
        if (str_starts(environment->variables[i].name, prefix)) {
            return true;
        }
    }
    return false;
}

const struct variable *environment_wrong_case(const struct environment *environment,
                                              struct str name)
{
    for (size_t i = environment->count; i > 0; i--) {
        const struct variable *variable = &environment->variables[i - 1];
        if (variable->valid && str_eq(variable->normal, name)) {
            return variable;
        }
    }
    return NULL;
}
