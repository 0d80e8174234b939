/*
 * Adds to jansson: lines, strings that are written exactly as by serde_json, and memory that is
 * overwritten when it is freed.
 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include "util/base.h"

#include <jansson.h>

/* Returns the value as one line with its newline, and frees the value. */
struct str json_line(struct arena *arena, json_t *value);

/* Writes `text` with quotes, escaped as by serde_json. */
void json_write_string(struct buf *buf, struct str text);

/* From here on, jansson overwrites memory when it frees it, because that can contain a token, and
 * exits as an arena does if there is no memory. Call it before any other function of jansson. A
 * second call changes nothing. */
void json_wipe_memory(void);

#endif
