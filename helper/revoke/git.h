/*
 * Reads what cargo reads with libgit2, in the same way.
 *
 * clone_read() returns config.json of cargo's clone of a git index. The clone has no work tree, so
 * the file is read from the commit of refs/remotes/origin/HEAD, which cargo sets
 * (git::utils::resolve_ref). libgit2 is needed because git can pack the file in several ways.
 *
 * git_proxy() returns git's http.proxy. cargo uses it if its own configuration has no proxy, before
 * the proxy variables (network::proxy::http_proxy).
 */
#ifndef REVOKE_GIT_H
#define REVOKE_GIT_H

#include "util/base.h"

struct err *clone_read(struct arena *arena, struct str path, size_t limit,
                       struct str *out) MUST_CHECK;

/* Does not set `out` if there is none or if git's configuration cannot be read. */
void git_proxy(struct arena *arena, struct str *out);

#endif
