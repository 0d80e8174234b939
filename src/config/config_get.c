/* Look-up of a key in credentials, files and environment, and plain values. */
#include "config/config_typed.h"
#include "config/context.h"

struct err *config_get(struct context *context, const struct config_key *key, bool *found,
                       struct config_value *out)
{
    struct config_value value;
    if (context->credentials_loaded) {
        value = context->credentials;
    } else {
        TRY(config_root(context, &value));
    }
    for (size_t i = 0; i < key->count; i++) {
        if (value.type != CONFIG_TABLE) {
            struct config_key so_far = {.parts = key->parts, .count = i};
            struct str place = definition_display(context->arena, value.definition);
            return err_new(context->arena,
                           "expected table for configuration key `%.*s`, but found %s in %.*s",
                           STR_ARG(config_key_display(context->arena, &so_far)),
                           config_type_name(value.type), STR_ARG(place));
        }
        struct config_value child;
        if (!config_table_get(&value, key->parts[i], &child)) {
            *found = false;
            return NULL;
        }
        value = child;
    }
    *found = true;
    *out = value;
    return NULL;
}

/* cargo: check_environment_key_case_mismatch. */
static void warn_wrong_case(struct context *context, const struct config_key *key)
{
    const struct variable *variable = environment_wrong_case(&context->environment, key->env);
    if (variable) {
        context_warn(context, STR(""),
                     "environment variables are expected to use uppercase letters and underscores, "
                     "the variable `%.*s` will be ignored and have no effect",
                     STR_ARG(variable->name));
    }
}

struct err *config_has(struct context *context, const struct config_key *key, bool prefix_ok,
                       bool *has)
{
    *has = true;
    if (environment_get(&context->environment, key->env)) {
        return NULL;
    }
    if (prefix_ok) {
        struct str prefix = str_format(context->arena, "%.*s_", STR_ARG(key->env));
        if (environment_has_prefix(&context->environment, prefix)) {
            return NULL;
        }
    }
    struct config_value value;
    TRY(config_get(context, key, has, &value));
    if (!*has) {
        warn_wrong_case(context, key);
    }
    return NULL;
}

const struct variable *config_variable(struct context *context, const struct config_key *key)
{
    const struct variable *variable = environment_get(&context->environment, key->env);
    if (variable && variable->valid) {
        return variable;
    }
    warn_wrong_case(context, key);
    return NULL;
}

const struct definition *config_environment(struct context *context, const struct config_key *key)
{
    struct definition *definition = arena_new(context->arena, struct definition);
    *definition = (struct definition){DEFINITION_ENVIRONMENT, key->env, NULL};
    return definition;
}

struct err *config_find_definition(struct context *context, const struct config_key *key,
                                   const struct definition **out)
{
    bool found = false;
    struct config_value value;
    TRY(config_get(context, key, &found, &value));
    bool variable = environment_get(&context->environment, key->env) != NULL;
    if (found && (!variable || value.definition->kind > DEFINITION_ENVIRONMENT)) {
        *out = value.definition;
    } else {
        *out = config_environment(context, key);
    }
    return NULL;
}

struct err *config_key_context(struct context *context, const struct err *err,
                               const struct config_key *key, const struct definition *definition)
{
    struct str place = definition_display(context->arena, definition);
    return err_wrap(context->arena, err, "error in %.*s: could not load config key `%.*s`",
                    STR_ARG(place), STR_ARG(config_key_display(context->arena, key)));
}

struct err *config_wrong_type(struct context *context, const struct config_key *key,
                              const char *wanted, const struct config_value *value)
{
    struct str place = definition_display(context->arena, value->definition);
    return err_new(context->arena, "error in %.*s: `%.*s` expected %s, but found a %s",
                   STR_ARG(place), STR_ARG(config_key_display(context->arena, key)), wanted,
                   config_type_name(value->type));
}

struct err *config_invalid(struct context *context, const struct config_key *key,
                           const char *wanted, const struct config_value *value)
{
    struct str name = config_key_display(context->arena, key);
    const struct err *err = config_expected(context, value, wanted, name);
    return err_new(context->arena, "invalid configuration for key `%.*s`\n%.*s", STR_ARG(name),
                   STR_ARG(err->message));
}

static struct err *missing(struct context *context, const struct config_key *key)
{
    return err_new(context->arena, "missing config key `%.*s`",
                   STR_ARG(config_key_display(context->arena, key)));
}

/*
 * A plain value: `variable` is the environment's, if that wins, else `value` is the files'. Neither
 * is an error here; a value of another type in a file is one even where a variable would win.
 * cargo: get_value_typed.
 */
