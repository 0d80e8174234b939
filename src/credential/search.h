/*
 * The parts of the search for copies (copies.h): which files can contain a token or assign a
 * variable, besides cargo's own files, and what to look for in their text. The table of files is in
 * places.c; docs/copies.md lists the program of each.
 *
 * No file is read before place_read(). A search reads at most 256 MiB and takes at most 2 seconds.
 * Each file that could not be read becomes a problem of the search, with the reason.
 */
#ifndef CREDENTIAL_SEARCH_H
#define CREDENTIAL_SEARCH_H

#include "credential/inventory.h"

#include <sys/types.h>

enum place_kind {
    KIND_STARTUP = 1, /* can assign variables */
    KIND_HISTORY = 2,
    KIND_CLIENT = 4, /* other programs store passwords there */
    KIND_CARGO = 8,  /* a credentials or configuration file that cargo does not read, or a backup */
};

struct place {
    struct str path; /* for root, without symbolic links */
    struct str shown;
    enum place_kind kind;
    dev_t device;
    ino_t inode;
    struct place *next;
};

/* Something that was not checked. `shown` is a file or, for example, a token. */
struct problem {
    struct str shown;
    struct str reason;
    struct problem *next;
};

struct search {
    struct config *config;
    struct str user_home; /* empty if it is not known */
    struct str *homes;    /* other CARGO_HOMEs */
    size_t home_count;
    size_t home_size;
    size_t bytes; /* number of bytes that were read */
    int64_t end;  /* a time of child_clock() */
    bool is_over; /* a limit of the search was reached */
    struct problem *problems;
};

void search_init(struct search *search, struct config *config);

/* Adds a CARGO_HOME that a startup file sets. */
void search_add_home(struct search *search, struct str dir);

/* Returns the existing regular files of these kinds, each once, in the order of the table. */
struct place *search_places(struct search *search, unsigned kinds);

void search_problem(struct search *search, struct str shown, const char *reason);

/* Returns true after a limit of the search was reached. Adds this problem once, for the file at
 * which it was reached. */
bool search_over(struct search *search, const struct place *place);

/* Reads the whole file, up to 64 MiB. Returns false after a problem. */
bool place_read(struct search *search, const struct place *place, struct arena *arena,
                struct str *out);

/* Returns `startup`, `history`, `client` or `cargo`. */
const char *place_kind_name(enum place_kind kind);

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
    struct assignment *next;
};

/* Returns at most `most` assignments of the text. */
struct assignment *assignments_in(struct arena *arena, struct str text, size_t most);

/* The bytes of a token or secret key: as they are, as zsh encodes them in histories, or in base64
 * for files with passwords. */
struct needle {
    struct str bytes;
    unsigned kinds; /* of the files that can contain it */
    const struct credential *of;
    struct needle *next;
};

/* Makes needles of the tokens of the run and counts the tokens. Tokens that cannot be searched for
 * become problems of `search`, unless it is NULL. */
struct needle *needles_find(const struct inventory *inventory, struct search *search,
                            size_t *tokens);

/* Returns the first place of the needle in a text of this kind, at `from` or later, or NULL. */
const char *needle_in(const struct needle *needle, enum place_kind kind, struct str text,
                      const char *from);

#endif
