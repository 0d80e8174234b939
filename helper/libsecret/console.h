/*
 * The two sides that a provider talks to: cargo, over what was standard input and output, and
 * perhaps a person.
 *
 * streams_take() first. It moves the pipes to cargo to descriptors of their own and puts /dev/null
 * and standard error in their place, so that nothing that a library prints or reads can get
 * between the lines of the protocol. A streams must not be moved after that.
 */
#ifndef LIBSECRET_CONSOLE_H
#define LIBSECRET_CONSOLE_H

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
 * line lies in `arena`, and no copy of it is left elsewhere.
 */
struct err *streams_line(struct arena *arena, struct streams *streams, struct str *line,
                         bool *got) MUST_CHECK;

/* Who could answer a question: nobody, somebody at a display, somebody at our own terminal. */
enum person { PERSON_NONE, PERSON_DISPLAY, PERSON_TERMINAL };
enum person person_present(void);

/*
 * Prints `question` on the terminal and reads one line without showing it; blanks around it are cut
 * off. A signal that ends the process leaves the terminal as it was. No terminal is an error.
 */
struct err *terminal_ask_secret(struct arena *arena, struct str question,
                                struct str *out) MUST_CHECK;

#endif
