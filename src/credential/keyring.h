/*
 * Lists cargo's items in the Secret Service, without their tokens. The libsecret helper does the
 * work in a process of its own; this is its client.
 *
 * keyring_look() never causes a question to a person and unlocks nothing. It reads no secret. It
 * waits at most 2 seconds for KEYRING_PEEK and 20 seconds for KEYRING_SEARCH_UNLOCKED, and it
 * prints a "Waiting" status line after 2 seconds. Call it at most once per run for each kind of
 * search: a service that does not answer is then waited for once, whatever the number of
 * registries.
 */
#ifndef CREDENTIAL_KEYRING_H
#define CREDENTIAL_KEYRING_H

#include "util/base.h"
#include "util/shell.h"

enum keyring_state {
    KEYRING_NONE, /* no session bus, or nothing owns or can be started as org.freedesktop.secrets */
    KEYRING_PRESENT, /* KEYRING_PEEK only: a service runs or could be started */
    KEYRING_LISTED,  /* all collections were searched */
    KEYRING_LOCKED,  /* a collection or item is locked; `items` has what could be seen */
    KEYRING_UNKNOWN, /* `reason` says why; `items` is empty */
};

enum keyring_search {
    KEYRING_PEEK,            /* does not start a service and does not talk to one */
    KEYRING_SEARCH_UNLOCKED, /* starts the service if need be; reads unlocked collections only */
};

struct keyring_item {
    struct str index_url;
    struct str name; /* from the label `cargo-registry:NAME`; empty if it has another label */
    bool locked;
    struct keyring_item *next;
};

struct keyring_view {
    enum keyring_state state;
    struct keyring_item *items;
    const struct err *reason; /* KEYRING_UNKNOWN: the cause and, where there is one, a next step */
};

/* What `out` refers to is in the shell's arena. A signal that interrupts the wait and does not end
 * the process gives KEYRING_UNKNOWN. */
void keyring_look(struct shell *shell, enum keyring_search how, struct keyring_view *out);

#endif
