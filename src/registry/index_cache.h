/*
 * Where cargo keeps what it has of a registry's index: a clone of one in git, files of a sparse
 * one, `config.json` among them. Nothing is created or written here.
 */
#ifndef REGISTRY_INDEX_CACHE_H
#define REGISTRY_INDEX_CACHE_H

#include "config/context.h"
#include "registry/index_url.h"

/* The directory, which need not be there: $CARGO_HOME/registry/index/HOST-HASH. cargo: short_name
 * in sources/registry. */
struct err *index_cache_directory(struct context *context, const struct index_url *url,
                                  struct str *out) MUST_CHECK;

#endif
