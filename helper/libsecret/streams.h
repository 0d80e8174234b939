/*
 * The pipes to the caller, kept apart from what libraries read and print.
 *
 * streams_take() comes first. It moves standard input and output to descriptors of their own and
 * puts /dev/null and standard error in their place, so that a library cannot print between the
 * lines of the protocol. A streams must not be moved after that.
 */
#ifndef LIBSECRET_STREAMS_H
#define LIBSECRET_STREAMS_H

#include "util/base.h"

struct streams {
    int in; /* -1: it was closed, which reads as its end */
    int out;
    bool ended;
    struct buf pending; /* read, but not yet handed out */
    struct arena arena; /* of pending; wiped with each line that is handed out */
};

struct err *streams_take(struct arena *arena, struct streams *streams) MUST_CHECK;
void streams_free(struct streams *streams);

/*
 * The next line, without its newline; the last one may have none. `got` is false at the end. The
 * line is in `arena`, and no other copy of it is left.
 */
struct err *streams_line(struct arena *arena, struct streams *streams, struct str *line,
                         bool *got) MUST_CHECK;

#endif
