/*
 * [source]: which source stands in for which. Logging out follows no replacement, but cargo checks
 * the whole table on each run, and refuses to guess which registry is meant where crates.io is
 * replaced and none was named. cargo: SourceConfigMap.
 */
#ifndef REGISTRY_SOURCE_MAP_H
#define REGISTRY_SOURCE_MAP_H

#include "registry/source.h"

/* `named`: the registry was asked for, by --registry or registry.default. */
struct err *source_map_check(struct context *context, const struct source *source,
                             bool named) MUST_CHECK;

#endif
