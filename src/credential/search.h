/*
 * The parts of the search for copies (copies.h): which files can contain a token or assign a
 * variable, besides cargo's own files, and what to look for in their text. The table of files is in
 * places.c; docs/copies.md lists the program of each.
 *
 * A search reads at most 256 MiB and takes at most 2 seconds. Each file that could not be read
 * becomes a problem of the search, with the reason.
 */
#ifndef CREDENTIAL_SEARCH_H
#define CREDENTIAL_SEARCH_H

#include "credential/copies.h"

/* The bytes of a token or secret key: as they are, as zsh encodes them in histories, or in base64
 * for files with passwords. */
struct needle {
    struct str bytes;
    unsigned kinds; /* of the files that can contain it */
    const struct credential *of;
    struct needle *next;
};

struct search {
    const struct inventory *inventory;
    const struct logout_options *options;
    struct config *config;
    struct arena *arena;
    struct copies *out;
    struct copy **end;      /* of out->first */
    struct needle *needles; /* NULL until needles_find() */
    struct needle **last_needle;
    struct map known;              /* the bytes of the needles */
    struct map reported;           /* the problems, as texts */
    struct problem **last_problem; /* of out->problems */
    struct str user_home;          /* empty if it is not known */
    struct str *homes;             /* CARGO_HOMEs that startup files set */
    size_t home_count;
    size_t home_size;
    size_t bytes;  /* number of bytes that were read */
    int64_t until; /* a time of child_clock(); set by the first search_files() */
    bool is_over;  /* a limit of the search was reached */
};

/* Handles the text of a file. `scratch` is cleared afterwards. */
typedef void search_visit(struct search *search, const struct place *place, struct arena *scratch,
                          struct str text);

/* Reads the existing regular files of these kinds, each once, in the order of the table. Returns
 * their list. */
struct place *search_files(struct search *search, unsigned kinds, search_visit *visit);

void search_problem(struct search *search, struct str shown, const char *reason);

/* Returns true after a limit of the search was reached. Adds this problem once, for the file at
 * which it was reached. */
bool search_over(struct search *search, const struct place *place);

/*
 * A line that assigns a token, a secret key, a credential provider or CARGO_HOME, in the syntax of
 * sh, bash, zsh, fish, systemd, PAM or direnv. Nothing is executed, so a file that a startup file
 * reads with `source` is not found, and an assignment counts even if the shell would not reach it.
 */
struct assignment {
    struct str variable;
    const char *value; /* as it is written, with its quotes and what follows it; not empty */
    size_t line;
    bool universal; /* a universal variable of fish, which `set -eU` removes from all shells */
};

typedef void assignment_take(struct search *search, const struct place *place,
                             const struct assignment *assignment);

/* Passes each assignment of the text to `take`, up to a limit. */
void assignments_in(struct search *search, const struct place *place, struct str text,
                    assignment_take *take);

/* Makes needles of the tokens of the run, and counts the tokens. With --copies, tokens that cannot
 * be searched for become problems. */
void needles_find(struct search *search);

/* Returns the first place of the needle in a text of this kind, at `from` or later, or NULL. */
const char *needle_in(const struct needle *needle, enum place_kind kind, struct str text,
                      const char *from);

#endif
