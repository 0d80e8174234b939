/*
 * Separates the pipes to the caller from the standard streams, which libraries can read and print
 * to.
 *
 * Call streams_take() first. It moves standard input and output to other descriptors, and replaces
 * them with /dev/null and standard error, so that a library cannot print between the lines of the
 * protocol. The structure must not be moved after that.
 */
#ifndef LIBSECRET_STREAMS_H
#define LIBSECRET_STREAMS_H

#include "util/base.h"

struct streams {
    int in; /* -1 if it was closed, which counts as its end */
    int out;
    bool ended;
    struct buf pending; /* read, but not yet returned */
    struct arena arena; /* of `pending`; overwritten with each line that is returned */
};

struct err *streams_take(struct arena *arena, struct streams *streams) MUST_CHECK;
void streams_free(struct streams *streams);

/*
 * Returns the next line without its newline. The last line can lack the newline. Sets `got` to
 * false at the end. The line is in `arena`, and no other copy of it is left.
 */
struct err *streams_line(struct arena *arena, struct streams *streams, struct str *line,
                         bool *got) MUST_CHECK;

#endif
