#include "credential/credential.h"

const char *credential_kind_name(enum credential_kind kind)
{
    return kind == CREDENTIAL_TOKEN ? "token" : "secret-key";
}

const char *revocation_name(enum revocation_how how)
{
    static const char *const names[] = {
        [REVOCATION_REVOKED] = "revoked",         [REVOCATION_UNKNOWN_TOKEN] = "unknown-token",
        [REVOCATION_NOT_A_TOKEN] = "not-a-token", [REVOCATION_NOT_PERMITTED] = "not-permitted",
        [REVOCATION_UNSUPPORTED] = "unsupported", [REVOCATION_REFUSED] = "refused",
        [REVOCATION_NO_ANSWER] = "no-answer",     [REVOCATION_NO_API] = "no-api",
        [REVOCATION_NOT_SENT] = "not-sent",
    };
    return names[how];
}

struct str credential_place(struct arena *arena, const struct credential *credential)
{
    const char *where = credential->where.data;
    switch (credential->place) {
    case PLACE_ENVIRONMENT:
        return str_format(arena, "environment variable `%s`", where);
    case PLACE_PROVIDER:
        return str_format(arena, "credential provider `%s`", where);
    case PLACE_CREDENTIALS:
    case PLACE_CONFIG:
        break;
    }
    return str_format(arena, "%s:%zu", where, credential->line);
}
