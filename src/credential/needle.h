/*
 * The byte sequences that a search for copies looks for: each token and secret key of the run as it
 * is, as zsh encodes it in histories, and in base64 for files with passwords.
 */
#ifndef CREDENTIAL_NEEDLE_H
#define CREDENTIAL_NEEDLE_H

#include "credential/inventory.h"
#include "credential/places.h"

struct needle {
    struct str bytes;
    unsigned kinds; /* of the files that can contain it */
    const struct credential *of;
    struct needle *next;
};

struct needles {
    struct needle *first;
    size_t tokens; /* number of tokens that the needles are made of */
};

/* Tokens that cannot be searched for become problems of `search`, unless it is NULL. */
struct needles needles_find(const struct inventory *inventory, struct search *search);

/* Returns the first place of the needle in a text of this kind, at `from` or later, or NULL. */
const char *needle_in(const struct needle *needle, enum place_kind kind, struct str text,
                      const char *from);

#endif
