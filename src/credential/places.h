/*
 * The files beside cargo's own in which a token or the assignment of a variable can be: one table,
 * which docs/copies.md repeats, and how they are found and read.
 *
 *     struct search search;
 *     search_init(&search, config);
 *     for (const struct place *p = search_places(&search, KIND_HISTORY); p; p = p->next)
 *         fd = place_open(&search, p);
 *
 * Nothing is read before place_open(). All of a search reads at most 256 MiB in 2 seconds. Whatever
 * could not be read is a problem of the search, with the reason.
 */
#ifndef CREDENTIAL_PLACES_H
#define CREDENTIAL_PLACES_H

#include "config/config.h"

#include <sys/types.h>
#include <time.h>

enum place_kind {
    KIND_STARTUP = 1, /* can assign variables */
    KIND_HISTORY = 2,
    KIND_CLIENT = 4, /* where other programs keep passwords */
    KIND_CARGO = 8,  /* a credentials or configuration file that cargo does not read, or a backup */
};

#define PLACE_FILE_LIMIT   ((size_t)64 * 1024 * 1024)
#define PLACE_SCRIPT_LIMIT ((size_t)1024 * 1024) /* of KIND_STARTUP, read for assignments */
#define PLACE_ALL_LIMIT    ((size_t)256 * 1024 * 1024)
#define PLACE_SECONDS      2

struct place {
    struct str path; /* for root without symbolic links */
    struct str shown;
    enum place_kind kind;
    dev_t device;
    ino_t inode;
    struct place *next;
};

/* Something that was not checked: `shown` is a file or another subject. */
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
    size_t bytes; /* that were read */
    struct timespec end;
    bool is_over; /* a limit of the whole search was reached */
    struct problem *problems;
};

void search_init(struct search *search, struct config *config);

/* One more directory in which credentials files are looked for. */
void search_add_cargo_dir(struct search *search, struct str dir);

/* The regular files of these kinds that exist, each once, in the order of the table. */
struct place *search_places(struct search *search, unsigned kinds);

void search_problem(struct search *search, struct str shown, const char *reason);

/* The descriptor, or -1 after a problem. */
int place_open(struct search *search, const struct place *place);

/* Whether `bytes` more can be read; if not, it is a problem, once for all files. */
bool search_may_read(struct search *search, const struct place *place, size_t bytes);

/* The whole file. false after a problem. */
bool place_read(struct search *search, const struct place *place, struct arena *arena, size_t limit,
                struct str *out);

/* `startup`, `history`, `client`, `cargo` */
const char *place_kind_name(enum place_kind kind);

#endif
