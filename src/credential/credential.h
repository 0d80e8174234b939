/*
 * A credential: one token, secret key, provider or keyring item. Its fields are its location, what
 * cargo would do with it, what this run plans to do with it, and the result. All reports are made
 * from these fields. run.h has the steps that fill them.
 */
#ifndef CREDENTIAL_CREDENTIAL_H
#define CREDENTIAL_CREDENTIAL_H

#include "credential/keyring.h"
#include "credential/server_kind.h"

#include "registry/registry.h"

enum credential_kind {
    CREDENTIAL_TOKEN,
    CREDENTIAL_SECRET_KEY,
};

/* Not struct place of search.h, which is a file to search for copies. */
enum credential_place {
    PLACE_CREDENTIALS, /* a credentials file, or a file that it includes */
    PLACE_CONFIG,      /* a configuration file */
    PLACE_VARIABLE,
    PLACE_PROVIDER,
    PLACE_KEYRING, /* an item that no provider of a known registry finds */
};

/* Whether cargo uses it. */
enum effect {
    NEVER_USED,
    USED_IF_OTHERS_GO, /* cargo uses another one first, or uses it only in another directory */
    PERHAPS_USED,      /* not known: a provider, or a registry that another project can define */
    IN_USE,
};

enum plan {
    PLAN_LEAVE,
    PLAN_REMOVE,
    PLAN_ASK,    /* ask the provider to log out */
    PLAN_CANNOT, /* it or its provider cannot be handled; `error` has the reason */
};

enum result {
    RESULT_PENDING,
    RESULT_REMOVED,
    RESULT_NOT_FOUND,     /* it was already gone, or the provider has none */
    RESULT_NOT_SUPPORTED, /* the provider does not handle this registry */
    RESULT_NOT_CHECKED,   /* `error` has the reason */
    RESULT_KEPT,          /* it was not removed, because it could not be revoked */
    RESULT_FAILED,
};

struct copy;

enum validity {
    VALIDITY_UNASKED,
    VALIDITY_NO,
    VALIDITY_YES,
    VALIDITY_UNKNOWN, /* `error` has the reason */
};

/* What the fix of a variable depends on. Looking up a variable is slow if there are thousands. */
struct session {
    bool fish;   /* the person's shell is fish */
    bool ci;     /* a CI job */
    bool github; /* a job of GitHub, which passes variables to later steps */
};

struct credential {
    const struct session *session; /* the same for all */
    struct registry *registry;     /* the name under which it is stored */
    enum credential_kind kind;
    enum credential_place place;

    struct config_file *file;     /* only of the first two places */
    const struct toml_node *node; /* in that file */
    struct str variable;
    const struct provider *provider;
    const struct keyring_item *item;
    struct str value; /* of a file or variable; data is NULL if it is not a string */

    enum effect effect;
    enum plan plan;
    bool asked_about; /* the run is about its registry; if not, the registry only shares an index */
    bool revoke_first;
    enum result result;
    enum validity valid;
    const struct server_answer *answer; /* NULL: no server was asked */
    const struct err *error;
    const struct copy *origins;      /* first assignment of the variable that keeps it usable */
    struct credential *next;         /* of the same registry */
    struct credential *next_in_file; /* to remove in the same edit; see file.h */
};

/* What a run is asked to do. */
struct logout_options {
    const struct str *registry; /* of --registry; NULL: registry.default, or else crates.io */
    bool all;                   /* all registries that are found */
    bool everywhere;            /* configuration files too */
    bool revoke;
    bool status;  /* only list the credentials */
    bool dry_run; /* only show what would be done */
    bool check;   /* with status: ask servers and providers */
    bool copies;  /* also search other files for copies of the tokens; see copies.h */
    bool strict;
    int timeout;         /* seconds of network time */
    const char *offline; /* the option that forbids the network, or NULL */
};

enum usable { USABLE_NO, USABLE_UNKNOWN, USABLE_YES };

/* Returns whether cargo can use it at this moment. */
enum usable credential_usable(const struct credential *credential);

/* Returns true if `error` makes the exit status 101. */
bool credential_failed(const struct credential *credential);

/* Returns the variable that keeps the credential usable. Empty if there is none. */
struct str credential_variable(const struct credential *credential);

/* `token` and `secret-key`: the keys of each kind, and their names in messages. */
extern const char *const credential_keys[2];

/* Returns the URL of the index that it is for. Empty if the URL is not known. */
struct str credential_index_url(const struct credential *credential);

/* Returns /path/config.toml:3, environment variable `X`, credential provider `P …` or keyring
 * item for `URL`. */
struct str credential_location(struct arena *arena, const struct credential *credential);

/* Wraps the error of a provider as cargo does. `cargo:token` stands for files. */
struct err *logout_error(struct arena *arena, const char *provider, const struct err *cause);

/*
 * How a person can remove it. `words` is a command and is empty if no command can do it. `text`
 * always completes the sentence `to remove it, …`.
 */
struct fix {
    const struct str *words;
    size_t count;
    struct str text;
};

/* Makes a fix of a command, whose words are the arguments of FIX(). The fix is empty if the command
 * cannot be printed so that it can be typed. */
struct fix fix_command(struct arena *arena, const struct str *words, size_t count);
#define FIX(arena, ...)                                                                            \
    fix_command((arena), (const struct str[]){__VA_ARGS__},                                        \
                sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str))

struct fix credential_fix(struct arena *arena, const struct credential *credential);

#endif