static struct err *plain(struct context *context, const struct config_key *key,
                         enum config_type type, const char *wanted,
                         const struct variable **variable, struct config_value *value)
{
    bool found = false;
    struct config_value in_files;
    TRY(config_get(context, key, &found, &in_files));
    const struct variable *in_environment = config_variable(context, key);
    if (found && in_files.type != type) {
        return config_wrong_type(context, key, wanted, &in_files);
    }
    if (!found && !in_environment) {
        return missing(context, key);
    }
    bool files_win = found && in_files.definition->kind > DEFINITION_ENVIRONMENT;
    *variable = files_win ? NULL : in_environment;
    if (!*variable) {
        *value = in_files;
    }
    return NULL;
}

struct err *config_get_string(struct context *context, const struct config_key *key,
                              const struct config_string **out)
{
    const struct variable *variable = NULL;
    struct config_value value = {0};
    TRY(plain(context, key, CONFIG_STRING, "a string", &variable, &value));
    struct config_string *string = arena_new(context->arena, struct config_string);
    if (variable) {
        string->value = variable->value;
        string->definition = config_environment(context, key);
    } else {
        *string = (struct config_string){value.string, value.definition, value.node};
    }
    *out = string;
    return NULL;
}

struct err *config_get_value(struct context *context, const struct config_key *key,
                             const struct config_string **out)
{
    const struct definition *definition;
    TRY(config_find_definition(context, key, &definition));
    const struct config_string *string;
    struct err *err = config_get_string(context, key, &string);
    if (err) {
        return config_key_context(context, err, key, definition);
    }
    struct config_string *value = arena_new(context->arena, struct config_string);
    *value = (struct config_string){string->value, definition, string->node};
    *out = value;
    return NULL;
}

static struct err *bad_variable(struct context *context, const struct variable *variable,
                                const char *reason)
{
    return err_new(context->arena, "error in environment variable `%.*s`: %s",
                   STR_ARG(variable->name), reason);
}

struct err *config_get_boolean(struct context *context, const struct config_key *key,
                               const bool **out)
{
    const struct variable *variable = NULL;
    struct config_value value = {0};
    TRY(plain(context, key, CONFIG_BOOLEAN, "true/false", &variable, &value));
    bool *boolean = arena_new(context->arena, bool);
    if (!variable) {
        *boolean = value.boolean;
    } else if (str_eq(variable->value, STR("true"))) {
        *boolean = true;
    } else if (!str_eq(variable->value, STR("false"))) {
        return bad_variable(context, variable, "provided string was not `true` or `false`");
    }
    *out = boolean;
    return NULL;
}

/* Rust's i64 from text: digits, a sign before them, nothing else. What is wrong with it, or NULL.
 */
static const char *parse_integer(struct str text, int64_t *out)
{
    size_t at = text.len > 0 && (text.data[0] == '+' || text.data[0] == '-');
    bool negative = at > 0 && text.data[0] == '-';
    int64_t sum = 0;
    if (text.len == 0) {
        return "cannot parse integer from empty string";
    }
    bool fits = true;
    for (size_t i = at; i < text.len; i++) {
        int digit = text.data[i] - '0';
        if (digit < 0 || digit > 9) {
            return "invalid digit found in string";
        }
        fits = fits && !__builtin_mul_overflow(sum, 10, &sum) &&
               !__builtin_add_overflow(sum, negative ? -digit : digit, &sum);
    }
    if (at == text.len) {
        return "invalid digit found in string";
    }
    *out = sum;
    return fits       ? NULL
           : negative ? "number too small to fit in target type"
                      : "number too large to fit in target type";
}

struct err *config_get_unsigned(struct context *context, const struct config_key *key,
                                const char *type, const uint64_t **out)
{
    const struct variable *variable = NULL;
    struct config_value value = {0};
    TRY(plain(context, key, CONFIG_INTEGER, "an integer", &variable, &value));
    int64_t integer = value.integer;
    const char *fault = variable ? parse_integer(variable->value, &integer) : NULL;
    if (fault) {
        return bad_variable(context, variable, fault);
    }
    int64_t most = strcmp(type, "u32") == 0 ? UINT32_MAX : INT64_MAX;
    if (integer < 0 || integer > most) {
        struct err *err = err_new(context->arena, "invalid value: integer `%lld`, expected %s",
                                  (long long)integer, type);
        const struct definition *definition =
            variable ? config_environment(context, key) : value.definition;
        return config_key_context(context, err, key, definition);
    }
    uint64_t *number = arena_new(context->arena, uint64_t);
    *number = (uint64_t)integer;
    *out = number;
    return NULL;
}

struct err *config_get_word(struct context *context, const struct config_key *key,
                            const char *const *words, const struct config_string **out)
{
    const struct config_string *string;
    TRY(config_get_string(context, key, &string));
    for (size_t i = 0; words[i]; i++) {
        if (str_eq(string->value, str_of(words[i]))) {
            *out = string;
            return NULL;
        }
    }
    return config_key_context(
        context, err_new(context->arena, "unknown variant `%.*s`", STR_ARG(string->value)), key,
        string->definition);
}
