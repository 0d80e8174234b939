/*
 * The hash in the names of cargo's directories, `index.crates.io-1949cf8c6b5b557f`: the same on
 * every machine and in every release since 1.85. It is rustc's StableHasher: SipHash with one
 * round a word and three at the end, 128 bits wide, key zero, both halves then folded into one.
 * (cargo: util/hasher.rs, util/hex.rs)
 */
#ifndef REGISTRY_STABLE_HASH_H
#define REGISTRY_STABLE_HASH_H

#include "util/base.h"

/* 16 hexadecimal digits. */
struct str stable_hash(struct arena *arena, struct str bytes);

#endif
