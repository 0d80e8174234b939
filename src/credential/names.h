/*
 * The names under which registries are known: in [registries] of any file, in variables, and the
 * one without a table, crates.io.
 */
#ifndef CREDENTIAL_NAMES_H
#define CREDENTIAL_NAMES_H

#include "registry/registry.h"

struct names {
    struct str *names;
    size_t count;
    size_t size;
};

/* `registry`, or `registries.NAME`. */
struct config_key names_table(struct arena *arena, struct str name);

/* Has the configuration an index for it? */
struct err *names_known(struct context *context, struct str name, bool *known) MUST_CHECK;

/* Has a credentials file, or with `everywhere` any file, a credential under this name? Of those
 * that were read. */
bool names_stored(const struct context *context, struct str name, bool everywhere);

/* One of crates.io's two, under whatever name: cargo then takes crates.io's token. cargo:
 * SourceId::is_crates_io. */
bool names_mean_crates_io(const struct registry *registry);

/* Other names in the configuration whose index is this registry's. */
struct err *names_of_index(struct context *context, const struct registry *registry,
                           struct names *out) MUST_CHECK;

/* crates.io, then all names of the files that were read and of the variables, sorted. */
void names_all(struct context *context, struct names *out);

#endif
