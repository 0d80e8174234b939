/* Looks up keys in the layers. */
#include "config/config.h"

#include "util/fs.h"
#include "util/text.h"

#include <wchar.h>

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

struct str key_shown(struct arena *arena, const struct key *key)
{
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < key->count; i++) {
        struct str part = key->parts[i];
        size_t bare =
            strspn(part.data, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
        const char *quote = bare > 0 && bare == part.len ? "" : "\"";
        buf_addf(&out, "%s%s%s%s", i > 0 ? "." : "", quote, text_shown(arena, part).data, quote);
    }
    return buf_str(&out);
}

bool config_sees(struct view view, const struct layer *layer)
{
    if (layer->hidden || !layer->doc || (view.settings_only && layer->credentials))
        return false;
    if (layer->origin == ORIGIN_CLI)
        return view.arguments;
    return layer->origin == ORIGIN_HOME || layer->rank >= view.rank;
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
    if (!setting->layer || !setting->layer->file || !setting->node)
        return setting_place(arena, setting);
    const struct toml_node *node = setting->node;
    while (node->parent && node->key_span.end == 0)
        node = node->parent; /* the node is an element of a list */
    return str_format(arena, "%s:%u", setting->layer->file->shown.data, node->line);
}

struct str setting_root(const struct config *config, const struct setting *setting)
{
    if (!setting->layer || !setting->layer->file)
        return config->cwd;
    struct str dir = setting->layer->file->path;
    for (int up = 0; up < 2; up++)
        (void)path_parent(config->arena, dir, &dir); /* the parent of / is / itself */
    return dir;
}

/* Returns the variable of a key, readable or not, or NULL. If the environment has no variable of a
 * registry, the names for the registries' keys are not built, because there can be many registries.
 */
static const struct variable *variable_of(struct config *config, const struct key *key)
{
    if (!config->environment.has_registries && str_starts(key->parts[0], STR("registr")))
        return NULL;
    struct str name = key_variable(config->arena, key);
    const struct variable *variable = map_get(&config->environment.by_name, name);
    const struct variable *other = map_get(&config->environment.wrong_case, name);
    if ((!variable || !variable->valid) && other) {
        config_warn(config, STR(""),
                    "environment variables are expected to use uppercase letters and underscores, "
                    "the variable `%s` will be ignored and have no effect",
                    text_shown(config->arena, other->name).data);
    }
    return variable;
}

/* Finds the first layer that has the key, or the variable if it has priority. cargo fails for a
 * variable that is not UTF-8 if nothing else sets the key. */
static struct err *find(struct config *config, struct view view, const struct key *key,
                        struct setting *out)
{
    const struct variable *variable = variable_of(config, key);
    bool has_variable = variable && variable->valid;
    if (config_first(config, view, key, out) && (out->layer->origin == ORIGIN_CLI || !has_variable))
        return NULL;
    if (variable && !variable->valid) {
        return err_new(config->arena, "error in environment variable `%s`: it is not UTF-8",
                       text_shown(config->arena, variable->name).data);
    }
    *out = has_variable ? (struct setting){.value = variable->value, .variable = variable->name}
                        : (struct setting){0};
    return NULL;
}

static struct err *wrong_type(struct config *config, const struct key *key,
                              const struct setting *setting, const char *wanted)
{
    return err_new(config->arena, "error in %s: `%s` expected %s, but found a %s",
                   setting_place(config->arena, setting).data, key_shown(config->arena, key).data,
                   wanted, setting->node ? toml_type_names[setting->node->type] : "different text");
}

/* Sets the number or the boolean of a value. */
static bool convert(struct setting *setting, enum toml_type type)
{
    const struct toml_node *node = setting->node;
    const char *text = setting->value.data;
    if (node && node->type != type)
        return false;
    if (type == TOML_BOOLEAN) {
        setting->boolean = node ? node->boolean : strcmp(text, "true") == 0;
        return node || setting->boolean || strcmp(text, "false") == 0;
    }
    if (type == TOML_INTEGER) {
        bool has_digits = node || (*text && !text[strspn(text, "0123456789")]);
        setting->number = node ? (uint64_t)node->integer : strtoull(text, NULL, 10);
        return has_digits && setting->number <= INT64_MAX;
    }
    return true;
}

struct err *config_get(struct config *config, struct view view, const struct key *key,
                       enum toml_type type, struct setting *out)
{
    const char *wanted = type == TOML_STRING    ? "a string"
                         : type == TOML_BOOLEAN ? "true/false"
                                                : "an integer that is not negative";
    struct setting found;
    TRY(find(config, view, key, &found));
    if (found.value.data && !convert(&found, type))
        return wrong_type(config, key, &found, wanted);
    *out = found;
    return NULL;
}

