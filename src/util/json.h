/*
 * Adds to jansson: memory that is overwritten when it is freed, and conversions from and to our
 * types.
 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include "util/base.h"

#include <jansson.h>

/* From here on, jansson overwrites memory when it frees it, because that can contain a token, and
 * exits as an arena does if there is no memory. Call it before any other function of jansson. A
 * second call changes nothing. */
void json_wipe_memory(void);

/* Overwrites a block of malloc() and frees it. For the hooks of libraries. */
void wiping_free(void *memory);

/* Makes a string, with U+FFFD for bytes that are not UTF-8. */
json_t *json_from_str(struct arena *arena, struct str text) __attribute__((returns_nonnull));

/* Copies the text of a string. Returns an empty text for another value or NULL. */
struct str json_to_str(struct arena *arena, const json_t *json);

/* The same for a member of an object. */
struct str json_get_str(struct arena *arena, const json_t *object, const char *key);

/* Makes an array of the messages, outermost first. NULL becomes NULL. */
json_t *json_from_err(struct arena *arena, const struct err *err);

/* Returns the value on one line of ASCII with its newline, and releases the value. */
struct str json_line(struct arena *arena, json_t *json);

#endif
