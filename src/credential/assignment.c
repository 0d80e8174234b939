#include "credential/search.h"

#include <regex.h>

enum { LONGEST_LINE = 4096, GROUPS = 7, MOST_ASSIGNMENTS = 20 };

#define BEFORE "(^|[ \t;&|('\"`])" /* what can precede the name or the command */
#define NAME   "(CARGO_[A-Za-z0-9_]+)"

/* How programs write an assignment: an extended regular expression that ends before the value, and
 * the number of the group with the name. */
static const struct syntax {
    const char *pattern;
    size_t name;
} syntaxes[] = {
    {BEFORE NAME "[+]?=", 2},                     /* shells, systemd, PAM */
    {BEFORE NAME "[ \t]+(DEFAULT|OVERRIDE)=", 2}, /* pam_env.conf */
    {"^SETUVAR (--[a-z]+ )*" NAME ":", 2},        /* fish's file of universal variables */
    /* fish, unless an option is --erase, --query, --names or --show */
    {BEFORE "set([ \t]+-(-(([^eqns \t]|e[^r \t])[a-z]*)?|[^-eqnS \t]+))*[ \t]+" NAME "[ \t]+", 6},
};

static bool is_comment(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (line[i] == '#' && (i == 0 || strchr(" \t", line[i - 1])))
            return true;
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

struct finder {
    struct arena *arena;
    regex_t expressions[COUNT(syntaxes)];
    struct assignment *first;
    struct assignment **end;
    size_t count;
};

static void find_in_line(struct finder *finder, const char *line, size_t number)
{
    regmatch_t groups[GROUPS];
    for (size_t i = 0; i < COUNT(syntaxes); i++) {
        const char *at = line;
        while (finder->count <= MOST_ASSIGNMENTS &&
               regexec(&finder->expressions[i], at, GROUPS, groups, at > line ? REG_NOTBOL : 0) ==
                   0) {
            const regmatch_t *group = &groups[syntaxes[i].name];
            const char *start = at + group->rm_so;
            struct str name = str_copy(finder->arena, start, (size_t)(group->rm_eo - group->rm_so));
            at += groups[0].rm_eo;
            if (!is_wanted(name) || is_empty(at) || is_comment(line, (size_t)(start - line)) ||
                finder->count++ == MOST_ASSIGNMENTS)
                continue;
            *finder->end = arena_new(finder->arena, struct assignment);
            **finder->end = (struct assignment){name, at, number, NULL};
            finder->end = &(*finder->end)->next;
        }
    }
}

struct assignment *assignments_in(struct arena *arena, struct str text, bool *more)
{
    struct finder finder = {.arena = arena};
    const char *end = text.data + text.len;
    size_t number = 1;
    finder.end = &finder.first;
    for (size_t i = 0; i < COUNT(syntaxes); i++)
        if (regcomp(&finder.expressions[i], syntaxes[i].pattern, REG_EXTENDED) != 0)
            out_of_memory();
    for (const char *start = text.data; start < end && finder.count <= MOST_ASSIGNMENTS; number++) {
        size_t left = (size_t)(end - start);
        const char *newline = memchr(start, '\n', left);
        size_t len = newline ? (size_t)(newline - start) : left;
        if (memmem(start, len, "CARGO_", 6)) {
            size_t most = len < LONGEST_LINE ? len : LONGEST_LINE;
            find_in_line(&finder, str_copy(arena, start, most).data, number);
        }
        start += len + 1;
    }
    for (size_t i = 0; i < COUNT(syntaxes); i++)
        regfree(&finder.expressions[i]);
    *more = finder.count > MOST_ASSIGNMENTS;
    return finder.first;
}
