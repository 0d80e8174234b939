/*
 * Lists cargo's items in the Secret Service, for --list and --peek. It reads no token and asks no
 * person. It searches only the unlocked collections, one by one, because a search of the whole
 * service would make KeePassXC ask for the password of a locked database.
 */
#ifndef LIBSECRET_LIST_H
#define LIBSECRET_LIST_H

#include "util/base.h"

/* Writes to `out` one line of JSON for each item and one for the state, as described in
 * cargo-credential-libsecret(1). With `peek`, it writes only the line for the state. Returns false
 * if the state is "unknown". */
bool list_items(struct arena *arena, bool peek, struct buf *out);

/* The line for the state "unknown". */
struct str list_error_line(struct arena *arena, const struct err *err);

#endif
