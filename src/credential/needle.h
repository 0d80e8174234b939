/*
 * The bytes of tokens, searched for in files of any size with a buffer of fixed size.
 *
 * A token is also searched for as other programs write it: metafied by zsh in histories, and in
 * base64 where passwords are stored.
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
    size_t tokens; /* that they are of */
    size_t longest;
    char *buffer; /* of needles_search() */
    size_t buffer_size;
};

/* The tokens and secret keys that the run is about. Those that cannot be searched for are problems
 * of `search`, unless that is NULL. */
void needles_init(struct needles *needles, const struct inventory *inventory,
                  struct search *search);

/* The credential of the first token in the text, or NULL. */
const struct credential *needles_in(const struct needles *needles, enum place_kind kind,
                                    struct str text);

/* Calls `found` for each line with a token, in their order. */
void needles_search(struct needles *needles, struct search *search, const struct place *place,
                    void (*found)(void *context, const struct place *place, size_t line,
                                  const struct credential *of),
                    void *context);

/* Overwrites the buffer. */
void needles_wipe(struct needles *needles);

/* Whether there is something like `token = "`, for text that is not TOML. */
bool needle_looks_like_credentials(struct str text);

#endif
