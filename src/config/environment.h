/*
 * The variables whose names begin with CARGO_, taken once at the start. A variable in another case
 * has no effect in cargo, which warns where it would have been used.
 */
#ifndef CONFIG_ENVIRONMENT_H
#define CONFIG_ENVIRONMENT_H

#include "util/base.h"

struct variable {
    struct str name;   /* UTF-8; others are left out, as in cargo */
    struct str value;  /* of the process's environment, not copied */
    struct str normal; /* the name in upper case, `-` as `_` */
    bool valid;        /* the value is UTF-8; cargo cannot read another one */
    size_t position;   /* in the environment */
};

struct environment {
    struct variable *variables; /* sorted by name; of two with one name the last */
    size_t count;
    struct variable **by_normal;
    bool has_registries; /* one begins with CARGO_REGISTR, in any case */
};

/* `block` is what environ points to. Its strings must live as long as the environment. */
void environment_init(struct environment *environment, struct arena *arena, char *const *block);

/* The variable of exactly this name, or NULL. */
const struct variable *environment_get(const struct environment *environment, struct str name);

/* A readable variable that would have this name in upper case, or NULL. */
const struct variable *environment_wrong_case(const struct environment *environment,
                                              struct str name);

/* A part of a key as it is in a variable's name: upper case, `-` as `_`. */
struct str environment_part(struct arena *arena, struct str part);

#endif
