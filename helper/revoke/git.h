/*
 * What cargo reads by libgit2, read in the same way.
 *
 * clone_read() gives one file out of cargo's clone of a git index. Nothing is checked out there:
 * the file is read from the commit that refs/remotes/origin/HEAD names, where cargo has put it
 * (git::utils::resolve_ref). The library knows all the ways in which git may have packed it.
 *
 * git_proxy() gives git's http.proxy, which counts for cargo where its own configuration names
 * none, and above the proxy variables (network::proxy::http_proxy).
 */
#ifndef REVOKE_GIT_H
#define REVOKE_GIT_H

#include "util/base.h"

struct err *clone_read(struct arena *arena, struct str path, const char *file, size_t limit,
                       struct str *out) MUST_CHECK;

/* false: there is none, or git's configuration cannot be read. */
bool git_proxy(struct arena *arena, struct str *out);

#endif
