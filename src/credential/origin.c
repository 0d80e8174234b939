#include "credential/origin.h"

#include "util/fs.h"

#include <regex.h>

enum { LONGEST_LINE = 4096, MOST_IN_FILE = 20 };

#define BEFORE "(^|[ \t;&|('\"`])" /* what can precede the name or the command */
#define NAME   "(CARGO_[A-Za-z0-9_]+)"

/* How programs write an assignment: an extended regular expression that ends before the value, and
 * the number of the subexpression with the name. */
static const struct syntax {
    const char *pattern;
    size_t name;
    bool universal;
} syntaxes[] = {
    {BEFORE NAME "[+]?=", 2, false},                     /* shells, systemd, PAM */
    {BEFORE NAME "[ \t]+(DEFAULT|OVERRIDE)=", 2, false}, /* pam_env.conf */
    {"^SETUVAR (--[a-z]+ )*" NAME ":", 2, true},         /* fish's file of universal variables */
    /* fish, unless an option is --erase, --query, --names or --show */
    {BEFORE "set([ \t]+-(-([^eqns]|e[^r])[a-z]*|[^-eqnS \t]+))*[ \t]+" NAME "[ \t]+", 5, false},
};

enum { GROUPS = 6 };

static bool is_comment(struct str line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.data[i] == '#' && (i == 0 || strchr(" \t", line.data[i - 1]))) {
            return true;
        }
    }
    return false;
}

static bool is_empty(const char *value)
{
    bool quoted = (*value == '"' || *value == '\'') && value[1] == *value;
    return strchr(" \t\r\n;&|)", value[quoted ? 2 : 0]) != NULL;
}

static bool is_wanted(struct str name)
{
    return str_ends(name, STR("TOKEN")) || str_ends(name, STR("SECRET_KEY")) ||
           strstr(name.data, "CREDENTIAL") || str_eq(name, STR("CARGO_HOME"));
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

/* A search of one file. */
struct reader {
    struct search *search;
    regex_t expressions[COUNT(syntaxes)];
    const struct place *place;
    size_t line;
    size_t count;
    struct assignment **end;
};

static void add(struct reader *reader, const struct syntax *syntax, struct str name,
                const char *value)
{
    if (reader->count++ == MOST_IN_FILE) {
        search_problem(reader->search, reader->place->shown,
                       "the file assigns too many variables of cargo");
    }
    if (reader->count > MOST_IN_FILE) {
        return;
    }
    *reader->end = arena_new(reader->search->config->arena, struct assignment);
    **reader->end = (struct assignment){
        .variable = name,
        .place = reader->place,
        .line = reader->line,
        .universal = syntax->universal,
        .home = str_eq(name, STR("CARGO_HOME")) ? path_of(reader->search, value) : STR(""),
    };
    reader->end = &(*reader->end)->next;
}

static void find_in_line(struct reader *reader, struct str line)
{
    for (size_t i = 0; i < COUNT(syntaxes); i++) {
        regmatch_t groups[GROUPS];
        size_t at = 0;
        while (regexec(&reader->expressions[i], line.data + at, GROUPS, groups,
                       at > 0 ? REG_NOTBOL : 0) == 0) {
            const regmatch_t *group = &groups[syntaxes[i].name];
            size_t start = at + (size_t)group->rm_so;
            struct str name =
                str_slice(reader->search->config->arena, line, start, at + (size_t)group->rm_eo);
            at += (size_t)groups[0].rm_eo;
            if (is_wanted(name) && !is_empty(line.data + at) &&
                !is_comment((struct str){line.data, start})) {
                add(reader, &syntaxes[i], name, line.data + at);
            }
        }
    }
}

static void find_in(struct reader *reader, struct arena *scratch, struct str text)
{
    const char *end = text.data + text.len;
    const char *start = text.data;
    reader->line = 1;
    reader->count = 0;
    while (start < end) {
        const char *newline = memchr(start, '\n', (size_t)(end - start));
        size_t len = (size_t)((newline ? newline : end) - start);
        if (memmem(start, len, "CARGO_", 6)) {
            size_t most = len < LONGEST_LINE ? len : LONGEST_LINE;
            find_in_line(reader, str_copy(scratch, start, most));
        }
        start += len + 1;
        reader->line++;
    }
}

struct assignment *origins_find(struct search *search, const struct place *places)
{
    struct assignment *first = NULL;
    struct reader reader = {.search = search, .end = &first};
    for (size_t i = 0; i < COUNT(syntaxes); i++) {
        if (regcomp(&reader.expressions[i], syntaxes[i].pattern, REG_EXTENDED) != 0) {
            out_of_memory();
        }
    }
    for (reader.place = places; reader.place; reader.place = reader.place->next) {
        CLEANUP(arena_free) struct arena scratch = {0};
        struct str text;
        if (reader.place->kind == KIND_STARTUP &&
            place_read(search, reader.place, &scratch, PLACE_SCRIPT_LIMIT, &text)) {
            find_in(&reader, &scratch, text);
        }
    }
    for (size_t i = 0; i < COUNT(syntaxes); i++) {
        regfree(&reader.expressions[i]);
    }
    return first;
}
