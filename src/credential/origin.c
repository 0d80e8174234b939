#include "credential/origin.h"

#include "util/fs.h"
#include "util/text.h"

#define PREFIX "CARGO_"

enum { LONGEST_LINE = 4096, MOST_IN_FILE = 20 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_name(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Returns true if `at` follows `set` with options that assign. */
static bool is_fish_set(const char *start, const char *at)
{
    for (;;) {
        while (at > start && is_blank(at[-1])) {
            at--;
        }
        const char *end = at;
        while (at > start && !is_blank(at[-1]) && at[-1] != ';') {
            at--;
        }
        size_t len = (size_t)(end - at);
        bool is_long = len > 2 && at[0] == '-' && at[1] == '-';
        if (len == 0 || at[0] != '-') {
            return len == 3 && memcmp(at, "set", 3) == 0;
        }
        /* --erase, --query, --names, --show */
        if (is_long ? strchr("qns", at[2]) || memcmp(at + 2, "er", 2) == 0
                    : strcspn(at, "eqnS") < len) {
            return false;
        }
    }
}

static bool is_comment(const char *start, const char *at)
{
    for (const char *c = start; c < at; c++) {
        if (*c == '#' && (c == start || is_blank(c[-1]))) {
            return true;
        }
    }
    return false;
}

/* Returns the value of the variable whose name is from `name` to `end`, or NULL if this is no
 * assignment. */
static const char *value_of(const char *start, const char *name, const char *end)
{
    static const char universal[] = "SETUVAR ";
    const char *word = end + strspn(end, " \t");
    bool begins = name == start || strchr(" \t;&|('\"`", name[-1]);
    if (!begins || is_comment(start, name)) {
        return NULL;
    }
    if (*end == ':' && strncmp(start, universal, sizeof(universal) - 1) == 0) {
        return end + 1;
    }
    if (*end == '=') {
        return end + 1;
    }
    if (end[0] == '+' && end[1] == '=') {
        return end + 2;
    }
    if (word == end) {
        return NULL;
    }
    if (strncmp(word, "DEFAULT=", 8) == 0 || strncmp(word, "OVERRIDE=", 9) == 0) {
        return strchr(word, '=') + 1;
    }
    return is_fish_set(start, name) ? word : NULL;
}

static bool is_empty(const char *value)
{
    bool quoted = (*value == '"' || *value == '\'') && value[1] == *value;
    return strchr(" \t\r\n;&|)", value[quoted ? 2 : 0]) != NULL;
}

/* Returns the absolute path of `~/x`, `$HOME/x`, `"${HOME}/x"` or `/x`, as startup files write it.
 */
static struct str path_of(const struct search *search, const char *value)
{
    static const char *const homes[] = {"~/", "$HOME/", "${HOME}/"};
    struct arena *arena = search->config->arena;
    value += *value == '"' || *value == '\'' ? 1 : 0;
    struct str path = str_copy(arena, value, strcspn(value, " \t\r\n;&|\"'"));
    for (size_t i = 0; i < COUNT(homes); i++) {
        struct str prefix = str_of(homes[i]);
        if (str_starts(path, prefix)) {
            path =
                path_join(arena, search->user_home, str_slice(arena, path, prefix.len, path.len));
        }
    }
    bool literal = path.len > 0 && path.data[0] == '/' && strcspn(path.data, "$`\\") == path.len;
    return literal ? path : STR("");
}

static bool is_wanted(struct str name)
{
    return str_ends(name, STR("TOKEN")) || str_ends(name, STR("SECRET_KEY")) ||
           strstr(name.data, "CREDENTIAL") || str_eq(name, STR("CARGO_HOME"));
}

static void add(const struct search *search, struct assignment origin, const char *value,
                struct assignment ***end)
{
    if (str_eq(origin.variable, STR("CARGO_HOME"))) {
        origin.home = path_of(search, value);
    }
    **end = arena_new(search->config->arena, struct assignment);
    ***end = origin;
    *end = &(**end)->next;
}

/* `text` ends with a NUL, which stops every scan. */
static void find_in(struct search *search, const struct place *place, struct str text,
                    struct assignment ***end)
{
    const char *start = text.data; /* start of the line */
    size_t line = 1;
    size_t count = 0;
    const char *name = text.data;
    while (
        (name = memmem(name, text.len - (size_t)(name - text.data), PREFIX, sizeof(PREFIX) - 1))) {
        const char *newline;
        while ((newline = memchr(start, '\n', (size_t)(name - start)))) {
            start = newline + 1;
            line++;
        }
        const char *name_end = name;
        while (is_name(*name_end)) {
            name_end++;
        }
        struct str variable = str_copy(search->config->arena, name, (size_t)(name_end - name));
        bool wanted = name - start < LONGEST_LINE && is_wanted(variable);
        const char *value = wanted ? value_of(start, name, name_end) : NULL;
        if (value && !is_empty(value)) {
            if (count++ == MOST_IN_FILE) {
                search_problem(search, place->shown,
                               "the file assigns too many variables of cargo");
                return;
            }
            struct assignment origin = {
                .variable = variable,
                .place = place,
                .line = line,
                .universal = *name_end == ':',
            };
            add(search, origin, value, end);
        }
        name = name_end;
    }
}

struct assignment *origins_find(struct search *search, const struct place *places)
{
    struct assignment *first = NULL;
    struct assignment **end = &first;
    for (const struct place *place = places; place; place = place->next) {
        CLEANUP(arena_free) struct arena scratch = {0};
        struct str text;
        if (place->kind == KIND_STARTUP &&
            place_read(search, place, &scratch, PLACE_SCRIPT_LIMIT, &text)) {
            find_in(search, place, text, &end);
        }
    }
    return first;
}

struct str origin_variable(const struct credential *c)
{
    if (credential_usable(c) == USABLE_NO) {
        return STR("");
    }
    return c->place == PLACE_VARIABLE   ? c->variable
           : c->place == PLACE_PROVIDER ? c->provider->setting.variable
                                        : STR("");
}

bool origins_needed(const struct inventory *inventory)
{
    const struct credential *c = inventory_first(inventory);
    while (c && origin_variable(c).len == 0) {
        c = inventory_next(inventory, c);
    }
    return c != NULL;
}

void origins_attach(const struct inventory *inventory, const struct assignment *all)
{
    for (struct credential *c = inventory_first(inventory); c; c = inventory_next(inventory, c)) {
        struct str name = origin_variable(c);
        c->origins = all;
        while (c->origins && !str_eq(c->origins->variable, name)) {
            c->origins = c->origins->next;
        }
    }
}
