/*
 * The variables whose names begin with CARGO_, read once at the start. cargo ignores a variable in
 * another case, and warns when it would have used the variable.
 */
#ifndef CONFIG_ENVIRONMENT_H
#define CONFIG_ENVIRONMENT_H

#include "util/base.h"
#include "util/map.h"

struct variable {
    struct str name;  /* UTF-8; variables with other names are ignored, as in cargo */
    struct str value; /* points into the process's environment */
    bool valid;       /* the value is UTF-8; cargo cannot read other values */
};

struct environment {
    struct variable *variables; /* of two with the same name, only the last */
    size_t count;
    struct map by_name;
    struct map wrong_case; /* readable ones, by the name that cargo would use */
    bool has_registries;   /* a name begins with CARGO_REGISTR, in any case */
};

/* `block` is what environ points to. Its strings must live as long as the environment. */
void environment_init(struct environment *environment, struct arena *arena, char *const *block);

/* Returns the variable with exactly this name, or NULL. */
const struct variable *environment_get(const struct environment *environment, struct str name);

/* Returns a readable variable whose name in upper case is `name`, or NULL. */
const struct variable *environment_wrong_case(const struct environment *environment,
                                              struct str name);

/* Converts a part of a key to its form in a variable's name: upper case, with `_` for `-`. */
struct str environment_part(struct arena *arena, struct str part);

#endif
