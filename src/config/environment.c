#include "config/environment.h"

#include "util/list.h"
#include "util/unicode.h"
#include "util/utf8.h"

#include <strings.h>

struct str environment_part(struct arena *arena, struct str part)
{
    struct str upper = unicode_upper(arena, part);
    char *data = arena_alloc(arena, upper.len + 1);
    for (size_t i = 0; i < upper.len; i++) {
        data[i] = upper.data[i];
        if (data[i] == '-') {
            data[i] = '_';
        }
    }
    return (struct str){data, upper.len};
}

/* Compares ASCII letters only, because no other letter has one of the letters of CARGO as its upper
 * case. */
static bool is_cargos(const char *entry)
{
    return strncasecmp(entry, "cargo", 5) == 0 && (entry[5] == '_' || entry[5] == '-');
}

static int by_name(const void *a, const void *b)
{
    const struct variable *one = a;
    const struct variable *other = b;
    int order = str_cmp(one->name, other->name);
    return order ? order : list_order(one->position, other->position);
}

static int by_normal(const void *a, const void *b)
{
    return str_cmp((*(struct variable *const *)a)->normal, (*(struct variable *const *)b)->normal);
}

static void keep_last_of_each_name(struct environment *environment)
{
    size_t kept = 0;
    for (size_t i = 0; i < environment->count; i++) {
        bool same = kept > 0 &&
                    str_eq(environment->variables[kept - 1].name, environment->variables[i].name);
        environment->variables[same ? kept - 1 : kept++] = environment->variables[i];
    }
    environment->count = kept;
}

void environment_init(struct environment *environment, struct arena *arena, char *const *block)
{
    size_t count = 0;
    for (size_t i = 0; block[i]; i++) {
        count += is_cargos(block[i]);
    }
    *environment =
        (struct environment){.variables = arena_new_array(arena, struct variable, count)};
    for (size_t i = 0; block[i]; i++) {
        const char *equals = strchr(block[i], '=');
        if (!equals || !is_cargos(block[i])) {
            continue;
        }
        struct str name = str_copy(arena, block[i], (size_t)(equals - block[i]));
        struct str value = str_of(equals + 1);
        if (utf8_valid(name)) {
            environment->variables[environment->count++] =
                (struct variable){name, value, environment_part(arena, name), utf8_valid(value), i};
        }
    }
    list_sort(environment->variables, environment->count, sizeof(struct variable), by_name);
    keep_last_of_each_name(environment);
    environment->by_normal = arena_new_array(arena, struct variable *, environment->count);
    for (size_t i = 0; i < environment->count; i++) {
        environment->by_normal[i] = &environment->variables[i];
        environment->has_registries |=
            str_starts(environment->variables[i].normal, STR("CARGO_REGISTR"));
    }
    list_sort(environment->by_normal, environment->count, sizeof(struct variable *), by_normal);
}

const struct variable *environment_get(const struct environment *environment, struct str name)
{
    size_t low = 0;
    size_t high = environment->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(environment->variables[middle].name, name);
        if (order == 0) {
            return &environment->variables[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

const struct variable *environment_wrong_case(const struct environment *environment,
                                              struct str name)
{
    const struct variable key = {.normal = name};
    const struct variable *wanted = &key;
    struct variable **found = list_find(&wanted, environment->by_normal, environment->count,
                                        sizeof(struct variable *), by_normal);
    return found && (*found)->valid ? *found : NULL;
}
