/*
 * Finds tokens outside of the files that cargo reads: in other credentials files, in assignments of
 * startup files, and in files of other programs. docs/copies.md describes which run reads which
 * files. With --copies, tokens are removed from TOML files that cargo does not read, by file.h. No
 * other file is changed.
 */
#ifndef CREDENTIAL_COPIES_H
#define CREDENTIAL_COPIES_H

#include "credential/inventory.h"

#include <sys/types.h>

enum place_kind {
    KIND_STARTUP, /* can assign variables */
    KIND_CARGO,   /* a credentials or configuration file that cargo does not read, or a backup */
    KIND_HISTORY,
    KIND_CLIENT, /* other programs store passwords there */
};

/* `startup`, `cargo`, … */
extern const char *const place_kind_names[];

struct place {
    struct str path; /* absolute; for root, without symbolic links */
    struct str shown;
    enum place_kind kind;
    dev_t device;
    ino_t inode;
    struct place *next;
};

enum copy_kind {
    COPY_OF_TOKEN,
    COPY_ORIGIN,      /* the assignment of a variable */
    COPY_UNREAD_FILE, /* a token in a credentials file that cargo does not read */
    COPY_POSSIBLE,    /* `http.user-agent` with a word that looks like a token */
    COPY_NOT_CHECKED, /* a file or token that was not searched; `error` has the reason */
};

struct copy {
    enum copy_kind kind;
    const struct place *place;   /* NULL: a variable, or not checked */
    struct str what;             /* only if it was not checked: the file or token, for messages */
    size_t line;                 /* 0: unknown, for example in the swap file of an editor */
    struct registry *registry;   /* NULL if it is not known */
    struct str variable;         /* only of an origin */
    struct str home;             /* only of an origin of CARGO_HOME: the directory */
    enum credential_kind stored; /* only in an unread file */
    bool is_toml;                /* it is in an unread file that --copies can edit */
    bool in_work_tree;           /* of git */
    enum result result;          /* PENDING, REMOVED, NOT_FOUND, KEPT (not revoked) or FAILED */
    const struct err *error;
    struct copy *next;
};

struct copies {
    struct copy *first;
    struct place *places; /* the files that were found, startup files first */
    size_t files;         /* number of files that were searched */
    size_t tokens;        /* number of tokens that were searched for */
};

/* Call it last in a run. */
void copies_find(struct inventory *inventory, const struct logout_options *options,
                 struct copies *out);

/* `/path:3` */
struct str copy_location(struct arena *arena, const struct copy *copy);

struct fix copy_fix(struct arena *arena, const struct copy *copy);

#endif
