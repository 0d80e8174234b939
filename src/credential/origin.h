/*
 * Where variables come from: the startup files that assign them. `unset` lasts until the next login
 * shell, so a fix of a variable also needs the file and the line.
 *
 * Recognized are assignments as sh, bash, zsh, fish, systemd, PAM and direnv write them, on a line
 * of their own or inside one. Nothing is executed: a file that a startup file reads with `source`
 * is not found, and an assignment counts whether or not the shell would reach it.
 */
#ifndef CREDENTIAL_ORIGIN_H
#define CREDENTIAL_ORIGIN_H

#include "credential/inventory.h"
#include "credential/places.h"

struct assignment {
    struct str variable;
    const struct place *place;
    size_t line;
    bool universal;  /* a universal variable of fish, which `set -eU` removes for all shells */
    struct str home; /* of CARGO_HOME: its value, if that is an absolute path; else empty */
    struct assignment *next;
};

/* The assignments of tokens, secret keys, credential providers and CARGO_HOME, but those of an
 * empty value. */
struct assignment *origins_find(struct search *search, const struct place *places);

/* Whether some variable that cargo can still use needs its origin. */
bool origins_needed(const struct inventory *inventory);

/* Sets `origins` of each credential that a variable keeps usable to the first assignment of it. */
void origins_attach(const struct inventory *inventory, const struct assignment *all);

/* The variable that keeps the credential usable; empty if it is none. */
struct str origin_variable(const struct credential *credential);

#endif
