/*
 * Configuration merged, against a model that does as cargo's ConfigValue::merge says it: copies,
 * one key after the other, with the rule on priority written out. The input is documents with a
 * byte 0xFF between them; the first byte of each says what it is:
 *
 *     0  a file, nearest first            1  a --config argument
 *     2  what the next file includes      3  the credentials file
 *
 * Both must fail or both must give the same values, each from the same document, and each key once.
 */
#include "harness.h"

#include "config/config_layer.h"
#include "toml/toml.h"

enum role { ROLE_FILE, ROLE_ARGUMENT, ROLE_INCLUDED, ROLE_CREDENTIALS, ROLES };

#define DOCUMENT_END   '\xff'
#define MOST_DOCUMENTS 8
#define MOST_KEY_PARTS 100

/* A value with all that is in it. */
struct model {
    struct config_value value;
    struct str key;
    struct model *first;
    struct model *next;
};

struct key {
    struct str parts[MOST_KEY_PARTS];
    size_t count;
};

static struct model *model_of(struct arena *arena, const struct toml_node *node,
                              const struct definition *definition)
{
    struct model *model = arena_new(arena, struct model);
    model->value = config_of_node(node, definition);
    model->key = node->key;
    if (node->type == TOML_TABLE || node->type == TOML_ARRAY) {
        struct model **last = &model->first;
        for (const struct toml_node *child = node->first; child; child = child->next) {
            *last = model_of(arena, child, definition);
            last = &(*last)->next;
        }
    }
    return model;
}

static struct model **model_place(struct model *table, struct str key)
{
    struct model **place = &table->first;
    while (*place && !str_eq((*place)->key, key)) {
        place = &(*place)->next;
    }
    return place;
}

static const struct model *model_child(const struct model *table, struct str key)
{
    const struct model *child = table->first;
    while (child && !str_eq(child->key, key)) {
        child = child->next;
    }
    return child;
}

/* The second list behind the first; then a stable sort by priority. */
static struct model *model_join(struct model *first, struct model *second)
{
    struct model *rest[] = {first, second};
    struct model *sorted[DEFINITION_CLI + 1] = {NULL};
    struct model **last[DEFINITION_CLI + 1];
    for (size_t kind = 0; kind < COUNT(last); kind++) {
        last[kind] = &sorted[kind];
    }
    for (size_t i = 0; i < COUNT(rest); i++) {
        for (struct model *next = NULL; rest[i]; rest[i] = next) {
            enum definition_kind kind = rest[i]->value.definition->kind;
            next = rest[i]->next;
            rest[i]->next = NULL;
            *last[kind] = rest[i];
            last[kind] = &rest[i]->next;
        }
    }
    struct model *all = NULL;
    for (size_t kind = COUNT(last); kind-- > 0;) {
        *last[kind] = all;
        all = sorted[kind];
    }
    return all;
}

static bool is_program(const struct key *key)
{
    const struct str *part = key->parts;
    bool last_is_provider =
        key->count > 1 && str_eq(part[key->count - 1], STR("credential-provider"));
    bool last_is_runner = key->count > 1 && str_eq(part[key->count - 1], STR("runner"));
    if (key->count == 2) {
        return str_eq(part[0], STR("credential-alias")) ||
               (str_eq(part[0], STR("doc")) && str_eq(part[1], STR("browser"))) ||
               (str_eq(part[0], STR("host")) && last_is_runner) ||
               (str_eq(part[0], STR("registry")) && last_is_provider);
    }
    return key->count == 3 && ((str_eq(part[0], STR("registries")) && last_is_provider) ||
                               (str_eq(part[0], STR("target")) && last_is_runner));
}

static bool is_table(const struct model *model)
{
    return model->value.type == CONFIG_TABLE;
}

static bool is_list(const struct model *model)
{
    return model->value.type == CONFIG_LIST;
}

/* false: they do not go together. */
static bool model_merge(struct model *old, struct model *from, bool force, struct key *key)
{
    bool from_wins = force || (from->value.definition && old->value.definition &&
                               from->value.definition->kind > old->value.definition->kind);
    if (is_list(old) && is_list(from)) {
        if (is_program(key)) {
            old->first = from_wins ? from->first : old->first;
            old->first = model_join(old->first, NULL);
        } else {
            old->first =
                force ? model_join(old->first, from->first) : model_join(from->first, old->first);
        }
        return true;
    }
    if (is_table(old) && is_table(from)) {
        for (struct model *child = from->first, *next; child; child = next) {
            struct model **place = model_place(old, child->key);
            next = child->next;
            if (!*place) {
                child->next = NULL;
                *place = child;
                continue;
            }
            HOLDS(key->count < MOST_KEY_PARTS);
            key->parts[key->count++] = child->key;
            bool merged = model_merge(*place, child, force, key);
            key->count--;
            if (!merged) {
                return false;
            }
        }
        return true;
    }
    if (is_list(old) || is_table(old) || is_list(from) || is_table(from)) {
        return false;
    }
    if (from_wins) {
        old->value = from->value;
    }
    return true;
}

