#include "cli/similar.h"

/* clap: did_you_mean accepts scores above this. */
static const double THRESHOLD = 0.7;

static double jaro(struct arena *arena, struct str a, struct str b)
{
    char *matched = arena_alloc(arena, a.len); /* the bytes of `a`, in order */
    bool *taken = arena_new_array(arena, bool, b.len);
    size_t matches = 0;
    size_t misplaced = 0;
    size_t longer = a.len > b.len ? a.len : b.len;
    size_t range = longer > 3 ? longer / 2 - 1 : 0; /* equal bytes must be this close */
    for (size_t i = 0; i < a.len; i++) {
        size_t j = i > range ? i - range : 0;
        size_t end = i + range + 1 < b.len ? i + range + 1 : b.len;
        while (j < end && (taken[j] || a.data[i] != b.data[j])) {
            j++;
        }
        if (j < end) {
            taken[j] = true;
            matched[matches++] = a.data[i];
        }
    }
    for (size_t j = 0, n = 0; j < b.len; j++) {
        misplaced += taken[j] && matched[n] != b.data[j];
        n += taken[j];
    }
    if (matches == 0) {
        return 0;
    }
    double found = (double)matches;
    size_t transpositions = misplaced / 2;
    return (found / (double)a.len + found / (double)b.len +
            (double)(matches - transpositions) / found) /
           3.0;
}

bool similar_better(struct arena *arena, struct str word, const char *candidate, double *best)
{
    double score = jaro(arena, word, str_of(candidate));
    if (score <= THRESHOLD || score < *best) {
        return false;
    }
    *best = score;
    return true;
}
