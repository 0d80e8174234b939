/*
 * A credential at a place: what every step of a logout is about. It never holds the secret.
 *
 * A registry may have many: a token in the credentials file, another in a project's config.toml, a
 * third in a variable, a fourth behind a provider. cargo takes one of them; the others wait for
 * their turn.
 *
 * A token also lives on its registry's server, where a revocation ends it: the same one for all
 * places that hold the same token.
 */
#ifndef CREDENTIAL_CREDENTIAL_H
#define CREDENTIAL_CREDENTIAL_H

#include "registry/provider.h"

enum credential_kind { CREDENTIAL_TOKEN, CREDENTIAL_SECRET_KEY };

enum place_kind {
    PLACE_CREDENTIALS, /* the credentials files, and what they include: a logout clears these */
    PLACE_CONFIG,      /* configuration files and what they include: cleared when asked to */
    PLACE_ENVIRONMENT, /* a variable: only the shell that has set it can take it back */
    PLACE_PROVIDER,    /* behind a provider other than cargo:token: it is asked */
};

enum credential_state {
    CREDENTIAL_FOUND,    /* is there, and this run does not take it */
    CREDENTIAL_UNASKED,  /* a provider that this run does not ask */
    CREDENTIAL_REMOVED,  /* was there, is gone */
    CREDENTIAL_ABSENT,   /* looked for, and not there */
    CREDENTIAL_UNSUITED, /* the provider does not do this registry */
    CREDENTIAL_KEPT,     /* is there, and was to be taken if it had been revoked; see failure */
    CREDENTIAL_FAILED,   /* may still be there, see failure */
};

/* Can the registry's server be asked to end it? What its form says; a look at it, not a question.
 */
enum credential_revocable {
    REVOCABLE_UNKNOWN, /* nobody has seen it: a provider has it */
    REVOCABLE_NO,      /* a secret key, or nothing that the server could know */
    REVOCABLE_MAYBE,   /* the server decides */
    REVOCABLE_YES,     /* of trusted publishing: each may end itself */
};

enum revocation_how {
    /* dead */
    REVOCATION_REVOKED,       /* just now */
    REVOCATION_UNKNOWN_TOKEN, /* the server does not know it: revoked, expired, never valid */
    REVOCATION_NOT_A_TOKEN,   /* the server says that no token looks like this */
    /* not known to be dead */
    REVOCATION_NOT_PERMITTED, /* it may not end itself */
    REVOCATION_UNSUPPORTED,   /* the server cannot do it */
    REVOCATION_REFUSED,
    REVOCATION_NO_ANSWER,
    REVOCATION_NO_API,   /* nobody knows where to ask */
    REVOCATION_NOT_SENT, /* nothing that may be sent there */
};

struct revocation {
    bool dead;
    enum revocation_how how;
    struct str url;    /* what was called last; may be empty */
    unsigned status;   /* HTTP's, or 0 */
    struct str detail; /* what the server said, or why there is no answer; may be empty */
};

/* Would cargo take this one? It depends on the providers before it, which nobody can look into. */
enum credential_use { USE_NO, USE_MAYBE, USE_YES };

struct credential {
    enum credential_kind kind;
    enum place_kind place;
    enum credential_state state;
    struct str where;                /* path, variable or the provider's command */
    size_t line;                     /* in a file, else 0 */
    struct str registry;             /* the name under which it stands there */
    const struct provider *provider; /* PLACE_PROVIDER */
    bool in_force;                   /* cargo would take it, if there were no other */
    enum credential_use use;
    enum credential_revocable revocable;
    const struct revocation *revocation; /* NULL: the server was not asked */
    const struct err *failure;
    struct credential *next;
};

/* "token" or "secret-key" */
const char *credential_kind_name(enum credential_kind kind);

/* "unknown-token" */
const char *revocation_name(enum revocation_how how);

/* /path/config.toml:3, environment variable `X`, credential provider `x a` */
struct str credential_place(struct arena *arena, const struct credential *credential);

#endif
