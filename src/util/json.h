/*
 * What jansson, which reads JSON for the programs of this project, does not do as they need it:
 * strings are written to the byte as serde_json writes them, and memory is wiped.
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
