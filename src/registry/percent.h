/* Percent-encoding, as in URLs. */
#ifndef REGISTRY_PERCENT_H
#define REGISTRY_PERCENT_H

#include "util/base.h"

/* Adds the bytes, `%XX` in place of controls, bytes outside ASCII, and what is in `set`. */
void percent_encode(struct buf *out, const char *data, size_t len, const char *set);

/* `%` without two hexadecimal digits behind it stays. */
struct str percent_decode(struct arena *arena, struct str s);

#endif
