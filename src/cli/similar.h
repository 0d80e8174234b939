/*
 * How like two texts are, by Jaro's measure: 1 for equal, 0 for nothing in common. clap finds its
 * tips with it, so it is computed as there (the strsim crate), in the same order of operations:
 * ties between candidates are broken by the last bit.
 */
#ifndef CLI_SIMILAR_H
#define CLI_SIMILAR_H

#include "util/base.h"

double similar_jaro(struct arena *arena, struct str a, struct str b);

/*
 * For choosing the best of many: true, and `best` raised, where `candidate` is like enough to
 * `word` for a tip and no less than the best one before. `best` starts at 0.
 */
bool similar_better(struct arena *arena, struct str word, const char *candidate, double *best);

#endif
