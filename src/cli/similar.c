#include "cli/similar.h"

#include "util/utf8.h"

/* clap: did_you_mean accepts scores above this. */
static const double THRESHOLD = 0.7;

struct characters {
    uint32_t *at;
    bool *matched;
    size_t count;
};

static struct characters characters_of(struct arena *arena, struct str s)
{
    struct characters all = {
        .at = arena_new_array(arena, uint32_t, s.len),
        .matched = arena_new_array(arena, bool, s.len),
    };
    bool valid = true;
    for (size_t i = 0; i < s.len; all.count++) {
        i += utf8_decode(s, i, &all.at[all.count], &valid);
    }
    return all;
}

/* Pairs equal characters that are close to each other. Returns the number of pairs. */
static size_t match(struct characters a, struct characters b)
{
    size_t range = (a.count > b.count ? a.count : b.count) / 2;
    range = range > 0 ? range - 1 : 0;
    size_t matches = 0;
    for (size_t i = 0; i < a.count; i++) {
        size_t from = i > range ? i - range : 0;
        size_t to = i + range + 1 < b.count ? i + range + 1 : b.count;
        for (size_t j = from; j < to; j++) {
            if (a.at[i] == b.at[j] && !b.matched[j]) {
                a.matched[i] = b.matched[j] = true;
                matches++;
                break;
            }
        }
    }
    return matches;
}

/* Returns how many matched characters are in another order. */
static size_t misplaced(struct characters a, struct characters b)
{
    size_t count = 0;
    size_t j = 0;
    for (size_t i = 0; i < a.count; i++) {
        if (!a.matched[i]) {
            continue;
        }
        while (!b.matched[j]) {
            j++;
        }
        count += a.at[i] != b.at[j] ? 1 : 0;
        j++;
    }
    return count;
}

bool similar_better(struct arena *arena, struct str word, const char *candidate, double *best)
{
    struct characters a = characters_of(arena, word);
    struct characters b = characters_of(arena, str_of(candidate));
    size_t matches = match(a, b);
    if (matches == 0) {
        return false;
    }
    size_t transpositions = misplaced(a, b) / 2;
    double found = (double)matches;
    double score = (found / (double)a.count + found / (double)b.count +
                    (double)(matches - transpositions) / found) /
                   3.0;
    if (score <= THRESHOLD || score < *best) {
        return false;
    }
    *best = score;
    return true;
}
