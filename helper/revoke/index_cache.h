/*
 * Where cargo keeps its copy of a registry's index: a clone of one in git, files of a sparse one,
 * `config.json` among them. Nothing is created or written there.
 *
 * The directory's name ends with a hash, the same on every machine and in every release since 1.85.
 * It is that of rustc's StableHasher: SipHash with one round a word and three at the end, 128 bits
 * wide, key zero, both halves then folded into one (cargo: util/hasher.rs, util/hex.rs).
 */
#ifndef REVOKE_INDEX_CACHE_H
#define REVOKE_INDEX_CACHE_H

#include "request.h"

/* The directory, which need not exist: $CARGO_HOME/registry/index/HOST-HASH (cargo: short_name in
 * sources/registry). */
struct err *index_cache_directory(struct arena *arena, const struct request *request,
                                  struct str *out) MUST_CHECK;

/* 16 hexadecimal digits. */
struct err *stable_hash(struct arena *arena, struct str bytes, struct str *out) MUST_CHECK;

#endif
