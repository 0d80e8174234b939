#include "registry/registry.h"

#include "util/utf8.h"
#include "registry/source_map.h"
#include "registry/identifier.h"

#define INDEX_PREFIX "CARGO_REGISTRIES_"
#define INDEX_SUFFIX "_INDEX"

static struct err *bad_character(struct arena *arena, struct str name, size_t at, size_t len,
                                 const char *reason)
{
    return err_new(arena, "invalid character `%.*s` in registry name: `%s`, %s", (int)len,
                   name.data + at, name.data, reason);
}

struct err *registry_name_check(struct arena *arena, struct str name)
{
    if (name.len == 0) {
        return err_new(arena, "registry name cannot be empty");
    }
    for (size_t at = 0, len; at < name.len; at += len) {
        uint32_t c;
        bool valid;
        len = utf8_decode(name, at, &c, &valid);
        if (at == 0 && c >= '0' && c <= '9') {
            return bad_character(arena, name, at, len, "the name cannot start with a digit");
        }
        if (at == 0 && c != '_') {
            TRY(identifier_starts(arena, c, &valid));
            if (!valid) {
                return bad_character(arena, name, at, len,
                                     "the first character must be a Unicode XID start character "
                                     "(most letters or `_`)");
            }
        } else if (at > 0 && c != '-') {
            TRY(identifier_continues(arena, c, &valid));
            if (!valid) {
                return bad_character(arena, name, at, len,
                                     "characters must be Unicode XID characters (numbers, `-`, "
                                     "`_`, or most letters)");
            }
        }
    }
    return NULL;
}

struct err *registry_choose(struct context *context, const struct str *asked, struct registry *out)
{
    struct str name = STR(CRATES_IO_NAME);
    bool named = asked != NULL;
    if (asked) {
        name = *asked;
        TRY(registry_name_check(context->arena, name));
    } else {
        struct config_key key = config_key(context->arena, STR("registry.default"));
        const struct config_string *chosen;
        TRY(config_string(context, &key, &chosen));
        if (chosen) {
            named = true;
            name = chosen->value;
        }
    }
    struct source source;
    TRY(source_of_name(context, name, &source));
    TRY(source_map_check(context, &source, named));
    *out = (struct registry){
        .name = name,
        .is_crates_io = str_eq(name, STR(CRATES_IO_NAME)),
        .index = source.url,
    };
    return NULL;
}

/* The part of the variable's name that names a registry; false where it is no index. */
static bool index_variable(struct arena *arena, const struct variable *variable, struct str *out)
{
    struct str name = variable->name;
    size_t around = strlen(INDEX_PREFIX INDEX_SUFFIX);
    if (!variable->valid || name.len < around || !str_starts(name, STR(INDEX_PREFIX)) ||
        !str_ends(name, STR(INDEX_SUFFIX))) {
        return false;
    }
    size_t end = name.len - strlen(INDEX_SUFFIX);
    *out = str_lower(arena, str_slice(arena, name, strlen(INDEX_PREFIX), end));
    return true;
}

static bool same_index(struct arena *arena, struct str text, struct str canonical)
{
    struct index_url url;
    struct str other;
    return !index_url_parse(arena, text, &url) && !index_url_canonical(arena, &url, &other) &&
           str_eq(other, canonical);
}

/*
 * cargo takes the token of the name that has this index in the environment. We take that of the
 * name asked for, and say, as cargo does, that there is another. A variable's name cannot tell
 * `my-reg` from `my_reg`: it is no other.
 */
static struct err *note_other_name(struct context *context, const struct registry *registry)
{
    struct arena *arena = context->arena;
    struct str own = str_lower(arena, environment_part(arena, registry->name));
    struct str other = STR("");
    size_t others = 0;
    struct str canonical;
    TRY(index_url_canonical(arena, &registry->index, &canonical));
    for (size_t i = 0; i < context->environment.count; i++) {
        const struct variable *variable = &context->environment.variables[i];
        struct str name;
        if (!index_variable(arena, variable, &name) ||
            !same_index(arena, variable->value, canonical)) {
            continue;
        }
        if (str_eq(name, own)) {
            return NULL;
        }
        other = name;
        others++;
    }
    if (others == 1) {
        shell_note(context->shell, "name of alternative registry `%s` set to `%s`",
                   registry->index.text.data, other.data);
    }
    return NULL;
}

struct err *registry_credentials(struct context *context, const struct registry *registry,
                                 const struct registry_config **out)
{
    TRY(context_load_credentials(context));
    if (registry->is_crates_io) {
        /* The credentials file may have set registry.index. */
        struct source ignored;
        TRY(source_crates_io(context, &ignored));
        return config_registry(context, STR(""), out);
    }
    TRY(note_other_name(context, registry));
    return config_registry(context, registry->name, out);
}
