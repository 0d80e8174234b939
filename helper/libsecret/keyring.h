/*
 * Cargo's tokens in the Secret Service, over libsecret. What is stored, and how it is found, is
 * what cargo's own cargo:libsecret does: schema `org.rust-lang.cargo.registry`, one attribute `url`
 * (the index URL), label `cargo-registry:NAME`, the default collection.
 *
 *     struct keyring keyring = {.arena = …, .deadline = …, …};
 *     keyring_open(&keyring, person_present());
 *     keyring_erase(&keyring, url, &found);
 *
 * Searching never asks anybody. Unlocking, storing and deleting may make the service ask a person;
 * where nobody is there such a question is refused at once, which ends as "locked". Each step is
 * under the deadline: `for_service` while only the service has to answer, `for_person` while a
 * question may be open. They and the deadline must live as long as the keyring is used.
 *
 * A failure says which: no D-Bus session bus, no Secret Service on it, one that went away in the
 * middle, a locked keyring; below it are the words of GLib. What a failed call leaves: as much done
 * as the service did.
 */
#ifndef LIBSECRET_KEYRING_H
#define LIBSECRET_KEYRING_H

#include "console.h"
#include "deadline.h"

struct keyring {
    struct arena *arena;
    struct deadline *deadline;
    const struct wait *for_service;
    const struct wait *for_person;
    void *bus; /* the GDBusConnection; NULL: there is none */
};

/* Once in a process, before the others. Does not fail: where there is no bus the others say so. */
void keyring_open(struct keyring *keyring, enum person person);
void keyring_close(struct keyring *keyring); /* legal also on a zeroed one */

struct err *keyring_get(struct keyring *keyring, struct str url, struct str *token,
                        bool *found) MUST_CHECK;

struct err *keyring_store(struct keyring *keyring, struct str url, struct str label,
                          struct str token) MUST_CHECK;

/* Cargo's items of all registries, locked ones too: each a line `URL<tab>LABEL` in `out`. */
struct err *keyring_list(struct keyring *keyring, struct buf *out) MUST_CHECK;

/*
 * Every matching item, in every collection, and then searches again: without an error nothing is
 * left. `found`: there was one. Items that can be erased are, also where others are locked.
 */
struct err *keyring_erase(struct keyring *keyring, struct str url, bool *found) MUST_CHECK;

#endif
