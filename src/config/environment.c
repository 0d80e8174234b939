#include "config/config.h"

#include "util/unicode.h"

#include <ctype.h>
#include <strings.h>

struct str environment_part(struct arena *arena, struct str part)
{
    struct str upper = unicode_upper(arena, part);
    char *data = arena_alloc(arena, upper.len + 1);
    for (size_t i = 0; i < upper.len; i++)
        data[i] = (char)(upper.data[i] == '-' ? '_' : toupper((unsigned char)upper.data[i]));
    return (struct str){data, upper.len};
}

/* Compares ASCII letters only, because no other letter has one of the letters of CARGO as its upper
 * case. */
static bool is_cargos(const char *entry)
{
    return strncasecmp(entry, "cargo", 5) == 0 && (entry[5] == '_' || entry[5] == '-');
}

static void take(struct environment *environment, struct arena *arena, const char *entry)
{
    const char *equals = is_cargos(entry) ? strchr(entry, '=') : NULL;
    if (!equals)
        return;
    struct str name = str_copy(arena, entry, (size_t)(equals - entry));
    struct str value = str_of(equals + 1);
    if (!utf8_valid(name))
        return;
    struct variable **place = (struct variable **)map_place(arena, &environment->by_name, name);
    struct variable *variable = *place ? *place : &environment->variables[environment->count++];
    *place = variable;
    *variable = (struct variable){name, value, utf8_valid(value)};
    struct str normal = environment_part(arena, name);
    environment->has_registries |= str_starts(normal, STR("CARGO_REGISTR"));
    if (variable->valid && !str_eq(normal, name))
        *map_place(arena, &environment->wrong_case, normal) = variable;
}

void environment_init(struct environment *environment, struct arena *arena, char *const *block)
{
    size_t count = 0;
    for (size_t i = 0; block[i]; i++)
        count += is_cargos(block[i]);
    *environment = (struct environment){
        .variables = arena_new_array(arena, struct variable, count),
    };
    for (size_t i = 0; block[i]; i++)
        take(environment, arena, block[i]);
}
