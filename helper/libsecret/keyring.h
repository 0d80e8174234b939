/*
 * Stores, finds and removes cargo's tokens in the Secret Service through libsecret, as cargo's own
 * cargo:libsecret does: schema `org.rust-lang.cargo.registry`, one attribute `url` (the index URL),
 * label `cargo-registry:NAME`, the default collection.
 *
 * Unlocking, storing and deleting can make the service ask a person. KeePassXC also asks during a
 * search. If no program can show the question, libsecret fails at once and the helper reports
 * "locked". The calls have no time limit of their own; main.c has one.
 *
 * After a failed call, the service might have done part of the work. Errors are those of service.h.
 */
#ifndef LIBSECRET_KEYRING_H
#define LIBSECRET_KEYRING_H

#include "util/base.h"

#include <gio/gio.h>

/* Connects to the bus, unless `bus` is already set or SECRET_BACKEND is `file`: libsecret then
 * keeps its items in a file. Call it before the next three. The caller releases the bus. */
struct err *keyring_open(struct arena *arena, GDBusConnection **bus) MUST_CHECK;

/* Sets `token` to NULL if there is none. */
struct err *keyring_get(struct arena *arena, const char *url, const char **token) MUST_CHECK;

struct err *keyring_store(struct arena *arena, const char *url, const char *label,
                          const char *token) MUST_CHECK;

/*
 * Removes all matching items from all collections, and searches again. If it returns no error, no
 * item is left. Sets `found` if there was one. If some items are locked, it removes the others and
 * returns an error. It also returns an error for a locked collection that shows no items, because
 * that collection might contain one.
 */
struct err *keyring_erase(struct arena *arena, const char *url, bool *found) MUST_CHECK;

/*
 * Lists cargo's items, for --list and --peek, without reading a token or asking a person. It
 * searches only the unlocked collections, one by one, because a search of the whole service would
 * make KeePassXC ask for the password of a locked database. Writes to `out` one line of JSON for
 * each item and one for the state, as described in cargo-credential-libsecret(1); with `peek`, only
 * the line for the state. Returns false if the state is "unknown".
 */
bool keyring_list(struct arena *arena, bool peek, struct buf *out);

/* The line for the state "unknown". */
struct str keyring_error_line(struct arena *arena, const struct err *err);

#endif
