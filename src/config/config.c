#include "config/config.h"

#include "util/fs.h"
#include "config/config_layer.h"
#include "config/context.h"

struct str definition_display(struct arena *arena, const struct definition *definition)
{
    switch (definition->kind) {
    case DEFINITION_ENVIRONMENT:
        return str_format(arena, "environment variable `%.*s`", STR_ARG(definition->name));
    case DEFINITION_CLI:
        return definition->name.len > 0 ? definition->name : STR("--config cli option");
    case DEFINITION_FILE:
    default:
        return definition->name;
    }
}

struct str definition_root(struct context *context, const struct definition *definition)
{
    if (definition->kind == DEFINITION_ENVIRONMENT || definition->name.len == 0) {
        return context->cwd;
    }
    struct str dir = definition->name;
    for (int up = 0; up < 2; up++) {
        (void)path_parent(context->arena, dir, &dir); /* above / there is nothing: it stays */
    }
    return dir;
}

struct str definition_program(struct context *context, const struct definition *definition,
                              struct str value)
{
    if (str_find(value, '/') < 0) {
        return value;
    }
    return path_join(context->arena, definition_root(context, definition), value);
}

static struct config_key key_push(struct arena *arena, const struct config_key *key,
                                  struct str part, struct str env_part)
{
    struct str *parts = arena_new_array(arena, struct str, key->count + 1);
    if (key->count > 0) {
        memcpy(parts, key->parts, key->count * sizeof(*parts));
    }
    parts[key->count] = part;
    struct buf env = buf_new(arena);
    buf_add(&env, key->env);
    buf_add_char(&env, '_');
    buf_add(&env, env_part);
    return (struct config_key){buf_str(&env), parts, key->count + 1};
}

struct config_key config_key(struct arena *arena, struct str dotted)
{
    struct config_key key = {.env = STR("CARGO")};
    for (size_t start = 0; start <= dotted.len;) {
        size_t end = start;
        while (end < dotted.len && dotted.data[end] != '.') {
            end++;
        }
        struct str part = str_slice(arena, dotted, start, end);
        key = config_key_push(arena, &key, part);
        start = end + 1;
    }
    return key;
}

struct config_key config_key_push(struct arena *arena, const struct config_key *key,
                                  struct str part)
{
    return key_push(arena, key, part, environment_part(arena, part));
}

struct config_key config_key_push_sensitive(struct arena *arena, const struct config_key *key,
                                            struct str part)
{
    return key_push(arena, key, part, part);
}

static bool is_bare(struct str part)
{
    for (size_t i = 0; i < part.len; i++) {
        char c = part.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_')) {
            return false;
        }
    }
    return true;
}

/* What in a text decides how it may be quoted. */
struct quoting {
    bool control; /* needs escapes; tab and newline do not count */
    bool backslash;
    bool newline;
    size_t single; /* the longest run of them */
    size_t twice;
};

static struct quoting quoting_of(struct str text)
{
    struct quoting q = {0};
    size_t run = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        run = i > 0 && text.data[i - 1] == text.data[i] ? run + 1 : 1;
        q.control |= (byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7F;
        q.backslash |= byte == '\\';
        q.newline |= byte == '\n';
        q.single = byte == '\'' && run > q.single ? run : q.single;
        q.twice = byte == '"' && run > q.twice ? run : q.twice;
    }
    return q;
}

static char escape_letter(unsigned char byte)
{
    switch (byte) {
    case '\b':
        return 'b';
    case '\t':
        return 't';
    case '\f':
        return 'f';
    case '\r':
        return 'r';
    default:
        return 0;
    }
}

/* The text between basic quotes; `multiline` keeps two quotes in a row. One with newlines is. */
static void add_escaped(struct buf *buf, struct str text, bool multiline)
{
    size_t quotes = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        quotes = byte == '"' ? quotes + 1 : 0;
        if (byte == '\\' || quotes > (multiline ? 2 : 0)) {
            buf_addf(buf, "\\%c", byte);
            quotes = 0;
        } else if ((byte >= 0x20 && byte != 0x7F) || byte == '\n') {
            buf_add_char(buf, text.data[i]);
        } else if (escape_letter(byte)) {
            buf_addf(buf, "\\%c", escape_letter(byte));
        } else {
            buf_addf(buf, "\\u%04X", byte);
        }
    }
}

/* As the toml crate writes a string: in the first of four forms that needs no escapes, else with
 * escapes, on one line if it is one. */
static void add_quoted(struct buf *buf, struct str text)
{
    struct quoting q = quoting_of(text);
    bool basic = !q.control && !q.backslash && q.twice <= 2;
    bool literal = !q.control && q.single <= 2;
    bool multiline = q.newline;
    if (!multiline && !(basic && q.twice == 0) && !(literal && q.single == 0)) {
        multiline = basic || literal;
    }
    if (!multiline) {
        basic = (basic && q.twice == 0) || !literal;
    } else {
        basic = basic || !literal;
    }
    char quote = basic ? '"' : '\'';
    buf_add_times(buf, quote, multiline ? 3 : 1);
    buf_add(buf, q.newline ? STR("\n") : STR(""));
    if (basic) {
        add_escaped(buf, text, multiline);
    } else {
        buf_add(buf, text);
    }
    buf_add_times(buf, quote, multiline ? 3 : 1);
}

struct str config_key_display(struct arena *arena, const struct config_key *key)
{
    struct buf buf = buf_new(arena);
    for (size_t i = 0; i < key->count; i++) {
        if (i > 0) {
            buf_add_char(&buf, '.');
        }
        if (is_bare(key->parts[i])) {
            buf_add(&buf, key->parts[i]);
        } else {
            add_quoted(&buf, key->parts[i]);
        }
    }
    return buf_str(&buf);
}

