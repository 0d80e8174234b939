/* Looks up keys in the layers. */
#include "config/config.h"

#include "util/fs.h"
#include "util/text.h"

enum { FEW_LAYERS = 4 };

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
    size_t len =
        strspn(part.data, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
    return len > 0 && len == part.len;
}

struct str key_shown(struct arena *arena, const struct key *key)
{
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < key->count; i++) {
        const char *quote = is_bare(key->parts[i]) ? "" : "\"";
        buf_addf(&out, "%s%s%s%s", i > 0 ? "." : "", quote, text_shown(arena, key->parts[i]).data,
                 quote);
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

/*
 * Searching the layers.
 */

static const char *const named_tables[] = {"registries", "source"};

static void add_name(struct arena *arena, struct map *namings, const struct layer *layer,
                     struct str name)
{
    struct naming *naming = arena_new(arena, struct naming);
    struct naming **first = (struct naming **)map_place(arena, namings, name);
    *naming = (struct naming){.layer = layer, .last = naming};
    if (*first) {
        (*first)->last->next = naming;
        (*first)->last = naming;
    } else {
        *first = naming;
    }
}

void config_index_names(struct config *config)
{
    size_t count = 0;
    for (const struct layer *layer = config->layers; layer; layer = layer->next) {
        count++;
    }
    for (const struct layer *l = count > FEW_LAYERS ? config->layers : NULL; l; l = l->next) {
        for (size_t i = 0; i < COUNT(named_tables); i++) {
            const struct toml_node *table = layer_get(l, &KEY(str_of(named_tables[i])));
            bool has_names = table && table->type == TOML_TABLE;
            for (const struct toml_node *n = has_names ? table->first : NULL; n; n = n->next) {
                add_name(config->arena, &config->namings[i], l, n->key);
            }
        }
    }
}

/* The layers that can have a key, in order of priority. */
struct search {
    const struct layer *layer; /* NULL: there are no more */
    const struct naming *naming;
};

static struct search search_first(const struct config *config, const struct key *key)
{
    for (size_t i = 0; i < COUNT(named_tables); i++) {
        if (config->namings[i].used > 0 && key->count > 1 &&
            str_eq(key->parts[0], str_of(named_tables[i]))) {
            const struct naming *naming = map_get(&config->namings[i], key->parts[1]);
            return (struct search){naming ? naming->layer : NULL, naming};
        }
    }
    return (struct search){config->layers, NULL};
}

static struct search search_next(struct search search)
{
    if (!search.naming) {
        return (struct search){search.layer->next, NULL};
    }
    const struct naming *naming = search.naming->next;
    return (struct search){naming ? naming->layer : NULL, naming};
}

bool config_first(const struct config *config, struct view view, const struct key *key,
                  struct setting *out)
{
    for (struct search s = search_first(config, key); s.layer; s = search_next(s)) {
        const struct layer *layer = s.layer;
        const struct toml_node *node = config_sees(view, layer) ? layer_get(layer, key) : NULL;
        if (node) {
            bool is_string = node->type == TOML_STRING;
            *out = (struct setting){
                .value = is_string ? node->string : STR(""), .layer = layer, .node = node};
            return true;
        }
    }
    return false;
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
    bool is_set = config_first(config, view, key, out);
    if (is_set && (out->layer->origin == ORIGIN_CLI || !has_variable)) {
        return NULL;
    }
    *out = (struct setting){0};
    if (has_variable) {
        *out = (struct setting){.value = variable->value, .variable = variable->name};
    } else if (variable) {
        return err_new(config->arena, "error in environment variable `%s`: it is not UTF-8",
                       text_shown(config->arena, variable->name).data);
    }
    return NULL;
}

static struct err *wrong_type(struct config *config, const struct key *key,
                              const struct setting *setting, const char *wanted)
{
    return err_new(config->arena, "error in %s: `%s` expected %s, but found a %s",
                   setting_place(config->arena, setting).data, key_shown(config->arena, key).data,
                   wanted, setting->node ? toml_type_names[setting->node->type] : "different text");
}

/* Converts a variable's text. */
static bool convert(struct setting *setting, enum toml_type type)
{
    const char *text = setting->value.data;
    if (type == TOML_BOOLEAN) {
        setting->boolean = strcmp(text, "true") == 0;
        return setting->boolean || strcmp(text, "false") == 0;
    }
    if (type == TOML_INTEGER) {
        setting->number = strtoull(text, NULL, 10);
        return *text && !text[strspn(text, "0123456789")] && setting->number <= INT64_MAX;
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
    const struct toml_node *node = found.node;
    bool valid = !found.value.data || (node ? node->type == type : convert(&found, type));
    if (node && valid && type == TOML_BOOLEAN) {
        found.boolean = node->boolean;
    } else if (node && valid && type == TOML_INTEGER) {
        found.number = (uint64_t)node->integer;
        valid = node->integer >= 0;
    }
    if (!valid) {
        return wrong_type(config, key, &found, wanted);
    }
    *out = found;
    return NULL;
}

/*
 * Lists.
 */

static void add(struct arena *arena, struct settings *list, struct setting item)
{
    list->items = list_room(arena, list->items, sizeof(*list->items), list->count, &list->size);
    list->items[list->count++] = item;
}

/* Returns true for Unicode's property White_Space. */
static bool is_space(uint32_t c)
{
    static const uint32_t others[] = {0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};
    bool space = c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x2000 && c <= 0x200A);
    for (size_t i = 0; i < COUNT(others); i++) {
        space |= c == others[i];
    }
    return space;
}

void setting_words(struct arena *arena, const struct setting *setting, struct settings *out)
{
    struct str text = setting->value;
    size_t start = 0;
    for (size_t at = 0, len; at <= text.len; at += len) {
        uint32_t c = ' ';
        bool valid;
        len = at < text.len ? utf8_decode(text, at, &c, &valid) : 1;
        if (!is_space(c)) {
            continue;
        }
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
        if (node->type != TOML_STRING) {
            return wrong_type(config, key, &item, "a list of strings");
        }
        item.value = node->string;
        add(config->arena, list, item);
    }
    return NULL;
}

/* Adds the lists of files or of --config, from the last layer to `layer`, because a list begins
 * with the lowest priority. */
static struct err *add_layers(struct config *config, struct view view, const struct key *key,
                              bool arguments, const struct layer *layer, struct settings *list)
{
    if (!layer) {
        return NULL;
    }
    TRY(add_layers(config, view, key, arguments, layer->next, list));
    const struct setting from = {.layer = layer, .node = layer_get(layer, key)};
    if ((layer->origin == ORIGIN_CLI) != arguments || !config_sees(view, layer) || !from.node) {
        return NULL;
    }
    if (from.node->type != TOML_ARRAY) {
        return wrong_type(config, key, &from, "a list");
    }
    return add_elements(config, key, &from, list);
}

struct err *config_list(struct config *config, struct view view, const struct key *key,
                        struct settings *out)
{
    struct settings list = {0};
    const struct variable *variable = variable_of(config, key);
    TRY(add_layers(config, view, key, false, config->layers, &list));
    if (variable && variable->valid) {
        const struct setting from = {.value = variable->value, .variable = variable->name};
        setting_words(config->arena, &from, &list);
    }
    TRY(add_layers(config, view, key, true, config->layers, &list));
    *out = list;
    return NULL;
}

struct err *config_program(struct config *config, struct view view, const struct key *key,
                           struct settings *out)
{
    struct settings list = {0};
    struct setting found;
    TRY(find(config, view, key, &found));
    if (found.node && found.node->type == TOML_ARRAY) {
        TRY(add_elements(config, key, &found, &list));
    } else if (found.node && found.node->type != TOML_STRING) {
        return wrong_type(config, key, &found, "a string or an array of strings");
    } else if (found.value.data) {
        setting_words(config->arena, &found, &list);
    }
    if (found.value.data && list.count == 0) {
        return err_new(config->arena, "error in %s: `%s` has no program",
                       setting_place(config->arena, &found).data,
                       key_shown(config->arena, key).data);
    }
    *out = list;
    return NULL;
}

struct str setting_program(const struct config *config, const struct setting *setting)
{
    if (str_find(setting->value, '/') < 0) {
        return setting->value;
    }
    return path_join(config->arena, setting_root(config, setting), setting->value);
}

static bool has_word(const char *words, struct str word)
{
    while (*words) {
        size_t len = strcspn(words, " ");
        if (len == word.len && memcmp(words, word.data, len) == 0) {
            return true;
        }
        words += len;
        words += strspn(words, " ");
    }
    return false;
}

void config_warn_unused(struct config *config, const struct key *table, const char *known)
{
    for (struct search s = search_first(config, table); s.layer; s = search_next(s)) {
        const struct toml_node *node =
            config_sees(VIEW_HERE, s.layer) ? layer_get(s.layer, table) : NULL;
        const struct toml_node *child = node && node->type == TOML_TABLE ? node->first : NULL;
        for (; child; child = child->next) {
            struct key key = *table;
            key.parts[key.count++] = child->key;
            struct setting used;
            if (!has_word(known, child->key) && config_first(config, VIEW_HERE, &key, &used) &&
                used.node == child) {
                config_warn(config, STR(""), "unused config key `%s.%s` in `%s`",
                            key_shown(config->arena, table).data,
                            text_shown(config->arena, child->key).data,
                            setting_place(config->arena, &used).data);
            }
        }
    }
}
