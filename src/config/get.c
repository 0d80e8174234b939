/* Looks up keys in the layers. */
#include "config/config.h"

#include "util/fs.h"
#include "util/list.h"
#include "util/text.h"

struct str key_variable(struct arena *arena, const struct key *key)
{
    struct buf name = buf_new(arena);
    buf_add(&name, STR("CARGO"));
    for (size_t i = 0; i < key->count; i++) {
        buf_add_char(&name, '_');
        buf_add(&name, environment_part(arena, key->parts[i]));
    }
    return buf_str(&name);
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
    return part.len > 0;
}

struct str key_shown(struct arena *arena, const struct key *key)
{
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < key->count; i++) {
        struct str part = key->parts[i];
        bool bare = is_bare(part);
        bool literal = !bare && (str_find(part, '"') >= 0 || str_find(part, '\\') >= 0) &&
                       str_find(part, '\'') < 0;
        buf_addf(&out, "%s%s", i > 0 ? "." : "", bare ? "" : literal ? "'" : "\"");
        buf_add(&out, text_shown(arena, part));
        buf_addf(&out, "%s", bare ? "" : literal ? "'" : "\"");
    }
    return buf_str(&out);
}

bool config_sees(struct view view, const struct layer *layer)
{
    if (layer->hidden || !layer->doc || (view.settings_only && layer->credentials)) {
        return false;
    }
    switch (layer->origin) {
    case ORIGIN_CLI:
        return view.arguments;
    case ORIGIN_PROJECT:
        return layer->rank >= view.rank;
    case ORIGIN_HOME:
        break;
    }
    return true;
}

struct view config_view_home(const struct config *config)
{
    return (struct view){config->project_count, false, false};
}

struct str setting_place(struct arena *arena, const struct setting *setting)
{
    if (!setting->layer) {
        return str_format(arena, "environment variable `%s`",
                          text_shown(arena, setting->variable).data);
    }
    return setting->layer->file ? setting->layer->file->shown : STR("--config cli option");
}

struct str setting_location(struct arena *arena, const struct setting *setting)
{
    if (!setting->layer || !setting->layer->file || !setting->node) {
        return setting_place(arena, setting);
    }
    const struct toml_node *node = setting->node;
    while (node->parent && node->key_span.end == 0) {
        node = node->parent; /* the node is an element of a list */
    }
    return str_format(arena, "%s:%u", setting->layer->file->shown.data, node->line);
}

struct str setting_root(const struct config *config, const struct setting *setting)
{
    if (!setting->layer || !setting->layer->file) {
        return config->cwd;
    }
    struct str dir = setting->layer->file->path;
    for (int up = 0; up < 2; up++) {
        (void)path_parent(config->arena, dir, &dir); /* the parent of / is / itself */
    }
    return dir;
}

const struct toml_node *layer_get(const struct layer *layer, const struct key *key)
{
    const struct toml_node *node = layer->doc ? layer->doc->root : NULL;
    for (size_t i = 0; node && i < key->count; i++) {
        node = toml_get(node, key->parts[i]);
    }
    return node;
}

const char *config_type_name(const struct toml_node *node)
{
    switch (node->type) {
    case TOML_TABLE:
        return "table";
    case TOML_ARRAY:
        return "array";
    case TOML_STRING:
        return "string";
    case TOML_BOOLEAN:
        return "boolean";
    case TOML_INTEGER:
        return "integer";
    case TOML_FLOAT:
        return "float";
    case TOML_DATETIME:
        break;
    }
    return "datetime";
}

static void warn_wrong_case(struct config *config, struct str variable)
{
    const struct variable *found = environment_wrong_case(&config->environment, variable);
    if (found) {
        config_warn(config, STR(""),
                    "environment variables are expected to use uppercase letters and underscores, "
                    "the variable `%s` will be ignored and have no effect",
                    text_shown(config->arena, found->name).data);
    }
}

/* Returns the variable of a key, readable or not, or NULL. If the environment has no variable of a
 * registry, the names for the registries' keys are not built, because there can be many registries.
 */
static const struct variable *variable_of(struct config *config, const struct key *key)
{
    if (!config->environment.has_registries && str_starts(key->parts[0], STR("registr"))) {
        return NULL;
    }
    struct str name = key_variable(config->arena, key);
    const struct variable *variable = environment_get(&config->environment, name);
    if (!variable || !variable->valid) {
        warn_wrong_case(config, name);
    }
    return variable;
}

/* Finds the first layer that has the key, or the variable if it has priority. */
static bool find(struct config *config, struct view view, const struct key *key,
                 struct setting *out)
{
    const struct variable *variable = variable_of(config, key);
    variable = variable && variable->valid ? variable : NULL;
    for (const struct layer *layer = config->layers; layer; layer = layer->next) {
        const struct toml_node *node = config_sees(view, layer) ? layer_get(layer, key) : NULL;
        if (node && (layer->origin == ORIGIN_CLI || !variable)) {
            *out = (struct setting){.layer = layer, .node = node};
            if (node->type == TOML_STRING) {
                out->value = node->string;
            }
            return true;
        }
        if (node) {
            break; /* the variable overrides this layer and all later ones */
        }
    }
    if (variable) {
        *out = (struct setting){.value = variable->value, .variable = variable->name};
    }
    return variable != NULL;
}

