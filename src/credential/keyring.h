/*
 * Lists cargo's items in the Secret Service, without their tokens. This is the client of the
 * libsecret helper, which does the work in another process.
 *
 * keyring_look() does not make the service ask a person, unlocks nothing and reads no secret. It
 * waits at most 2 seconds for KEYRING_PEEK and 20 seconds for KEYRING_SEARCH_UNLOCKED, and prints a
 * "Waiting" status line after 2 seconds. Call it at most once per run for each kind of search, so
 * that a run waits only once for a service that does not answer.
 */
#ifndef CREDENTIAL_KEYRING_H
#define CREDENTIAL_KEYRING_H

#include "util/base.h"
#include "util/shell.h"

enum keyring_state {
    KEYRING_UNASKED,
    KEYRING_NONE, /* no session bus, or nothing owns or can be started as org.freedesktop.secrets */
    KEYRING_PRESENT, /* KEYRING_PEEK only: a service runs or could be started */
    KEYRING_LISTED,  /* all collections were searched */
    KEYRING_LOCKED,  /* a collection or item is locked; `items` has the others */
    KEYRING_UNKNOWN, /* `reason` is set; `items` is empty */
};

enum keyring_search {
    KEYRING_PEEK,            /* does not start a service and does not talk to one */
    KEYRING_SEARCH_UNLOCKED, /* starts the service if needed; reads only unlocked collections */
};

struct keyring_item {
    struct str index_url;
    struct str name; /* from the label `cargo-registry:NAME`; empty with another label */
    bool locked;
    struct keyring_item *next;
};

struct keyring_view {
    enum keyring_state state;
    struct keyring_item *items;
    const struct err *reason; /* only for KEYRING_UNKNOWN; its last cause can be a next step */
};

/* The results are in the shell's arena. If a signal interrupts the wait and does not end the
 * process, the state is KEYRING_UNKNOWN. */
void keyring_look(struct shell *shell, enum keyring_search how, struct keyring_view *out);

#endif
