/*
 * What the Secret Service holds of cargo's, without its tokens and without a question to a person:
 * --list and --peek. Only the collections that are not locked are searched, one by one. A search of
 * the whole service would make KeePassXC ask for the password of a locked database.
 */
#ifndef LIBSECRET_LIST_H
#define LIBSECRET_LIST_H

#include "util/base.h"

/* Writes to `out` one line of JSON for each item and one for the state: see
 * cargo-credential-libsecret(1). With `peek` the line for the state only. False: the state is
 * "unknown". */
bool list_items(struct arena *arena, bool peek, struct buf *out);

#endif
