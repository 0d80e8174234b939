/*
 * Source replacement. A logout follows none, but cargo refuses to guess which registry is meant if
 * crates.io is replaced and no name was given.
 */
#ifndef REGISTRY_REPLACEMENT_H
#define REGISTRY_REPLACEMENT_H

#include "registry/registry.h"

/* cargo: get_source_id, SourceConfigMap::load. */
struct err *replacement_check(struct registries *all) MUST_CHECK;

#endif
