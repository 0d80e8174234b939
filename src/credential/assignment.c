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
    struct search *search;
    const struct place *place;
    assignment_take *take;
    regex_t expressions[COUNT(syntaxes)];
    size_t count;
};

static void find_in_line(struct finder *finder, struct arena *scratch, const char *line,
                         size_t number)
{
    regmatch_t groups[GROUPS];
    for (size_t i = 0; i < COUNT(syntaxes); i++) {
        const char *at = line;
        while (finder->count <= MOST_ASSIGNMENTS &&
               regexec(&finder->expressions[i], at, GROUPS, groups, at > line ? REG_NOTBOL : 0) ==
                   0) {
            const regmatch_t *group = &groups[syntaxes[i].name];
            const char *start = at + group->rm_so;
            struct str name = str_copy(scratch, start, (size_t)(group->rm_eo - group->rm_so));
            at += groups[0].rm_eo;
            if (!is_wanted(name) || is_empty(at) || is_comment(line, (size_t)(start - line))) {
                continue;
            }
            if (finder->count++ < MOST_ASSIGNMENTS) {
                const struct assignment found = {name, at, number, syntaxes[i].universal};
                finder->take(finder->search, finder->place, &found);
            } else {
                search_problem(finder->search, finder->place->shown,
                               "the file assigns too many variables of cargo");
            }
        }
    }
}

void assignments_in(struct search *search, const struct place *place, struct str text,
                    assignment_take *take)
{
    CLEANUP(arena_free) struct arena scratch = {0};
    struct finder finder = {.search = search, .place = place, .take = take};
    const char *end = text.data + text.len;
    size_t number = 1;
    if (!memmem(text.data, text.len, "CARGO_", 6)) {
        return;
    }
    for (size_t i = 0; i < COUNT(syntaxes); i++) {
        if (regcomp(&finder.expressions[i], syntaxes[i].pattern, REG_EXTENDED) != 0) {
            out_of_memory();
        }
    }
    for (const char *start = text.data; start < end && finder.count <= MOST_ASSIGNMENTS; number++) {
        size_t left = (size_t)(end - start);
        const char *newline = memchr(start, '\n', left);
        size_t len = newline ? (size_t)(newline - start) : left;
        if (memmem(start, len, "CARGO_", 6)) {
            size_t most = len < LONGEST_LINE ? len : LONGEST_LINE;
            find_in_line(&finder, &scratch, str_copy(&scratch, start, most).data, number);
            arena_clear(&scratch);
        }
        start += len + 1;
    }
    for (size_t i = 0; i < COUNT(syntaxes); i++) {
        regfree(&finder.expressions[i]);
    }
}
