/* The host of an index URL; a part of index_url.c, for nobody else. */
#ifndef REGISTRY_INDEX_URL_HOST_H
#define REGISTRY_INDEX_URL_HOST_H

#include "util/base.h"

/*
 * Adds the serialised form of `host` to `out`, of a scheme that browsers know: a domain in lower
 * case and ASCII, an IPv4 address in any of its spellings, an IPv6 address in brackets. The error
 * is the reason alone, in the words of the `url` crate.
 */
struct err *index_url_add_host(struct arena *arena, struct str host, struct buf *out) MUST_CHECK;

/* The same for any other scheme: no domain, no IPv4, just text. */
struct err *index_url_add_opaque_host(struct arena *arena, struct str host,
                                      struct buf *out) MUST_CHECK;

#endif
