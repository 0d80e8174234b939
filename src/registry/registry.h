/*
 * Finds the names of registries and the index of each name. cargo looks up the index of a name, and
 * then the name of that index, whose token and provider it uses. This can be another name, and
 * variables have priority.
 *
 *     struct registries all;
 *     registries_find(config, true, &all);      every name in any file or variable
 *     registry_choose(&all, asked, &chosen)     which registry a logout without --all is about
 *
 * Names are in one group if they can have the same index, here or in another directory, by the
 * rules of any cargo since 1.95.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "config/config.h"
#include "registry/index_url.h"

#define CRATES_IO_NAME         "crates-io"
#define CRATES_IO_INDEX        "https://github.com/rust-lang/crates.io-index"
#define CRATES_IO_SPARSE_INDEX "sparse+https://index.crates.io/"

enum provider_kind {
    PROVIDER_TOKEN,
    PROVIDER_PASETO,
    PROVIDER_TOKEN_FROM_STDOUT,
    PROVIDER_WINCRED,
    PROVIDER_MACOS_KEYCHAIN,
    PROVIDER_LIBSECRET,
    PROVIDER_EXTERNAL,
};

struct provider {
    enum provider_kind kind;
    const struct str *words; /* the program, a path or a name for PATH, then its arguments */
    size_t count;
    struct str shown;       /* the program, with ` …` for its arguments, which can be secret */
    struct setting setting; /* configures it; value.data is NULL for the default cargo:token */
    const struct setting *foreign; /* configures it or its alias in a file that others can write, so
                                      that it must not be run; NULL if there is none */

    /* Set if cargo asks the provider in another directory for another index of the same name. */
    struct str index_url; /* empty: the registry's */
    struct setting index_setting;
};

struct provider_list {
    struct provider *items;
    size_t count;
    size_t size; /* room for more */
};

struct credential;

struct registry {
    struct str name;
    struct str shown;         /* name through text_shown() */
    struct str variable_part; /* its part of CARGO_REGISTRIES_..._TOKEN */
    bool is_crates_io;        /* the name `crates-io` */
    bool means_crates_io;     /* the name `crates-io`, or a name for one of its two indexes */
    bool valid;               /* cargo accepts the name */

    /* The index of --registry NAME in the working directory. */
    bool has_index;
    struct index_url index;
    struct setting index_setting; /* not for crates-io */
    bool in_files;                /* a file sets the index here */
    bool undefined;               /* no setting here has its index; `failure` reports this */
    const struct err *failure;    /* its index or another of its settings is invalid */

    struct registry *used;  /* cargo uses its token for this index; NULL: none, or cargo fails */
    struct registry *group; /* one registry of the group, the same for all */
    bool indexed; /* set in `group`: some layer or variable has the index of a name of the group */

    struct provider_list providers; /* in the working directory, in cargo's order */
    struct provider_list elsewhere; /* those of other directories, without `providers` */
    bool takes_tokens; /* set in `group`: a registry of the group has the provider cargo:token, here
                          or elsewhere */

    struct credential *credentials; /* of this name; set by credential/inventory.h */
    struct credential *last_credential;
    struct registry *next; /* by name */
};

struct registries {
    struct config *config;
    struct registry *first;    /* crates-io, then sorted by name */
    const struct err *failure; /* an error in a setting that all registries need */

    struct map names;          /* struct registry, by name */
    struct map groups;         /* struct registry, by folded index */
    struct map variable_names; /* the registry of an index that a variable sets, by canonical index;
                                  if there are several, one without a name */
    struct map file_names;     /* the same for files */
    struct map providers;      /* the last registry that has the provider, by words and index */
    struct provider_list *globals; /* for each view; see provider.c */
    bool *differs; /* for each view: the one before sees more of [registry] or [credential-alias] */
    size_t view_count;
};

/* Unless `every_name` is set or the environment has variables of registries, leaves out the names
 * for which no file has an index. No other name can be in a group with them. */
void registries_find(struct config *config, bool every_name, struct registries *out);

/* Returns the registry with the name, and adds it if there is none. */
struct registry *registries_add(struct registries *all, struct str name);

/* Sorts the names again after registries_add(). */
void registries_sort(struct registries *all);

/* Finds the index of --registry NAME. If there is none, sets the registry's failure. */
void registry_find_index(struct registries *all, struct registry *registry);

/* Returns true for crates.io's two indexes. cargo: SourceId::is_crates_io. */
bool registry_is_crates_io(struct str index);

/* Finds the global providers in each view: from here, and from each directory upward without
 * --config, up to only cargo's home. Each list has at least one. */
void registries_find_providers(struct registries *all);

/*
 * Finds the providers of a registry. Stores an error in registry->failure. If one is configured for
 * the registry, it is the only one. Otherwise, the providers are those of
 * registry.global-credential-providers, from last to first, or else `cargo:token`. A provider
 * without arguments is looked up in [credential-alias] once. cargo: credential_provider,
 * resolve_credential_alias.
 */
void registry_find_providers(struct registries *all, struct registry *registry);

bool provider_list_has(const struct provider_list *list, enum provider_kind kind);

/*
 * Chooses `asked`, or else registry.default, or else crates.io. An err means that the registry is
 * not known. A known name that cargo rejects is chosen, with its failure. A logout does not follow
 * source replacement, but if crates.io is replaced and no name was given, cargo does not guess the
 * registry and fails. cargo: get_source_id, SourceConfigMap::new.
 */
struct err *registry_choose(struct registries *all, const struct str *asked,
                            struct registry **out) MUST_CHECK;

/* Checks the rules for names. cargo: RegistryName::new. */
struct err *registry_name_check(struct arena *arena, struct str name) MUST_CHECK;

/* Prints cargo's warnings about this registry's tables, and its note about another name. */
void registry_warn(const struct registries *all, const struct registry *registry);

/* Returns the key `registry.LAST` for crates.io, or `registries.NAME.LAST`. */
struct key registry_key(const struct registry *registry, struct str last);

#endif
