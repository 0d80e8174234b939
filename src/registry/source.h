/*
 * Where packages come from, as far as logging out needs to know: what makes two sources the same,
 * and how each is shown. cargo: SourceId.
 */
#ifndef REGISTRY_SOURCE_H
#define REGISTRY_SOURCE_H

#include "config/context.h"
#include "registry/index_url.h"

#define CRATES_IO_NAME       "crates-io"
#define CRATES_IO_INDEX      "https://github.com/rust-lang/crates.io-index"
#define CRATES_IO_HTTP_INDEX "sparse+https://index.crates.io/"

enum source_kind {
    SOURCE_REGISTRY,
    SOURCE_SPARSE,
    SOURCE_LOCAL_REGISTRY,
    SOURCE_DIRECTORY,
    SOURCE_GIT,
};

struct source {
    enum source_kind kind;
    struct str name;      /* of the registry, or of the [source] table */
    bool from_registries; /* which of both */
    struct index_url url;
    struct str canonical;
    struct str reference; /* git only: `branch=x`; empty for the default branch */
};

/* A registry's index. Fails where the URL cannot be an index. */
struct err *source_of_registry(struct arena *arena, struct str name, const struct index_url *url,
                               struct source *out) MUST_CHECK;

/* crates.io by git, which is its identity however it is reached. Fails where registry.index is
 * set. cargo: SourceId::crates_io. */
struct err *source_crates_io(struct context *context, struct source *out) MUST_CHECK;

/* crates.io as it is reached: over HTTP, unless registries.crates-io.protocol says git. cargo:
 * crates_io_maybe_sparse_http. */
struct err *source_crates_io_reached(struct context *context, struct source *out) MUST_CHECK;

/* The registry of that name, whose index is in [registries] or the environment. cargo:
 * SourceId::alt_registry. */
struct err *source_of_name(struct context *context, struct str name, struct source *out) MUST_CHECK;

/* One of [source]'s tables. cargo: SourceConfigMap::add_config. */
struct source_entry;
struct err *source_of_entry(struct context *context, const struct source_entry *entry,
                            struct source *out) MUST_CHECK;

bool source_same(const struct source *a, const struct source *b);

/* "registry `x`", "dir /x". */
struct str source_display(struct arena *arena, const struct source *source);

/* What cargo finds out when it is about to use it. cargo: SourceId::load. */
struct err *source_check(struct arena *arena, const struct source *source) MUST_CHECK;

#endif