static void add(struct arena *arena, struct settings *list, struct setting item)
{
    list->items = list_room(arena, list->items, sizeof(*list->items), list->count, &list->size);
    list->items[list->count++] = item;
}

/* Returns true for Unicode's property White_Space. */
static bool is_space(uint32_t c)
{
    return c != 0 && wcschr(L"\t\n\v\f\r \x85\xA0\x1680\x2000\x2001\x2002\x2003\x2004\x2005\x2006"
                            L"\x2007\x2008\x2009\x200A\x2028\x2029\x202F\x205F\x3000",
                            (wchar_t)c);
}

void setting_words(struct arena *arena, const struct setting *setting, struct settings *out)
{
    struct str text = setting->value;
    size_t start = 0;
    for (size_t at = 0, len; at <= text.len; at += len) {
        uint32_t c = ' ';
        bool valid;
        len = at < text.len ? utf8_decode(text, at, &c, &valid) : 1;
        if (!is_space(c))
            continue;
        if (at > start) {
            struct setting item = *setting;
            item.value = str_slice(arena, text, start, at);
            add(arena, out, item);
        }
        start = at + len;
    }
}

static struct err *add_elements(struct config *config, const struct key *key,
                                const struct setting *from, struct settings *list)
{
    for (const struct toml_node *node = from->node->first; node; node = node->next) {
        struct setting item = *from;
        item.node = node;
        if (node->type != TOML_STRING)
            return wrong_type(config, key, &item, "a list of strings");
        item.value = node->string;
        add(config->arena, list, item);
    }
    return NULL;
}

/* Adds the lists of files or of --config, from the last one to the next of the search, because a
 * list begins with the lowest priority. */
static struct err *add_lists(struct config *config, struct lookup lookup, bool arguments,
                             struct settings *list)
{
    struct setting from;
    if (!lookup_next(&lookup, &from))
        return NULL;
    TRY(add_lists(config, lookup, arguments, list));
    if ((from.layer->origin == ORIGIN_CLI) != arguments)
        return NULL;
    if (from.node->type != TOML_ARRAY)
        return wrong_type(config, lookup.key, &from, "a list");
    return add_elements(config, lookup.key, &from, list);
}

struct err *config_list(struct config *config, struct view view, const struct key *key,
                        struct settings *out)
{
    struct settings list = {0};
    struct lookup lookup = config_lookup(config, view, key);
    const struct variable *variable = variable_of(config, key);
    TRY(add_lists(config, lookup, false, &list));
    if (variable && variable->valid) {
        const struct setting from = {.value = variable->value, .variable = variable->name};
        setting_words(config->arena, &from, &list);
    }
    TRY(add_lists(config, lookup, true, &list));
    *out = list;
    return NULL;
}

struct err *config_program(struct config *config, struct view view, const struct key *key,
                           struct settings *out)
{
    struct settings list = {0};
    struct setting found;
    TRY(find(config, view, key, &found));
    if (found.node && found.node->type == TOML_ARRAY)
        TRY(add_elements(config, key, &found, &list));
    else if (found.node && found.node->type != TOML_STRING)
        return wrong_type(config, key, &found, "a string or an array of strings");
    else if (found.value.data)
        setting_words(config->arena, &found, &list);
    if (found.value.data && list.count == 0) {
        return err_new(config->arena, "error in %s: `%s` has no program",
                       setting_place(config->arena, &found).data,
                       key_shown(config->arena, key).data);
    }
    *out = list;
    return NULL;
}

static bool has_word(struct arena *arena, const char *words, struct str word)
{
    struct str sought = str_format(arena, " %s ", word.data);
    bool is_word = sought.len == word.len + 2 && str_find(word, ' ') < 0;
    return is_word && strstr(words, sought.data);
}

void config_warn_unused(struct config *config, const struct key *table, const char *known)
{
    struct lookup lookup = config_lookup(config, VIEW_HERE, table);
    struct setting found;
    while (lookup_next(&lookup, &found)) {
        const struct toml_node *child = found.node->type == TOML_TABLE ? found.node->first : NULL;
        for (; child; child = child->next) {
            struct key key = *table;
            key.parts[key.count++] = child->key;
            struct setting used;
            if (!has_word(config->arena, known, child->key) &&
                config_first(config, VIEW_HERE, &key, &used)) {
                config_warn(config, STR(""), "unused config key `%s.%s` in `%s`",
                            key_shown(config->arena, table).data,
                            text_shown(config->arena, child->key).data,
                            setting_place(config->arena, &used).data);
            }
        }
    }
}
