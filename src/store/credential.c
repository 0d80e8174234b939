#include "store/credential.h"

const char *credential_kind_name(enum credential_kind kind)
{
    return kind == CREDENTIAL_TOKEN ? "token" : "secret-key";
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
    return credential->line > 0 ? str_format(arena, "%s:%zu", where, credential->line)
                                : credential->where;
}
