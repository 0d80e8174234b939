/*
 * What exists on this machine, whoever asked for it: each token and secret key in each file of each
 * layer and in each variable, each provider that a layer names, and the keyring's items. What could
 * not be read is part of it, with the reason. Nothing is changed and no provider is asked.
 *
 *     struct inventory inventory;
 *     TRY(inventory_take(config, &options, &inventory));
 *
 * The credentials are in the lists of the registries, in the order in which cargo would look for
 * them. For each it says whether cargo would use it (enum effect).
 */
#ifndef CREDENTIAL_INVENTORY_H
#define CREDENTIAL_INVENTORY_H

#include "credential/credential.h"

struct inventory {
    struct config *config;
    const struct session *session;
    struct registries registries;
    struct registry *chosen; /* the only registry of this run; NULL: all of them */
    bool uses_keyring;       /* a layer names cargo:libsecret */
    bool keyring_asked;
    struct keyring_view keyring;
    const struct err *keyring_late; /* a call to it ran out of time: it is not waited for again */
};

/* An err means that it is not known which registry is meant. */
struct err *inventory_take(struct config *config, const struct logout_options *options,
                           struct inventory *out) MUST_CHECK;

/* Whether this name belongs to the run: it was asked for, or it may lead to the same index. */
bool inventory_has(const struct inventory *inventory, const struct registry *registry);

/* Whether the run is about this very name. */
bool inventory_is_about(const struct inventory *inventory, const struct registry *registry);

/* Lists the keyring, and adds the items that no provider of a known registry would find. */
void inventory_look_into_keyring(struct inventory *inventory, enum keyring_search how);

/* The credentials of the run, one after the other. NULL comes after the last. */
struct credential *inventory_first(const struct inventory *inventory);
struct credential *inventory_next(const struct inventory *inventory,
                                  const struct credential *credential);

/* All that a file has of one name. cargo: save_credentials. */
enum { FOUND_MOST = 3 };

struct found {
    const struct toml_node *nodes[FOUND_MOST]; /* tokens and secret keys */
    bool is_secret_key[FOUND_MOST];
    size_t count;
    const struct toml_node *subject; /* secret-key-subject: no secret, but removed with them */
};

/* `misplaced` is [registries.crates-io], which cargo does not read. */
void inventory_find_in(const struct toml_doc *doc, struct str registry, bool misplaced,
                       struct found *out);

#endif
