/* Tables with known keys, and the getters for one key. */
#include "config/config_typed.h"
#include "config/context.h"

struct err *config_string(struct context *context, const struct config_key *key,
                          const struct config_string **out)
{
    bool has;
    TRY(config_has(context, key, true, &has));
    if (!has) {
        *out = NULL;
        return NULL;
    }
    return config_get_value(context, key, out);
}

struct err *config_strings(struct context *context, const struct config_key *key,
                           const struct config_strings **out)
{
    bool has;
    TRY(config_has(context, key, true, &has));
    if (!has) {
        *out = NULL;
        return NULL;
    }
    return config_get_strings(context, key, out);
}

struct err *config_program(struct context *context, const struct config_key *key,
                           const struct config_program **out)
{
    bool has;
    TRY(config_has(context, key, true, &has));
    if (!has) {
        *out = NULL;
        return NULL;
    }
    return config_get_program(context, key, out);
}

static bool is_known(const char *const *known, struct str key)
{
    for (size_t i = 0; known[i]; i++) {
        if (str_eq(str_of(known[i]), key)) {
            return true;
        }
    }
    return false;
}

void config_warn_unused(struct context *context, const struct config_key *key,
                        const struct config_value *value, const char *const *known)
{
    struct str name = config_key_display(context->arena, key);
    for (struct config_iter iter = config_iter(value); config_next(&iter);) {
        if (!is_known(known, iter.key)) {
            struct str place = definition_display(context->arena, iter.value.definition);
            context_warn(context, STR(""), "unused config key `%.*s.%.*s` in `%.*s`", STR_ARG(name),
                         STR_ARG(iter.key), STR_ARG(place));
        }
    }
}

/* Does the environment have this key, or one below it? */
static bool in_environment(struct context *context, const struct config_key *key)
{
    return environment_get(&context->environment, key->env) ||
           environment_has_prefix(&context->environment,
                                  str_format(context->arena, "%.*s_", STR_ARG(key->env)));
}

/* The keys of a table that are set at all. cargo: ConfigMapAccess. */
struct present {
    const struct config_table *table;
    const struct config_value *value; /* NULL where only the environment has some */
    bool *fields;
};

/* `a` is of one of our keys, none of which has a `_`, or b is one. */
static bool same_as_variable(char a, char b)
{
    return a == b || (a == '-' && b == '_');
}

/* `secret-key` with `secret-key-subject` beside it: the variable of the latter must not count as
 * one of a table below the former. */
static bool begins_other(const char *key, struct str other)
{
    size_t length = strlen(key);
    if (other.len <= length || !same_as_variable(other.data[length], '_')) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!same_as_variable(key[i], other.data[i])) {
            return false;
        }
    }
    return true;
}

static bool prefix_ok(const struct present *present, const char *key)
{
    for (size_t i = 0; i < present->table->count; i++) {
        if (present->fields[i] && begins_other(key, str_of(present->table->fields[i].key))) {
            return false;
        }
    }
    if (present->value) {
        for (struct config_iter iter = config_iter(present->value); config_next(&iter);) {
            if (begins_other(key, iter.key)) {
                return false;
            }
        }
    }
    return true;
}

static struct err *neither(struct context *context, const struct config_key *key,
                           const struct config_value *value)
{
    static const char *const names[] = {
        [CONFIG_STRING] = "string", [CONFIG_LIST] = "sequence", [CONFIG_TABLE] = "map"};
    struct arena *arena = context->arena;
    struct str what;
    if (value->type == CONFIG_INTEGER) {
        what = str_format(arena, "integer `%lld`", (long long)value->integer);
    } else if (value->type == CONFIG_BOOLEAN) {
        what = str_format(arena, "boolean `%s`", value->boolean ? "true" : "false");
    } else {
        what = str_of(names[value->type]);
    }
    struct err *err = err_new(arena, "invalid type: %s, expected a string or map", what.data);
    return config_key_context(context, err, key, value->definition);
}

