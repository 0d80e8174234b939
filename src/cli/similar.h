/*
 * Finds similar names for suggestions, by Jaro's measure: 1 for equal texts, 0 for texts that have
 * nothing in common. clap chooses its tips with it. The operations and their order are those of the
 * strsim crate, because the last bit can decide between two candidates.
 */
#ifndef CLI_SIMILAR_H
#define CLI_SIMILAR_H

#include "util/base.h"

/*
 * Chooses the best of several candidates. Returns true and raises `best` if `candidate` is similar
 * enough to `word` for a tip, and at least as similar as the best one before. `best` starts at 0.
 */
bool similar_better(struct arena *arena, struct str word, const char *candidate, double *best);

#endif
