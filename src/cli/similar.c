#include "cli/similar.h"

#include "util/utf8.h"

/* clap: did_you_mean accepts scores above this. */
static const double THRESHOLD = 0.7;

struct characters {
    uint32_t *at;
    size_t count;
};

static struct characters characters_of(struct arena *arena, struct str s)
{
    struct characters all = {.at = arena_new_array(arena, uint32_t, s.len)};
    bool valid = true;
    for (size_t i = 0; i < s.len; all.count++) {
        i += utf8_decode(s, i, &all.at[all.count], &valid);
    }
    return all;
}

static double jaro(struct arena *arena, struct characters a, struct characters b)
{
    uint32_t *matched = arena_new_array(arena, uint32_t, a.count); /* those of `a`, in order */
    bool *taken = arena_new_array(arena, bool, b.count);
    size_t matches = 0;
    size_t misplaced = 0;
    size_t longer = a.count > b.count ? a.count : b.count;
    size_t range = longer > 3 ? longer / 2 - 1 : 0; /* equal characters must be this close */
    for (size_t i = 0; i < a.count; i++) {
        size_t j = i > range ? i - range : 0;
        size_t end = i + range + 1 < b.count ? i + range + 1 : b.count;
        while (j < end && (taken[j] || a.at[i] != b.at[j])) {
            j++;
        }
        if (j < end) {
            taken[j] = true;
            matched[matches++] = a.at[i];
        }
    }
    for (size_t j = 0, n = 0; j < b.count; j++) {
        misplaced += taken[j] && matched[n] != b.at[j];
        n += taken[j];
    }
    if (matches == 0) {
        return 0;
    }
    double found = (double)matches;
    size_t transpositions = misplaced / 2;
    return (found / (double)a.count + found / (double)b.count +
            (double)(matches - transpositions) / found) /
           3.0;
}

bool similar_better(struct arena *arena, struct str word, const char *candidate, double *best)
{
    double score = jaro(arena, characters_of(arena, word), characters_of(arena, str_of(candidate)));
    if (score <= THRESHOLD || score < *best) {
        return false;
    }
    *best = score;
    return true;
}