/* cargo: deserialize_any, with what its UntaggedEnumVisitor takes. */
static struct err *get_either(struct context *context, const struct config_key *key,
                              const struct config_table *table, void *out)
{
    struct config_either *either = arena_new(context->arena, struct config_either);
    bool found = false;
    struct config_value value;
    TRY(config_get(context, key, &found, &value));
    if (environment_get(&context->environment, key->env) ||
        (found && value.type == CONFIG_STRING)) {
        TRY(config_get_string(context, key, &either->string));
    } else if (found && value.type == CONFIG_TABLE) {
        struct err *err = config_fill(context, key, table, &either->table);
        if (err) {
            return config_key_context(context, err, key, value.definition);
        }
    } else if (found) {
        return neither(context, key, &value);
    } else { /* only a variable of one of the table's keys: cargo's words for that */
        return err_new(context->arena, "invalid type: Option value, expected a string or map");
    }
    *(const struct config_either **)out = either;
    return NULL;
}

static struct err *get_field(struct context *context, const struct config_key *key,
                             const struct config_field *field, void *out)
{
    switch (field->type) {
    case FIELD_STRING:
        return config_get_string(context, key, out);
    case FIELD_VALUE:
        return config_get_value(context, key, out);
    case FIELD_STRINGS:
        return config_get_strings(context, key, out);
    case FIELD_PROGRAM:
        return config_get_program(context, key, out);
    case FIELD_BOOLEAN:
        return config_get_boolean(context, key, out);
    case FIELD_U32:
        return config_get_unsigned(context, key, "u32", out);
    case FIELD_U64:
        return config_get_unsigned(context, key, "u64", out);
    case FIELD_WORD:
        return config_get_word(context, key, field->words, out);
    case FIELD_EITHER:
        return get_either(context, key, field->table, out);
    case FIELD_TABLE:
    default:
        return config_fill(context, key, field->table, out);
    }
}

static void find_present(struct context *context, const struct config_key *key,
                         struct present *present)
{
    for (size_t i = 0; i < present->table->count; i++) {
        struct str name = str_of(present->table->fields[i].key);
        struct config_key below = config_key_push(context->arena, key, name);
        struct config_value child;
        present->fields[i] = in_environment(context, &below) ||
                             (present->value && config_table_get(present->value, name, &child));
    }
}

struct err *config_fill(struct context *context, const struct config_key *key,
                        const struct config_table *table, const void **out)
{
    bool found = false;
    struct config_value value;
    TRY(config_get(context, key, &found, &value));
    if (found && value.type != CONFIG_TABLE) {
        return config_invalid(context, key, "table", &value);
    }
    if (found) {
        const char **known = arena_new_array(context->arena, const char *, table->count + 1);
        for (size_t i = 0; i < table->count; i++) {
            known[i] = table->fields[i].key;
        }
        config_warn_unused(context, key, &value, known);
    }
    struct present present = {table, found ? &value : NULL,
                              arena_new_array(context->arena, bool, table->count)};
    find_present(context, key, &present);
    char *members = arena_alloc(context->arena, table->size);
    for (size_t i = 0; i < table->count; i++) {
        const struct config_field *field = &table->fields[i];
        struct config_key below = config_key_push(context->arena, key, str_of(field->key));
        bool has = false;
        if (present.fields[i]) {
            TRY(config_has(context, &below, prefix_ok(&present, field->key), &has));
        }
        if (has) {
            TRY(get_field(context, &below, field, members + field->offset));
        }
    }
    *out = members;
    return NULL;
}

struct err *config_struct(struct context *context, const struct config_key *key,
                          const struct config_table *table, const void **out)
{
    bool has;
    TRY(config_has(context, key, true, &has));
    if (!has) {
        *out = NULL;
        return NULL;
    }
    return config_fill(context, key, table, out);
}

struct err *config_map(struct context *context, const struct config_key *key,
                       struct config_iter *out)
{
    bool has;
    TRY(config_has(context, key, true, &has));
    struct config_value *value = arena_new(context->arena, struct config_value);
    TRY(config_get(context, key, &has, value));
    if (has && value->type != CONFIG_TABLE) {
        return config_invalid(context, key, "table", value);
    }
    *out = config_iter(value);
    return NULL;
}
