#include "credential/search.h"

#include <regex.h>

enum { LONGEST_LINE = 4096, GROUPS = 7 };

#define BEFORE "(^|[ \t;&|('\"`])" /* what can precede the name or the command */
#define NAME   "(CARGO_[A-Za-z0-9_]+)"

/* How programs write an assignment: an extended regular expression that ends before the value, and
 * the number of the group with the name. */
static const struct syntax {
    const char *pattern;
    size_t name;
    bool universal;
} syntaxes[] = {
    {BEFORE NAME "[+]?=", 2, false},                     /* shells, systemd, PAM */
    {BEFORE NAME "[ \t]+(DEFAULT|OVERRIDE)=", 2, false}, /* pam_env.conf */
    {"^SETUVAR (--[a-z]+ )*" NAME ":", 2, true},         /* fish's file of universal variables */
    /* fish, unless an option is --erase, --query, --names or --show */
    {BEFORE "set([ \t]+-(-(([^eqns \t]|e[^r \t])[a-z]*)?|[^-eqnS \t]+))*[ \t]+" NAME "[ \t]+", 6,
     false},
};

static bool is_comment(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (line[i] == '#' && (i == 0 || strchr(" \t", line[i - 1]))) {
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

struct finder {
    struct arena *arena;
    regex_t expressions[COUNT(syntaxes)];
    struct assignment **end;
    size_t left; /* number of assignments that can still be added */
};

static void find_in_line(struct finder *finder, const char *line, size_t number)
{
    regmatch_t groups[GROUPS];
    for (size_t i = 0; i < COUNT(syntaxes); i++) {
        const char *at = line;
        while (finder->left > 0 && regexec(&finder->expressions[i], at, GROUPS, groups,
                                           at > line ? REG_NOTBOL : 0) == 0) {
            const regmatch_t *group = &groups[syntaxes[i].name];
            const char *start = at + group->rm_so;
            struct str name = str_copy(finder->arena, start, (size_t)(group->rm_eo - group->rm_so));
            at += groups[0].rm_eo;
            if (is_wanted(name) && !is_empty(at) && !is_comment(line, (size_t)(start - line))) {
                *finder->end = arena_new(finder->arena, struct assignment);
                **finder->end = (struct assignment){name, at, number, syntaxes[i].universal, NULL};
                finder->end = &(*finder->end)->next;
                finder->left--;
            }
        }
    }
}

static void find_in_text(struct finder *finder, struct str text)
{
    const char *end = text.data + text.len;
    size_t number = 1;
    for (const char *start = text.data; start < end && finder->left > 0; number++) {
        const char *newline = memchr(start, '\n', (size_t)(end - start));
        size_t len = (size_t)((newline ? newline : end) - start);
        if (memmem(start, len, "CARGO_", 6)) {
            size_t most = len < LONGEST_LINE ? len : LONGEST_LINE;
            find_in_line(finder, str_copy(finder->arena, start, most).data, number);
        }
        start += len + 1;
    }
}

struct assignment *assignments_in(struct arena *arena, struct str text, size_t most)
{
    struct assignment *first = NULL;
    struct finder finder = {.arena = arena, .end = &first, .left = most};
    if (!memmem(text.data, text.len, "CARGO_", 6)) {
        return NULL;
    }
    for (size_t i = 0; i < COUNT(syntaxes); i++) {
        if (regcomp(&finder.expressions[i], syntaxes[i].pattern, REG_EXTENDED) != 0) {
            out_of_memory();
        }
    }
    find_in_text(&finder, text);
    for (size_t i = 0; i < COUNT(syntaxes); i++) {
        regfree(&finder.expressions[i]);
    }
    return first;
}
