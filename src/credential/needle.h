/*
 * Searches files of any size for the bytes of tokens, with a buffer of fixed size.
 *
 * It also finds a token in the forms of other programs: as zsh encodes it in histories, and in
 * base64 in files with passwords.
 */
#ifndef CREDENTIAL_NEEDLE_H
#define CREDENTIAL_NEEDLE_H

#include "credential/inventory.h"
#include "credential/places.h"

struct needle;

struct needles {
    struct needle *list;
    size_t count;
    size_t size;
    size_t tokens; /* number of tokens that the needles are made of */
    size_t longest;
    char *buffer; /* of needles_search() */
    size_t buffer_size;
};

/* Collects the tokens and secret keys of the run. Those that cannot be searched for become problems
 * of `search`, unless it is NULL. */
void needles_init(struct needles *needles, const struct inventory *inventory,
                  struct search *search);

/* Returns the credential of the first token in the text, or NULL. */
const struct credential *needles_in(const struct needles *needles, enum place_kind kind,
                                    struct str text);

/* Calls `found` for each line that contains a token, in order. */
void needles_search(struct needles *needles, struct search *search, const struct place *place,
                    void (*found)(void *context, const struct place *place, size_t line,
                                  const struct credential *of),
                    void *context);

/* Overwrites the buffer. */
void needles_wipe(struct needles *needles);

/* Returns true if a text that is not TOML contains something like `token = "`. */
bool needle_looks_like_credentials(struct str text);

#endif
