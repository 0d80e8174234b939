/*
 * What the environment says to cargo's configuration: the variables whose names begin with CARGO_,
 * in any case, taken once. A name that is not UTF-8 is no configuration and is left out.
 *
 * A variable in the wrong case has no effect; cargo warns of it where it would have been used
 * (environment_wrong_case finds it).
 */
#ifndef CONFIG_ENVIRONMENT_H
#define CONFIG_ENVIRONMENT_H

#include "util/base.h"

struct variable {
    struct str name;
    struct str value;
    struct str normal; /* the name in upper case, `-` as `_` */
    bool valid; /* the value is UTF-8; cargo sees that any other is there, but cannot read it */
};

struct environment {
    struct variable *variables; /* in the order of the environment; of two with one name the last */
    size_t count;
};

/* `block` is what environ points to; its strings must live as long. */
void environment_init(struct environment *environment, struct arena *arena, char *const *block);

/* The variable of exactly this name, or NULL. */
const struct variable *environment_get(const struct environment *environment, struct str name);

/* Is there one whose name begins with this? */
bool environment_has_prefix(const struct environment *environment, struct str prefix);

/* A readable variable that would have this name in the right case, or NULL. */
const struct variable *environment_wrong_case(const struct environment *environment,
                                              struct str name);

/* A part of a key as it stands in a variable's name: upper case, `-` as `_`. */
struct str environment_part(struct arena *arena, struct str part);

#endif
