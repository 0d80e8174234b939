/*
 * The names under which registries are known, and what cargo makes of them. A registry is an index;
 * cargo goes from a name to the index, and from the index back to the name whose token and provider
 * it uses. That is not always the same name, and variables come first.
 *
 *     struct registries all;
 *     registries_find(config, &all);            every name in any file or variable
 *     registry_choose(&all, asked, &chosen)     which registry a logout without --all is about
 *
 * Names that may lead to one index, here or in another directory, by the rules of any cargo since
 * 1.95, are in one group.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "config/config.h"
#include "registry/index_url.h"
#include "registry/provider.h"

#define CRATES_IO_NAME         "crates-io"
#define CRATES_IO_INDEX        "https://github.com/rust-lang/crates.io-index"
#define CRATES_IO_SPARSE_INDEX "sparse+https://index.crates.io/"

struct credential;

struct registry {
    struct str name;
    struct str shown;         /* name through text_shown() */
    struct str variable_part; /* of CARGO_REGISTRIES_..._TOKEN */
    bool is_crates_io;        /* the name `crates-io` */
    bool means_crates_io;     /* that, or a name for one of its two indexes */
    bool valid;               /* cargo accepts the name */

    /* The index to which --registry NAME leads here. */
    bool has_index;
    struct index_url index;
    struct str canonical;
    struct setting index_setting; /* not for crates-io */
    bool undefined;               /* nothing here sets its index; `failure` says so */
    const struct err *failure; /* the index is set but useless, or a setting of this registry is */

    struct registry *used;  /* whose token cargo uses for this index; NULL: none, or it refuses */
    bool indexed;           /* some layer or variable gives it an index */
    struct registry *group; /* the group's first registry */
    struct registry *group_next; /* the next of the same group */
    struct registry *group_last; /* of the first registry, like group_size */
    size_t group_size;
    struct registry *part_first; /* of all with this variable_part */
    struct registry *part_next;
    struct registry *variable_owner; /* of part_first: whose the variables of all of them are */

    struct provider_list providers; /* here, in the order in which cargo asks them */
    struct provider_list elsewhere; /* those of other directories that are not among `providers` */
    bool takes_tokens;              /* of a group's first: cargo:token is among the providers of a
                                       registry of the group, here or elsewhere */

    struct credential *credentials; /* found under this name; credential/inventory.h fills it */
    struct credential *last_credential;
    struct registry *next; /* by name */
};

struct registries {
    struct config *config;
    struct registry *first; /* crates-io, then sorted by name */
    size_t count;
    struct registry_table *table;
    const struct err *failure; /* of a setting that all of them need */
};

void registries_find(struct config *config, struct registries *out);

/* NULL if no file and no variable knows the name. */
struct registry *registries_get(const struct registries *all, struct str name);

/* The same, but the name becomes known. */
struct registry *registries_add(struct registries *all, struct str name);

/* Puts the names in order again after registries_add(). */
void registries_sort(struct registries *all);

/* Finds the providers of a registry. A failure is kept in registry->failure. */
void registry_find_providers(struct registries *all, struct registry *registry);

/*
 * The registry that is meant: `asked`, else registry.default, else crates.io. An err means that it
 * is not known; a name that is known but that cargo refuses is chosen with its failure.
 * cargo: get_source_id.
 */
struct err *registry_choose(struct registries *all, const struct str *asked,
                            struct registry **out) MUST_CHECK;

/* The rules for names. cargo: RegistryName::new. */
struct err *registry_name_check(struct arena *arena, struct str name) MUST_CHECK;

/* Prints cargo's warnings about this registry's tables, and its note about another name. */
void registry_warn(const struct registries *all, const struct registry *registry);

/* `registry` for crates.io, `registries.NAME` for others. */
struct key registry_key(const struct registry *registry, struct str last);

#endif
