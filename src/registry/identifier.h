/*
 * Characters of identifiers, as Unicode defines them (UAX #31, XID_Start and XID_Continue). ASCII
 * is known here; for other characters libunistring is loaded. Its Unicode is older than cargo's: a
 * letter that was added since is refused.
 */
#ifndef REGISTRY_IDENTIFIER_H
#define REGISTRY_IDENTIFIER_H

#include "util/base.h"

struct err *identifier_starts(struct arena *arena, uint32_t character, bool *out) MUST_CHECK;
struct err *identifier_continues(struct arena *arena, uint32_t character, bool *out) MUST_CHECK;

#endif
