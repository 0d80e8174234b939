/*
 * Finds and reads the files that can contain a token or assign a variable, besides cargo's own
 * files. The table in places.c lists them; docs/copies.md repeats it.
 *
 *     struct search search;
 *     search_init(&search, config);
 *     for (const struct place *p = search_places(&search, KIND_HISTORY); p; p = p->next)
 *         place_read(&search, p, &scratch, PLACE_FILE_LIMIT, &text)
 *
 * No file is read before place_read(). A search reads at most 256 MiB and takes at most 2 seconds.
 * Each file that could not be read becomes a problem of the search, with the reason.
 */
#ifndef CREDENTIAL_PLACES_H
#define CREDENTIAL_PLACES_H

#include "config/config.h"

#include <sys/types.h>

enum place_kind {
    KIND_STARTUP = 1, /* can assign variables */
    KIND_HISTORY = 2,
    KIND_CLIENT = 4, /* other programs store passwords there */
    KIND_CARGO = 8,  /* a credentials or configuration file that cargo does not read, or a backup */
};

#define PLACE_FILE_LIMIT   ((size_t)64 * 1024 * 1024)
#define PLACE_SCRIPT_LIMIT ((size_t)1024 * 1024) /* for assignments in KIND_STARTUP */
#define PLACE_ALL_LIMIT    ((size_t)256 * 1024 * 1024)

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
    struct str *cargo_dirs;
    size_t cargo_dir_count;
    size_t cargo_dir_size;
    size_t bytes; /* number of bytes that were read */
    int64_t end;  /* a time of child_clock() */
    bool is_over; /* a limit of the search was reached */
    struct problem *problems;
};

void search_init(struct search *search, struct config *config);

/* Adds a directory in which credentials files are searched for. */
void search_add_cargo_dir(struct search *search, struct str dir);

/* Returns the existing regular files of these kinds, each once, in the order of the table. */
struct place *search_places(struct search *search, unsigned kinds);

void search_problem(struct search *search, struct str shown, const char *reason);

/* Returns true after a limit of the search was reached. Adds this problem once, for the file at
 * which it was reached. */
bool search_over(struct search *search, const struct place *place);

/* Reads the whole file. Returns false after a problem. */
bool place_read(struct search *search, const struct place *place, struct arena *arena, size_t limit,
                struct str *out);

/* Returns `startup`, `history`, `client` or `cargo`. */
const char *place_kind_name(enum place_kind kind);

#endif
