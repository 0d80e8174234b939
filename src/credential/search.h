/*
 * The parts of the search for copies (copies.h): which files can contain a token or assign a
 * variable, and what to look for in their text. The table of files is in places.c; docs/copies.md
 * lists the program of each.
 */
#ifndef CREDENTIAL_SEARCH_H
#define CREDENTIAL_SEARCH_H

#include "credential/copies.h"

/* The bytes of a token or secret key: as they are, as zsh encodes them in histories, or in base64
 * for files with passwords. */
struct needle {
    struct str bytes;
    enum place_kind kind; /* of the files to search; KIND_STARTUP stands for all */
    const struct credential *of;
    struct needle *next;
};

struct search {
    struct inventory *inventory;
    const struct logout_options *options;
    struct config *config;
    struct arena *arena;
    struct copies *out;
    struct copy **end;         /* of out->first */
    struct place **last_place; /* the end of out->places */
    struct needle *needles;    /* only with --copies */
    struct map known;          /* the tokens of the needles */
    struct str user_home;      /* empty if it is not known */
    size_t bytes;              /* number of bytes that were read */
    int64_t until;             /* a time of child_clock() */
    bool is_over;
};

/* Returns the existing regular files of this kind that were not found before, in the order of the
 * table. */
struct place *places_find(struct search *search, enum place_kind kind);

/* Reads a file, but not if root would follow another user's link. Sets the place's real path. */
struct err *place_read(const struct search *search, struct place *place, struct arena *arena,
                       struct str *out) MUST_CHECK;

/*
 * A line that assigns a token, a secret key, a credential provider or CARGO_HOME, in the syntax of
 * sh, bash, zsh, fish, systemd, PAM or direnv. Nothing is executed, so a file that a startup file
 * reads with `source` is not found, and an assignment counts even if the shell would not reach it.
 */
struct assignment {
    struct str variable;
    const char *value; /* as it is written, with its quotes and what follows it; not empty */
    size_t line;
    struct assignment *next;
};

/* Returns the first 20 assignments of a text. Sets `more` if there are others. */
struct assignment *assignments_in(struct arena *arena, struct str text, bool *more);

#endif