static struct err *wrong_type(struct config *config, const struct key *key,
                              const struct setting *setting, const char *wanted)
{
    return err_new(config->arena, "error in %s: `%s` expected %s, but found a %s",
                   setting_place(config->arena, setting).data, key_shown(config->arena, key).data,
                   wanted, config_type_name(setting->node));
}

/* cargo fails for a variable that is not UTF-8 if nothing else sets the key. */
static struct err *check_variable(struct config *config, const struct key *key, bool set)
{
    const struct variable *variable = variable_of(config, key);
    return variable && !variable->valid && !set
               ? err_new(config->arena, "error in environment variable `%s`: it is not UTF-8",
                         text_shown(config->arena, variable->name).data)
               : NULL;
}

static struct err *wrong_word(struct config *config, const struct setting *setting,
                              const char *wanted)
{
    return err_new(config->arena, "error in %s: expected %s",
                   setting_place(config->arena, setting).data, wanted);
}

struct err *config_string(struct config *config, struct view view, const struct key *key, bool *set,
                          struct setting *out)
{
    struct setting found;
    *set = find(config, view, key, &found);
    TRY(check_variable(config, key, *set));
    if (*set && found.node && found.node->type != TOML_STRING) {
        *set = false;
        return wrong_type(config, key, &found, "a string");
    }
    if (*set) {
        *out = found;
    }
    return NULL;
}

struct err *config_boolean(struct config *config, struct view view, const struct key *key,
                           bool *set, bool *out)
{
    struct setting found;
    *set = find(config, view, key, &found);
    if (!*set) {
        return NULL;
    }
    if (found.node && found.node->type != TOML_BOOLEAN) {
        return wrong_type(config, key, &found, "true/false");
    }
    if (!found.node && !str_eq(found.value, STR("true")) && !str_eq(found.value, STR("false"))) {
        return wrong_word(config, &found, "`true` or `false`");
    }
    *out = found.node ? found.node->boolean : str_eq(found.value, STR("true"));
    return NULL;
}

struct err *config_number(struct config *config, struct view view, const struct key *key, bool *set,
                          uint64_t *out)
{
    struct setting found;
    *set = find(config, view, key, &found);
    if (!*set) {
        return NULL;
    }
    if (found.node) {
        if (found.node->type != TOML_INTEGER) {
            return wrong_type(config, key, &found, "an integer");
        }
        if (found.node->integer < 0) {
            return wrong_word(config, &found, "an integer that is not negative");
        }
        *out = (uint64_t)found.node->integer;
        return NULL;
    }
    uint64_t sum = 0;
    bool fits = found.value.len > 0;
    for (size_t i = 0; fits && i < found.value.len; i++) {
        unsigned digit = (unsigned char)found.value.data[i] - (unsigned)'0';
        fits = digit <= 9 && !__builtin_mul_overflow(sum, 10, &sum) &&
               !__builtin_add_overflow(sum, digit, &sum);
    }
    if (!fits) {
        return wrong_word(config, &found, "an integer that is not negative");
    }
    *out = sum;
    return NULL;
}

/*
 * Lists.
 */

/* Returns the length of the character at `at` if it has Unicode's property White_Space, or else 0.
 */
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

/* As space_at(), by Rust's rule for ASCII, which excludes the vertical tab. */
static size_t ascii_space_at(struct str s, size_t at)
{
    char c = s.data[at];
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* Reads the next word from *at on. Returns false at the end. */
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
    if (end > start) {
        *out = str_slice(arena, s, start, end);
    }
    return end > start;
}

struct list {
    struct setting *items;
    size_t count;
    size_t size;
};

static void list_add(struct arena *arena, struct list *list, struct setting item)
{
    list->items = list_room(arena, list->items, sizeof(*list->items), list->count, &list->size);
    list->items[list->count++] = item;
}

static void list_add_words(struct config *config, struct list *list, const struct setting *from)
{
    struct setting item = *from;
    for (size_t at = 0; next_word(config->arena, from->value, space_at, &at, &item.value);) {
        list_add(config->arena, list, item);
    }
}

static struct err *list_add_nodes(struct config *config, const struct key *key,
                                  const struct setting *from, struct list *list)
{
    if (from->node->type != TOML_ARRAY) {
        return err_new(
            config->arena,
            "invalid configuration for key `%s`\nexpected a list, but found a %s for `%s` in %s",
            key_shown(config->arena, key).data, config_type_name(from->node),
            key_shown(config->arena, key).data, setting_place(config->arena, from).data);
    }
    for (const struct toml_node *node = from->node->first; node; node = node->next) {
        if (node->type != TOML_STRING) {
            return err_new(config->arena,
                           "error in %s: `%s` expected a list of strings, but found a %s in it",
                           setting_place(config->arena, from).data,
                           key_shown(config->arena, key).data, config_type_name(node));
        }
        struct setting item = *from;
        item.node = node;
        item.value = node->string;
        list_add(config->arena, list, item);
    }
    return NULL;
}

