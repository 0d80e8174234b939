/*
 * A credential: one token, secret key, provider or keyring item that exists, where it is, what
 * cargo would do with it, what a run will do with it, and what became of it. Everything that is
 * printed follows from these fields.
 *
 *     inventory   what exists                                          inventory.h
 *     plan        what this run does with each, decided once           plan.h
 *     revoke      the tokens that are going to be removed              revoke.h
 *     remove      from files and by providers, checked afterwards      remove.h
 */
#ifndef CREDENTIAL_CREDENTIAL_H
#define CREDENTIAL_CREDENTIAL_H

#include "credential/keyring.h"
#include "credential/revoke_client.h"

#include "registry/registry.h"

enum credential_kind {
    CREDENTIAL_TOKEN,
    CREDENTIAL_SECRET_KEY,
    CREDENTIAL_UNKNOWN, /* something that could not be looked into */
};

enum credential_place {
    PLACE_CREDENTIALS, /* a credentials file, or a file that it includes */
    PLACE_CONFIG,      /* a configuration file */
    PLACE_VARIABLE,
    PLACE_PROVIDER,
    PLACE_KEYRING, /* an item that no provider of a known registry would find */
};

/* Whether cargo would use it. */
enum effect {
    NEVER_USED,
    USED_IF_OTHERS_GO, /* another one comes first, or cargo must be started elsewhere */
    PERHAPS_USED,      /* not known: a provider, or a registry that is defined elsewhere */
    IN_USE,
};

enum plan {
    PLAN_LEAVE,
    PLAN_REMOVE,
    PLAN_ASK,    /* the provider is asked to forget it */
    PLAN_CANNOT, /* it cannot be removed or asked; `error` has the reason */
};

enum result {
    RESULT_PENDING,
    RESULT_REMOVED,
    RESULT_NOT_FOUND,     /* it was gone, or the provider has none */
    RESULT_NOT_SUPPORTED, /* the provider does not handle this registry */
    RESULT_NOT_CHECKED,   /* `error` says why */
    RESULT_KEPT,          /* it was not removed because it could not be revoked */
    RESULT_FAILED,
};

struct assignment;

enum validity {
    VALIDITY_UNASKED,
    VALIDITY_NO,
    VALIDITY_YES,
    VALIDITY_UNKNOWN, /* `error` says why */
};

/* What the advice about a variable depends on. */
struct session {
    bool fish;   /* the person's shell */
    bool ci;     /* a job, which has settings of its own */
    bool github; /* and passes variables on to its later steps */
};

struct credential {
    const struct session *session;
    struct registry *registry; /* the name under which it is stored */
    enum credential_kind kind;
    enum credential_place place;

    struct config_file *file;     /* of the first two places */
    const struct toml_node *node; /* in there; NULL if the file could not be read */
    struct str variable;
    const struct provider *provider;
    const struct keyring_item *item;
    struct str value; /* of a file or variable; data NULL if it is no string */

    enum effect effect;
    enum plan plan;
    bool asked_about; /* of a registry that this run is about; others only share an index */
    bool revoke_first;
    enum result result;
    enum validity valid;
    const struct server_answer *answer; /* NULL: no server was asked */
    const struct err *error;
    bool error_is_final;              /* `error` makes the exit status 101 */
    const struct assignment *origins; /* of the variable that keeps it usable, among others */
    struct credential *next;          /* of the same registry */
};

/* What a run is asked to do. */
struct logout_options {
    const struct str *registry; /* the name asked for; NULL: registry.default, else crates.io */
    bool all;                   /* every registry that anything knows */
    bool everywhere;            /* configuration files too */
    bool revoke;
    bool status;  /* only look */
    bool dry_run; /* only say what would be done */
    bool check;   /* with status: ask servers and providers */
    bool copies;  /* search other files for the tokens, and remove those that cargo wrote there */
    bool strict;
    int timeout;         /* seconds of network time */
    const char *offline; /* the option that forbids the network, or NULL */
};

enum usable { USABLE_NO, USABLE_UNKNOWN, USABLE_YES };

/* Whether cargo can use it, as things are now. */
enum usable credential_usable(const struct credential *credential);

/* `token`, `secret-key`, `unknown` */
const char *credential_kind_name(const struct credential *credential);

/* The URL of the index that it is for; empty if that is not known. */
struct str credential_index_url(const struct credential *credential);

/* /path/config.toml:3, environment variable `X`, credential provider `P …`. */
struct str credential_location(struct arena *arena, const struct credential *credential);

/* The line in the file, or 0. */
size_t credential_line(const struct credential *credential);

/*
 * What a person can do about it. `words` is a command, or has no words if no command helps; `text`
 * is always a sentence part for `to remove it, …`.
 */
struct fix {
    const struct str *words;
    size_t count;
    struct str text;
};

/* A command; no words if it could not be shown as it must be typed. */
struct fix fix_command(struct arena *arena, const struct str *words, size_t count);

struct fix credential_fix(struct arena *arena, const struct credential *credential);

#endif
