/*
 * Finds the startup files that assign variables. `unset` lasts only until the next login shell, so
 * the fix for a variable also needs the file and the line.
 *
 * It recognizes assignments of sh, bash, zsh, fish, systemd, PAM and direnv, on a line of their own
 * or within a line. It executes nothing, so it does not find a file that a startup file reads with
 * `source`, and an assignment counts even if the shell would not reach it.
 */
#ifndef CREDENTIAL_ORIGIN_H
#define CREDENTIAL_ORIGIN_H

#include "credential/places.h"

struct assignment {
    struct str variable;
    const struct place *place;
    size_t line;
    bool universal;  /* a universal variable of fish, which `set -eU` removes from all shells */
    struct str home; /* only of CARGO_HOME: its value if that is an absolute path, or else empty */
    struct assignment *next;
};

/* Finds the assignments of tokens, secret keys, credential providers and CARGO_HOME, except empty
 * values. */
struct assignment *origins_find(struct search *search, const struct place *places);

#endif