/* Adds the layers from the last to the first, because a list begins with the lowest priority. */
static struct err *add_layers(struct config *config, struct view view, const struct key *key,
                              bool arguments, const struct layer *layer, struct list *list)
{
    size_t count = 0;
    for (const struct layer *l = layer; l; l = l->next) {
        count++;
    }
    const struct layer **order = arena_new_array(config->arena, const struct layer *, count);
    for (const struct layer *l = layer; l; l = l->next) {
        order[--count] = l;
    }
    for (const struct layer *l = layer; l; l = l->next, count++) {
        const struct layer *each = order[count];
        const struct toml_node *node =
            (each->origin == ORIGIN_CLI) == arguments && config_sees(view, each)
                ? layer_get(each, key)
                : NULL;
        if (node) {
            const struct setting from = {.layer = each, .node = node};
            TRY(list_add_nodes(config, key, &from, list));
        }
    }
    return NULL;
}

struct err *config_list(struct config *config, struct view view, const struct key *key,
                        struct setting **out, size_t *count)
{
    struct list list = {0};
    const struct variable *variable = variable_of(config, key);
    TRY(add_layers(config, view, key, false, config->layers, &list));
    if (variable && variable->valid) {
        const struct setting from = {.value = variable->value, .variable = variable->name};
        list_add_words(config, &list, &from);
    }
    TRY(add_layers(config, view, key, true, config->layers, &list));
    *out = list.items;
    *count = list.count;
    return NULL;
}

static struct err *no_program(struct config *config, const struct key *key,
                              const struct setting *setting)
{
    struct err *err = err_new(config->arena, "invalid length 0, expected at least one element");
    return err_wrap(config->arena, err, "error in %s: could not load config key `%s`",
                    setting_place(config->arena, setting).data, key_shown(config->arena, key).data);
}

static void program_of_list(struct arena *arena, const struct list *list, struct program *out)
{
    struct str *arguments = arena_new_array(arena, struct str, list->count);
    for (size_t i = 1; i < list->count; i++) {
        arguments[i - 1] = list->items[i].value;
    }
    *out = (struct program){list->items[0], arguments, list->count - 1};
}

struct err *config_program(struct config *config, struct view view, const struct key *key,
                           bool *set, struct program *out)
{
    struct setting found;
    *set = find(config, view, key, &found);
    TRY(check_variable(config, key, *set));
    if (!*set) {
        return NULL;
    }
    struct list list = {0};
    if (!found.node || found.node->type == TOML_STRING) {
        list_add_words(config, &list, &found);
    } else if (found.node->type == TOML_ARRAY) {
        TRY(list_add_nodes(config, key, &found, &list));
    } else {
        return wrong_type(config, key, &found, "a string or an array of strings");
    }
    if (list.count == 0) {
        return no_program(config, key, &found);
    }
    program_of_list(config->arena, &list, out);
    return NULL;
}

bool config_program_of(struct config *config, const struct setting *setting, struct program *out)
{
    struct list list = {0};
    struct setting item = *setting;
    for (size_t at = 0;
         next_word(config->arena, setting->value, ascii_space_at, &at, &item.value);) {
        list_add(config->arena, &list, item);
    }
    if (list.count == 0) {
        return false;
    }
    program_of_list(config->arena, &list, out);
    return true;
}

struct str program_path(const struct config *config, const struct program *program)
{
    struct str written = program->setting.value;
    if (str_find(written, '/') < 0) {
        return written;
    }
    return path_join(config->arena, setting_root(config, &program->setting), written);
}

static bool is_among(const char *const *words, struct str word)
{
    for (; *words; words++) {
        if (str_eq(word, str_of(*words))) {
            return true;
        }
    }
    return false;
}

/* Returns true if cargo uses this layer's value of the key. */
static bool is_first(const struct config *config, const struct layer *layer, const struct key *key)
{
    const struct layer *first = config->layers;
    while (first != layer && !(config_sees(VIEW_HERE, first) && layer_get(first, key))) {
        first = first->next;
    }
    return first == layer;
}

void config_warn_unused(struct config *config, const struct key *table, const char *const *known)
{
    for (const struct layer *layer = config->layers; layer; layer = layer->next) {
        const struct toml_node *node =
            config_sees(VIEW_HERE, layer) ? layer_get(layer, table) : NULL;
        const struct toml_node *child = node && node->type == TOML_TABLE ? node->first : NULL;
        for (; child; child = child->next) {
            struct key key = *table;
            key.parts[key.count++] = child->key;
            if (is_among(known, child->key) || !is_first(config, layer, &key)) {
                continue;
            }
            const struct setting from = {.layer = layer, .node = child};
            config_warn(config, STR(""), "unused config key `%s` in `%s`",
                        key_shown(config->arena, &key).data,
                        setting_place(config->arena, &from).data);
        }
    }
}
