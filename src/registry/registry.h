/*
 * The registry that the user means.
 *
 *     struct registry registry;
 *     const struct registry_config *config;
 *     TRY(registry_choose(context, asked, &registry));              steps 7 and 8 of context.h
 *     TRY(registry_credentials(context, &registry, &config));
 *
 * A registry is its name. Its index identifies it to credential providers; but what [registries]
 * or the environment say of a name (token, provider) belongs to that name. cargo goes from the
 * name to the index and from there to whatever name has the same index, which is not always the
 * one that was asked for, and sometimes none.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "config/config_schema.h"
#include "registry/source.h"

struct registry {
    struct str name; /* "crates-io" for crates.io */
    bool is_crates_io;
    struct index_url index; /* index.text is what providers are told */
};

/* `asked`: the value of --registry, or NULL. Else registry.default, else crates.io. Checks what
 * cargo checks on the way: registry.index, crates.io's protocol, all of [source]. */
struct err *registry_choose(struct context *context, const struct str *asked,
                            struct registry *out) MUST_CHECK;

/* Loads the credentials file. *out is NULL where nothing is configured for the registry. A note
 * says so where the environment gives the same index to another name. */
struct err *registry_credentials(struct context *context, const struct registry *registry,
                                 const struct registry_config **out) MUST_CHECK;

/* The rules for names. cargo: RegistryName::new. */
struct err *registry_name_check(struct arena *arena, struct str name) MUST_CHECK;

#endif
