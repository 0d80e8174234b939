/*
 * Lists the credentials on this machine: each token and secret key in each file of each layer and
 * in each variable, each provider that a layer configures, and the keyring's items. It also lists
 * what could not be read, with the reason. It changes nothing and asks no provider.
 *
 * The credentials are in the lists of the registries, first those of files by priority, then those
 * of variables, providers and the keyring. Each one has an `effect`: whether cargo would use it.
 */
#ifndef CREDENTIAL_INVENTORY_H
#define CREDENTIAL_INVENTORY_H

#include "credential/credential.h"

struct inventory {
    struct config *config;
    const struct session *session;
    struct registries registries;
    struct map variable_owners; /* the struct registry that has a variable, by its variable_part */
    struct registry *chosen;    /* the only registry of this run; NULL: all registries */
    bool uses_keyring;          /* a layer configures cargo:libsecret */
    struct keyring_view keyring;
    const struct err *keyring_late; /* error of a call that took too long; no other call is made */
};

/* An err means that the registry of the run is not known. */
struct err *inventory_take(struct config *config, const struct logout_options *options,
                           struct inventory *out) MUST_CHECK;

/* Returns true if the run is about this name or about one that can have the same index. */
bool inventory_has(const struct inventory *inventory, const struct registry *registry);

/* Returns true if the run is about this name. */
bool inventory_is_about(const struct inventory *inventory, const struct registry *registry);

/* Lists the keyring, and adds the items that no provider of a known registry would find. */
void inventory_look_into_keyring(struct inventory *inventory, enum keyring_search how);

/* Returns the next credential of the run, or the first one after NULL. Returns NULL after the last
 * one. */
struct credential *inventory_next(const struct inventory *inventory,
                                  const struct credential *credential);

/* A token or secret key in a file. cargo: save_credentials. */
struct stored {
    struct str registry; /* its name */
    struct toml_node *node;
    enum credential_kind kind;
    struct stored *next;
};

/* Returns those of a name, or of all names if it is NULL. */
struct stored *inventory_stored(struct arena *arena, const struct toml_doc *doc,
                                const struct str *name);

#endif
