/*
 * Adds to jansson, which reads JSON for the programs of this project, what they need: strings that
 * are written exactly as serde_json writes them, and memory that is overwritten when it is freed.
 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include "util/base.h"

/* `text` with quotes, escaped as serde_json writes it. */
void json_write_string(struct buf *buf, struct str text);

/* From here on jansson overwrites all memory that it gives back, since it might hold a token, and
 * ends the process as an arena does if there is no memory. Call it before anything else of
 * jansson's; a second call changes nothing. */
void json_wipe_memory(void);

#endif
