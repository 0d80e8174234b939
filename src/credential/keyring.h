/*
 * What cargo's tokens in the Secret Service are for, without the tokens: the list that
 * cargo-credential-libsecret gives of them. It unlocks nothing and asks nobody.
 */
#ifndef CREDENTIAL_KEYRING_H
#define CREDENTIAL_KEYRING_H

#include "util/base.h"

struct keyring_item {
    struct str index_url;
    struct str registry; /* its name when it was stored; may be empty */
    struct keyring_item *next;
};

/* NULL where there are none. Fails where nobody can tell: no bus, no service, no answer in time. */
struct err *keyring_items(struct arena *arena, struct keyring_item **out) MUST_CHECK;

#endif
