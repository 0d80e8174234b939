#include "registry/source_map.h"

#include "config/config_schema.h"

/* A name for a source. Several names may not be one source, but for crates-io's. */
struct named {
    const struct source *source;
    struct str name;
};

/* What stands under a name. */
struct definition_of {
    struct str name;
    const struct source *source;
    const struct config_string *replace_with; /* or NULL */
};

struct map {
    struct context *context;
    const struct source **known; /* the first that was met stands for all that are the same */
    size_t known_count;
    struct named *names;
    size_t name_count;
    struct definition_of *definitions;
    size_t definition_count;
};

static const struct source *intern(struct map *map, const struct source *source)
{
    for (size_t i = 0; i < map->known_count; i++) {
        if (source_same(map->known[i], source)) {
            return map->known[i];
        }
    }
    struct source *copy = arena_new(map->context->arena, struct source);
    *copy = *source;
    map->known[map->known_count++] = copy;
    return copy;
}

static struct definition_of *find_definition(const struct map *map, struct str name)
{
    for (size_t i = 0; i < map->definition_count; i++) {
        if (str_eq(map->definitions[i].name, name)) {
            return &map->definitions[i];
        }
    }
    return NULL;
}

static struct named *find_name(const struct map *map, const struct source *source)
{
    for (size_t i = 0; i < map->name_count; i++) {
        if (map->names[i].source == source) {
            return &map->names[i];
        }
    }
    return NULL;
}

static struct err *map_add(struct map *map, struct str name, const struct source *given,
                           const struct config_string *replace_with)
{
    const struct source *source = intern(map, given);
    struct named *named = find_name(map, source);
    if (named && !str_eq(name, STR(CRATES_IO_NAME))) {
        return err_new(map->context->arena,
                       "source `%s` defines source %s, but that source is already defined by `%s`\n"
                       "note: Sources are not allowed to be defined multiple times.",
                       name.data, source_display(map->context->arena, source).data,
                       named->name.data);
    }
    if (!named) {
        named = &map->names[map->name_count++];
    }
    *named = (struct named){source, name};
    struct definition_of *definition = find_definition(map, name);
    if (!definition) {
        definition = &map->definitions[map->definition_count++];
    }
    *definition = (struct definition_of){name, source, replace_with};
    return NULL;
}

/* Follows replacements from the name `start` to the name and the source where they end. cargo:
 * SourceConfigMap::load. */
static struct err *follow(struct map *map, struct str start, struct str *out_name,
                          const struct source **out)
{
    struct arena *arena = map->context->arena;
    struct str name = start;
    struct str location = STR("");
    for (size_t steps = 0;; steps++) {
        const struct definition_of *definition = find_definition(map, name);
        if (!definition) {
            struct source other;
            if (source_of_name(map->context, name, &other)) {
                return err_new(arena,
                               "could not find a configured source with the name `%s` when "
                               "attempting to lookup `%s` (configuration in `%s`)",
                               name.data, start.data, location.data);
            }
            *out = intern(map, &other);
            break;
        }
        if (!definition->replace_with) {
            *out = definition->source;
            break;
        }
        name = definition->replace_with->value;
        location = definition_display(arena, definition->replace_with->definition);
        /* cargo looks for `start` only, and runs for ever in a circle that it is not part of. */
        if (str_eq(name, start) || steps > map->definition_count) {
            return err_new(arena,
                           "detected a cycle of `replace-with` sources, the source `%s` is "
                           "eventually replaced with itself (configuration in `%s`)",
                           name.data, location.data);
        }
    }
    *out_name = name;
    return NULL;
}

static struct err *resolve(struct map *map, const struct source *source, const struct source **out)
{
    struct arena *arena = map->context->arena;
    const struct named *named = find_name(map, source);
    if (!named) {
        *out = source;
        return source_check(arena, source);
    }
    const struct source *end = source;
    struct str name = named->name;
    TRY(follow(map, named->name, &name, &end));
    TRY(source_check(arena, end));
    TRY(source_check(arena, source));
    if (end->kind == SOURCE_GIT) {
        return err_new(arena,
                       "cannot replace `%s` with `%s`, the source `%s` supports checksums, but "
                       "`%s` does not\n\n"
                       "a lock file compatible with `%s` cannot be generated in this situation\n",
                       named->name.data, name.data, named->name.data, name.data, named->name.data);
    }
    *out = end;
    return NULL;
}

static struct err *replaced(struct arena *arena, const struct source *by)
{
    if (by->from_registries) {
        return err_new(arena,
                       "crates-io is replaced with remote registry %s;\n"
                       "include `--registry %s` or `--registry crates-io`",
                       by->name.data, by->name.data);
    }
    return err_new(arena,
                   "crates-io is replaced with non-remote-registry source %s;\n"
                   "include `--registry crates-io` to use crates.io",
                   source_display(arena, by).data);
}

struct err *source_map_check(struct context *context, const struct source *source, bool named)
{
    struct source crates_io;
    struct source reached;
    TRY(source_crates_io(context, &crates_io));
    TRY(source_crates_io_reached(context, &reached));
    TRY(source_check(context->arena, source));
    const struct source_entry *entries;
    size_t count;
    TRY(config_sources(context, &entries, &count));

    /* Beside the entries: the source asked for, both of crates.io, and where a chain ends. */
    struct map map = {
        .context = context,
        .known = arena_new_array(context->arena, const struct source *, count + 4),
        .names = arena_new_array(context->arena, struct named, count + 2),
        .definitions = arena_new_array(context->arena, struct definition_of, count + 1),
    };
    const struct source *asked = intern(&map, source);
    TRY(map_add(&map, STR(CRATES_IO_NAME), &crates_io, NULL));
    TRY(map_add(&map, STR(CRATES_IO_NAME), &reached, NULL));
    for (size_t i = 0; i < count; i++) {
        struct source entry;
        TRY(source_of_entry(context, &entries[i], &entry));
        TRY(map_add(&map, entries[i].name, &entry, entries[i].config->replace_with));
    }
    const struct source *replacement = asked;
    TRY(resolve(&map, asked, &replacement));
    return named || source_same(replacement, &reached) ? NULL
                                                       : replaced(context->arena, replacement);
}
