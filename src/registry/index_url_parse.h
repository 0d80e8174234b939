/* The reading of index URLs; a part of index_url.c, for nobody else. */
#ifndef REGISTRY_INDEX_URL_PARSE_H
#define REGISTRY_INDEX_URL_PARSE_H

#include "registry/index_url.h"

enum url_scheme {
    SCHEME_FILE,
    SCHEME_SPECIAL, /* those that browsers know: always a host, `\` is as good as `/` */
    SCHEME_OTHER,   /* sparse+https among them */
};

/* Of a name in lower case. */
enum url_scheme index_url_scheme(struct str name);

/* What is percent-encoded in a path, beside controls and bytes outside ASCII. `url` 2.5.8, which
 * cargo 1.95 has, leaves `^`. */
#define URL_PATH_SET " \"<>`#?{}"

/* The same for a segment that is to stay one. */
#define URL_SEGMENT_SET URL_PATH_SET "/%"

/* `base` is the file: URL of a path, or NULL. The error is the reason alone, in the words of the
 * `url` crate. */
struct err *index_url_read(struct arena *arena, struct str text, const struct index_url *base,
                           struct index_url *out) MUST_CHECK;

#endif
