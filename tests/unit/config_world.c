#include "config_world.h"

#include "util/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

struct str at(struct world *world, const char *path)
{
    return str_format(&world->arena, "%.*s/%s", STR_ARG(world->root), path);
}

void put(struct world *world, const char *path, const char *text)
{
    struct str full = at(world, path);
    for (size_t i = world->root.len + 1; i < full.len; i++) {
        if (full.data[i] == '/') {
            struct str dir = str_slice(&world->arena, full, 0, i);
            assert_true(mkdir(dir.data, 0700) == 0 || errno == EEXIST);
        }
    }
    FILE *file = fopen(full.data, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

void variable(struct world *world, const char *entry)
{
    size_t i = 0;
    while (world->environment[i]) {
        i++;
    }
    assert_true(i + 1 < COUNT(world->environment));
    struct str copy = str_copy(&world->arena, entry, strlen(entry));
    world->environment[i] = arena_alloc(&world->arena, copy.len + 1);
    memcpy(world->environment[i], copy.data, copy.len);
}

int set_up(void **state)
{
    static struct world world;
    world = (struct world){0};
    char template[] = "/tmp/test-config-XXXXXX";
    assert_non_null(mkdtemp(template));
    char resolved[4096];
    assert_non_null(realpath(template, resolved));
    world.root = str_copy(&world.arena, resolved, strlen(resolved));
    put(&world, "proj/sub/x", "");
    put(&world, "ch/x", "");
    assert_int_equal(chdir(at(&world, "proj/sub").data), 0);
    assert_int_equal(setenv("CARGO_HOME", at(&world, "ch").data, 1), 0);
    *state = &world;
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

int tear_down(void **state)
{
    struct world *world = *state;
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(nftw(world->root.data, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    arena_free(&world->arena);
    return 0;
}

void start(struct world *world)
{
    shell_init(&world->shell, &world->arena);
    world->shell.verbosity = VERBOSITY_QUIET;
    assert_null(context_init(&world->context, &world->arena, &world->shell, world->environment));
}

struct err *configure(struct world *world, const char *first, const char *second)
{
    struct str arguments[] = {str_of(first), str_of(second)};
    struct context_options options = {
        .quiet = true, .config = arguments, .config_count = second ? 2 : 1};
    return context_configure(&world->context, &options);
}

/* The messages, outermost first, joined by " / "; the world's root as ROOT. */
struct str chain(struct world *world, const struct err *err)
{
    struct buf buf = buf_new(&world->arena);
    for (; err; err = err->cause) {
        buf_add(&buf, err->message);
        if (err->cause) {
            buf_add(&buf, STR(" / "));
        }
    }
    struct str text = buf_str(&buf);
    struct buf result = buf_new(&world->arena);
    for (size_t i = 0; i < text.len; i++) {
        if (strncmp(text.data + i, world->root.data, world->root.len) == 0) {
            buf_add(&result, STR("ROOT"));
            i += world->root.len - 1;
        } else {
            buf_add_char(&result, text.data[i]);
        }
    }
    return buf_str(&result);
}

const struct config_string *string(struct world *world, const char *dotted)
{
    struct config_key key = config_key(&world->arena, str_of(dotted));
    const struct config_string *result = NULL;
    assert_chain(world, config_string(&world->context, &key, &result), "");
    return result;
}

struct err *string_error(struct world *world, const char *dotted)
{
    struct config_key key = config_key(&world->arena, str_of(dotted));
    const struct config_string *result = NULL;
    return config_string(&world->context, &key, &result);
}

void assert_set(struct world *world, const char *dotted, const char *value, const char *place)
{
    const struct config_string *result = string(world, dotted);
    assert_non_null(result);
    assert_string_equal(result->value.data, value);
    struct str shown = definition_display(&world->arena, result->definition);
    if (*place == '/') {
        assert_string_equal(shown.data, at(world, place + 1).data);
    } else {
        assert_string_equal(shown.data, place);
    }
}

/* The words of a list, joined by one space. */
const char *words(struct world *world, const char *dotted)
{
    struct config_key key = config_key(&world->arena, str_of(dotted));
    const struct config_strings *list = NULL;
    assert_chain(world, config_strings(&world->context, &key, &list), "");
    struct buf buf = buf_new(&world->arena);
    for (size_t i = 0; list && i < list->count; i++) {
        buf_addf(&buf, "%s%.*s", i > 0 ? " " : "", STR_ARG(list->values[i].value));
    }
    return list ? buf_str(&buf).data : NULL;
}

const char *program(struct world *world, const char *dotted)
{
    struct config_key key = config_key(&world->arena, str_of(dotted));
    const struct config_program *result = NULL;
    assert_chain(world, config_program(&world->context, &key, &result), "");
    if (!result) {
        return NULL;
    }
    struct buf buf = buf_new(&world->arena);
    buf_add(&buf,
            definition_program(&world->context, result->program.definition, result->program.value));
    for (size_t i = 0; i < result->count; i++) {
        buf_addf(&buf, " %.*s", STR_ARG(result->arguments[i]));
    }
    return buf_str(&buf).data;
}