const char *config_type_name(enum config_type type)
{
    switch (type) {
    case CONFIG_TABLE:
        return "table";
    case CONFIG_LIST:
        return "array";
    case CONFIG_STRING:
        return "string";
    case CONFIG_BOOLEAN:
        return "boolean";
    case CONFIG_INTEGER:
    default:
        return "integer";
    }
}

struct config_value config_of_node(const struct toml_node *node,
                                   const struct definition *definition)
{
    struct config_value value = {.definition = definition, .node = node};
    switch (node->type) {
    case TOML_INTEGER:
        value.type = CONFIG_INTEGER;
        value.integer = node->integer;
        break;
    case TOML_BOOLEAN:
        value.type = CONFIG_BOOLEAN;
        value.boolean = node->boolean;
        break;
    case TOML_ARRAY:
        value.type = CONFIG_LIST;
        break;
    case TOML_TABLE:
        value.type = CONFIG_TABLE;
        break;
    case TOML_STRING:
    case TOML_FLOAT: /* never here: config_check_types refused them */
    case TOML_DATETIME:
    default:
        value.type = CONFIG_STRING;
        value.string = node->string;
    }
    return value;
}

static uint64_t hash(struct str key)
{
    uint64_t sum = 14695981039346656037U; /* FNV-1a */
    for (size_t i = 0; i < key.len; i++) {
        sum = (sum ^ (unsigned char)key.data[i]) * 1099511628211U;
    }
    return sum ^ (sum >> 32);
}

/* The slot that has the key, else the empty one where it would go. */
static struct config_entry *slot(const struct config_merged *merged, struct str key)
{
    size_t at = (size_t)hash(key) & (merged->capacity - 1);
    while (merged->entries[at].key.data && !str_eq(merged->entries[at].key, key)) {
        at = (at + 1) & (merged->capacity - 1);
    }
    return &merged->entries[at];
}

void config_entries_put(struct arena *arena, struct config_merged *merged, struct str key,
                        const struct config_value *value)
{
    if (merged->used * 2 >= merged->capacity) {
        struct config_merged larger = *merged;
        larger.capacity = merged->capacity > 0 ? merged->capacity * 2 : 8;
        larger.entries = arena_new_array(arena, struct config_entry, larger.capacity);
        for (size_t i = 0; i < merged->capacity; i++) {
            if (merged->entries[i].key.data) {
                *slot(&larger, merged->entries[i].key) = merged->entries[i];
            }
        }
        *merged = larger;
    }
    struct config_entry *entry = slot(merged, key);
    merged->used += entry->key.data == NULL;
    *entry = (struct config_entry){key, *value};
}

static const struct config_entry *entry_of(const struct config_merged *merged, struct str key)
{
    if (!merged || merged->used == 0) {
        return NULL;
    }
    const struct config_entry *entry = slot(merged, key);
    return entry->key.data ? entry : NULL;
}

bool config_table_get(const struct config_value *table, struct str key, struct config_value *out)
{
    const struct config_merged *merged = table->merged;
    const struct config_entry *entry = entry_of(merged, key);
    if (entry) {
        *out = entry->value;
        return true;
    }
    const struct config_value *parts = merged ? merged->parts : table;
    size_t count = merged ? merged->count : 1;
    for (size_t i = 0; i < count; i++) {
        const struct toml_node *node = parts[i].node ? toml_get(parts[i].node, key) : NULL;
        if (node) {
            *out = config_of_node(node, parts[i].definition);
            return true;
        }
    }
    return false;
}

struct config_iter config_iter(const struct config_value *container)
{
    struct config_iter iter = {.container = container};
    if (!container->merged && container->node) {
        iter.at = container->node->first;
    }
    return iter;
}

static bool next_of_plain(struct config_iter *iter, const struct definition *definition)
{
    const struct toml_node *node = iter->at;
    if (!node) {
        return false;
    }
    iter->at = node->next;
    iter->key = node->key;
    iter->value = config_of_node(node, definition);
    return true;
}

/* `index` counts through the entries first, then through the tables. */
static bool next_of_tables(struct config_iter *iter)
{
    const struct config_merged *merged = iter->container->merged;
    for (; iter->index < merged->capacity; iter->index++) {
        const struct config_entry *entry = &merged->entries[iter->index];
        if (entry->key.data) {
            iter->index++;
            iter->key = entry->key;
            iter->value = entry->value;
            return true;
        }
    }
    for (;;) {
        size_t part = iter->index - merged->capacity;
        while (part > 0 && next_of_plain(iter, merged->parts[part - 1].definition)) {
            if (!entry_of(merged, iter->key)) {
                return true;
            }
        }
        if (part == merged->count) {
            return false;
        }
        const struct toml_node *table = merged->parts[part].node;
        iter->at = table ? table->first : NULL;
        iter->index++;
    }
}

bool config_next(struct config_iter *iter)
{
    const struct config_merged *merged = iter->container->merged;
    if (!merged) {
        return next_of_plain(iter, iter->container->definition);
    }
    if (iter->container->type == CONFIG_TABLE) {
        return next_of_tables(iter);
    }
    if (iter->index == merged->count) {
        return false;
    }
    iter->value = merged->parts[iter->index++];
    return true;
}

struct err *config_expected(struct context *context, const struct config_value *value,
                            const char *wanted, struct str key)
{
    return err_new(context->arena, "expected a %s, but found a %s for `%.*s` in %.*s", wanted,
                   config_type_name(value->type), STR_ARG(key),
                   STR_ARG(definition_display(context->arena, value->definition)));
}
