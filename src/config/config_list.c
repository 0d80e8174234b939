/* Lists of strings, and lists that are a program with its arguments. */
#include "config/config_layer.h"
#include "config/config_typed.h"
#include "config/context.h"

/* Unicode's White_Space. Returns the character's length at `at`, 0 where it is another one. */
static size_t space_at(struct str s, size_t at)
{
    static const char *const wide[] = {
        "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
        "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
        "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
        "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
    };
    char c = s.data[at];
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
        return 1;
    }
    for (size_t i = 0; i < COUNT(wide) && (unsigned char)c >= 0xC2; i++) {
        if (strncmp(s.data + at, wide[i], strlen(wide[i])) == 0) {
            return strlen(wide[i]);
        }
    }
    return 0;
}

/* A vertical tab is white space, but not for Rust's ASCII rule. */
static size_t ascii_space_at(struct str s, size_t at)
{
    char c = s.data[at];
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* The next word from *at on; false at the end. */
static bool next_word(struct arena *arena, struct str s, size_t (*space)(struct str, size_t),
                      size_t *at, struct str *out)
{
    size_t start = *at;
    while (start < s.len && space(s, start) > 0) {
        start += space(s, start);
    }
    size_t end = start;
    while (end < s.len && space(s, end) == 0) {
        end++;
    }
    *at = end;
    *out = str_slice(arena, s, start, end);
    return end > start;
}

static size_t count_words(struct arena *arena, struct str s)
{
    size_t count = 0;
    struct str word;
    for (size_t at = 0; next_word(arena, s, space_at, &at, &word);) {
        count++;
    }
    return count;
}

struct list {
    struct config_value *values;
    size_t count;
};

static void add_words(struct context *context, struct list *list, struct str text,
                      const struct definition *definition)
{
    struct str word;
    for (size_t at = 0; next_word(context->arena, text, space_at, &at, &word);) {
        list->values[list->count++] =
            (struct config_value){.type = CONFIG_STRING, .definition = definition, .string = word};
    }
}

static bool is_program_key(const struct config_key *key)
{
    return config_is_program_list(key->parts, key->count);
}

/*
 * The elements of a list, with those of the variable; for `split` a string's words count as such a
 * list. cargo: ConfigSeqAccess, StringList, get_env_list.
 */
static struct err *get_list(struct context *context, const struct config_key *key, bool split,
                            struct list *out)
{
    bool found = false;
    struct config_value value;
    TRY(config_get(context, key, &found, &value));
    bool is_words = found && split && value.type == CONFIG_STRING;
    if (found && value.type != CONFIG_LIST && !is_words) {
        return config_invalid(context, key, split ? "string or array of strings" : "list", &value);
    }
    const struct variable *variable = config_variable(context, key);
    size_t room = variable ? count_words(context->arena, variable->value) : 0;
    if (is_words) {
        room += count_words(context->arena, value.string);
    } else if (found) {
        room += value.merged ? value.merged->count : value.node->count;
    }
    struct list list = {arena_new_array(context->arena, struct config_value, room), 0};
    if (is_words) {
        add_words(context, &list, value.string, value.definition);
    } else if (found) {
        for (struct config_iter iter = config_iter(&value); config_next(&iter);) {
            list.values[list.count++] = iter.value;
        }
    }
    bool program = is_program_key(key) && variable;
    bool keep =
        program && list.count > 0 && list.values[0].definition->kind > DEFINITION_ENVIRONMENT;
    if (program && !keep) {
        list.count = 0;
    }
    if (variable && !keep) {
        add_words(context, &list, variable->value, config_environment(context, key));
        config_sort(context->arena, list.values, list.count);
    }
    *out = list;
    return NULL;
}

/* How serde names what it did not want. */
static struct str unexpected(struct arena *arena, const struct config_value *value)
{
    switch (value->type) {
    case CONFIG_INTEGER:
        return str_format(arena, "integer `%lld`", (long long)value->integer);
    case CONFIG_BOOLEAN:
        return str_format(arena, "boolean `%s`", value->boolean ? "true" : "false");
    case CONFIG_TABLE:
        return STR("map");
    case CONFIG_LIST:
    case CONFIG_STRING:
    default:
        return STR("sequence");
    }
}

static struct err *bad_element(struct context *context, const struct config_key *key, size_t index,
                               const struct config_value *value)
{
    struct err *err = err_new(context->arena, "invalid type: %.*s, expected a string",
                              STR_ARG(unexpected(context->arena, value)));
    struct str place = definition_display(context->arena, value->definition);
    return err_wrap(context->arena, err, "error in %.*s: failed to parse config at `%.*s[%zu]`",
                    STR_ARG(place), STR_ARG(config_key_display(context->arena, key)), index);
}

struct err *config_get_strings(struct context *context, const struct config_key *key,
                               const struct config_strings **out)
{
    struct list list = {0};
    TRY(get_list(context, key, false, &list));
    struct config_string *values =
        arena_new_array(context->arena, struct config_string, list.count);
    for (size_t i = 0; i < list.count; i++) {
        const struct config_value *value = &list.values[i];
        if (value->type != CONFIG_STRING) {
            return bad_element(context, key, i, value);
        }
        values[i] = (struct config_string){value->string, value->definition, value->node};
    }
    struct config_strings *strings = arena_new(context->arena, struct config_strings);
    *strings = (struct config_strings){values, list.count};
    *out = strings;
    return NULL;
}

static struct err *get_words(struct context *context, const struct config_key *key,
                             struct list *out)
{
    TRY(get_list(context, key, true, out));
    for (size_t i = 0; i < out->count; i++) {
        if (out->values[i].type != CONFIG_STRING) {
            return config_wrong_type(context, key, "string", &out->values[i]);
        }
    }
    return NULL;
}

struct err *config_get_program(struct context *context, const struct config_key *key,
                               const struct config_program **out)
{
    const struct definition *definition = NULL;
    TRY(config_find_definition(context, key, &definition));
    struct list list = {0};
    struct err *err = get_words(context, key, &list);
    if (err) {
        return config_key_context(context, err, key, definition);
    }
    if (list.count == 0) {
        return err_new(context->arena, "invalid length 0, expected at least one element");
    }
    struct config_program *program = arena_new(context->arena, struct config_program);
    struct str *arguments = arena_new_array(context->arena, struct str, list.count);
    for (size_t i = 1; i < list.count; i++) {
        arguments[i - 1] = list.values[i].string;
    }
    *program = (struct config_program){
        {list.values[0].string, definition, list.values[0].node}, arguments, list.count - 1};
    *out = program;
    return NULL;
}

struct config_program config_program_split(struct arena *arena, const struct config_string *string)
{
    struct config_program program = {.program = *string};
    program.program.value = STR("");
    struct str *arguments = arena_new_array(arena, struct str, string->value.len / 2 + 1);
    size_t at = 0;
    (void)next_word(arena, string->value, ascii_space_at, &at, &program.program.value);
    while (next_word(arena, string->value, ascii_space_at, &at, &arguments[program.count])) {
        program.count++;
    }
    program.arguments = arguments;
    return program;
}
