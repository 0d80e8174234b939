/*
 * Finds the directory of cargo's copy of a registry's index. For a git index, that is a clone; for
 * a sparse one, files such as `config.json`. This module does not write there.
 *
 * The name of the directory ends with a hash, which has been the same on every machine and in every
 * release since 1.85. It is rustc's StableHasher: SipHash-1-3 with 128 bits and a zero key, with
 * both halves combined into one (cargo: util/hasher.rs, util/hex.rs).
 */
#ifndef REVOKE_INDEX_CACHE_H
#define REVOKE_INDEX_CACHE_H

#include "request.h"

/* The directory, which might not exist: $CARGO_HOME/registry/index/HOST-HASH (cargo: short_name in
 * sources/registry). */
struct err *index_cache_directory(struct arena *arena, const struct request *request,
                                  struct str *out) MUST_CHECK;

/* Returns 16 hexadecimal digits. */
struct err *stable_hash(struct arena *arena, struct str bytes, struct str *out) MUST_CHECK;

#endif
