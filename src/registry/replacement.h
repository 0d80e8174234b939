/*
 * Checks source replacement. A logout does not follow it, but if crates.io is replaced and no name
 * was given, cargo does not guess the registry and fails.
 */
#ifndef REGISTRY_REPLACEMENT_H
#define REGISTRY_REPLACEMENT_H

#include "registry/registry.h"

/* cargo: get_source_id, SourceConfigMap::load. */
struct err *replacement_check(struct registries *all) MUST_CHECK;

#endif