/* cargo: GlobalContext::load_credentials. The old token, above all tables, is not merged. */
static bool model_overlay(struct model *base, struct model *over)
{
    for (struct model *child = over->first, *next; child; child = next) {
        struct model **place = model_place(base, child->key);
        next = child->next;
        struct model *below = *place;
        if (below && !str_eq(child->key, STR("token"))) {
            if (!model_merge(below, child, true, &(struct key){.count = 0})) {
                return false;
            }
            continue;
        }
        child->next = below ? below->next : NULL;
        *place = child;
    }
    return true;
}

static void check_same(const struct config_value *ours, const struct model *model, bool is_root)
{
    HOLDS(ours->type == model->value.type);
    HOLDS(is_root || ours->definition == model->value.definition);
    if (!is_list(model) && !is_table(model)) {
        HOLDS(ours->node == model->value.node);
        return;
    }
    size_t count = 0;
    const struct model *child = model->first;
    for (struct config_iter iter = config_iter(ours); config_next(&iter); count++) {
        if (is_table(model)) {
            child = model_child(model, iter.key);
        }
        HOLDS(child != NULL);
        check_same(&iter.value, child, false);
        child = child->next;
    }
    for (child = model->first; child; child = child->next) {
        struct config_value found;
        HOLDS(count-- > 0);
        if (is_table(model)) {
            HOLDS(config_table_get(ours, child->key, &found));
            check_same(&found, child, false);
        }
    }
    HOLDS(count == 0);
}

/* Both sides of one merged value. */
struct sides {
    struct config_value ours;
    struct model *model;
};

struct world {
    struct arena *arena;
    struct sides parts[ROLES];
    bool failed;
};

static void merge(struct world *world, enum role into, struct sides *from, bool force)
{
    struct sides *old = &world->parts[into];
    struct err *err = config_merge(world->arena, &old->ours, &from->ours, force, &old->ours);
    bool merged = model_merge(old->model, from->model, force, &(struct key){.count = 0});
    HOLDS(merged == !err);
    harness_check_words(err); /* keys are shown, whatever they are: they say the place */
    world->failed = !merged;
}

static struct sides nothing(struct arena *arena)
{
    struct sides sides = {.ours = {.type = CONFIG_TABLE}, .model = arena_new(arena, struct model)};
    sides.model->value = sides.ours;
    return sides;
}

static void take_document(struct world *world, struct str input)
{
    if (input.len == 0) {
        return;
    }
    enum role role = (unsigned char)input.data[0] % ROLES;
    struct str text = str_slice(world->arena, input, 1, input.len);
    struct toml_doc *doc;
    if (!utf8_valid(text) || toml_parse(world->arena, text, &doc) ||
        config_check_types(world->arena, doc->root)) {
        return;
    }
    struct definition *definition = arena_new(world->arena, struct definition);
    *definition = (struct definition){role == ROLE_ARGUMENT ? DEFINITION_CLI : DEFINITION_FILE,
                                      STR("a file"), doc};
    struct sides sides = {config_of_node(doc->root, definition),
                          model_of(world->arena, doc->root, definition)};
    if (role == ROLE_CREDENTIALS) {
        world->parts[role] = sides;
    } else if (role != ROLE_FILE) {
        merge(world, role, &sides, true);
    } else {
        merge(world, ROLE_INCLUDED, &sides, true);
        if (!world->failed) {
            merge(world, ROLE_FILE, &world->parts[ROLE_INCLUDED], false);
        }
        world->parts[ROLE_INCLUDED] = nothing(world->arena);
    }
}

static void finish(struct world *world)
{
    struct sides *all = &world->parts[ROLE_FILE];
    merge(world, ROLE_FILE, &world->parts[ROLE_ARGUMENT], true);
    if (world->failed) {
        return;
    }
    check_same(&all->ours, all->model, true);
    struct sides *credentials = &world->parts[ROLE_CREDENTIALS];
    struct config_value ours;
    struct err *err = config_overlay(world->arena, &all->ours, &credentials->ours, &ours);
    bool merged = model_overlay(all->model, credentials->model);
    HOLDS(merged == !err);
    if (merged) {
        check_same(&ours, all->model, true);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct world world = {.arena = &arena};
    for (size_t role = 0; role < ROLES; role++) {
        world.parts[role] = nothing(&arena);
    }
    struct str rest = str_copy(&arena, (const char *)data, size);
    for (int i = 0; i < MOST_DOCUMENTS && rest.len > 0 && !world.failed; i++) {
        take_document(&world, harness_piece(&arena, &rest, DOCUMENT_END));
    }
    if (!world.failed) {
        finish(&world);
    }
    arena_free(&arena);
    return 0;
}
