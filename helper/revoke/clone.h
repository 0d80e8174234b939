/*
 * One file out of cargo's clone of a git index. Nothing is checked out there: the file is read from
 * the commit that refs/remotes/origin/HEAD names, where cargo has put it (git::utils::resolve_ref).
 * libgit2 reads it, as in cargo, because such a clone may be packed in any of git's ways.
 */
#ifndef REVOKE_CLONE_H
#define REVOKE_CLONE_H

#include "base/base.h"

struct err *clone_read(struct arena *arena, struct str path, const char *file, size_t limit,
                       struct str *out) MUST_CHECK;

#endif
