#include "world.h"

#include "util/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

struct str world_path(struct world *world, const char *path)
{
    return str_format(&world->arena, "%s/%s", world->root.data, path);
}

static void make_directories(struct world *world, struct str path)
{
    for (size_t i = world->root.len + 1; i < path.len; i++) {
        if (path.data[i] == '/') {
            struct str dir = str_slice(&world->arena, path, 0, i);
            assert_true(mkdir(dir.data, 0700) == 0 || errno == EEXIST);
        }
    }
}

/* `PATH` or `PATH -> TARGET`, and the text. */
static void put(struct world *world, struct str name, struct str text)
{
    const char *arrow = strstr(name.data, " -> ");
    size_t len = arrow ? (size_t)(arrow - name.data) : name.len;
    struct str path = world_path(world, str_slice(&world->arena, name, 0, len).data);
    make_directories(world, path);
    if (arrow) {
        assert_int_equal(symlink(arrow + 4, path.data), 0);
        return;
    }
    if (str_ends(path, STR("/"))) {
        return;
    }
    int fd = open(path.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write_all(fd, text));
    fd_close(&fd);
}

static size_t next_line(const char *text, size_t at)
{
    const char *end = strchr(text + at, '\n');
    return end ? (size_t)(end - text) + 1 : strlen(text);
}

static void make(struct world *world, const char *text)
{
    size_t variable_count = 0;
    for (size_t at = 0; text[at];) {
        size_t end = next_line(text, at);
        struct str line = str_copy(&world->arena, text + at + 1, end - at - 2);
        if (text[at] == '@') {
            size_t start = end;
            while (text[end] && !strchr("@$+", text[end])) {
                end = next_line(text, end);
            }
            put(world, line, str_copy(&world->arena, text + start, end - start));
        } else if (text[at] == '$') {
            assert_true(variable_count + 1 < COUNT(world->variables));
            char *entry = arena_alloc(&world->arena, line.len + 1);
            world->variables[variable_count++] = memcpy(entry, line.data, line.len);
        } else {
            assert_true(text[at] == '+' && world->argument_count < COUNT(world->arguments));
            world->arguments[world->argument_count++] = line;
        }
        at = end;
    }
}

void world_begin(struct world *world, const char *text)
{
    *world = (struct world){0};
    char template[] = "/tmp/test-world-XXXXXX";
    char resolved[4096];
    assert_non_null(mkdtemp(template));
    assert_non_null(realpath(template, resolved));
    world->root = str_copy(&world->arena, resolved, strlen(resolved));
    make(world, "@proj/sub/\n@ch/\n");
    make(world, text);
    assert_int_equal(chdir(world_path(world, "proj/sub").data), 0);
    assert_int_equal(setenv("CARGO_HOME", world_path(world, "ch").data, 1), 0);
    shell_init(&world->shell, &world->arena);
    world->shell.verbosity = VERBOSITY_QUIET;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

void world_end(struct world *world)
{
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(nftw(world->root.data, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    arena_free(&world->arena);
}

void world_load(struct world *world)
{
    struct config *config = &world->config;
    assert_null(config_init(config, &world->arena, &world->shell, world->variables));
    config_load_files(config);
    config_load_arguments(config, world->arguments, world->argument_count);
    config_load_credentials(config);
}

const char *world_shown(struct world *world, struct str text)
{
    struct buf out = buf_new(&world->arena);
    for (size_t i = 0; i < text.len; i++) {
        if (strncmp(text.data + i, world->root.data, world->root.len) == 0) {
            buf_add(&out, STR("ROOT"));
            i += world->root.len - 1;
        } else {
            buf_add_char(&out, text.data[i]);
        }
    }
    return buf_str(&out).data;
}

const char *world_chain(struct world *world, const struct err *err)
{
    struct buf out = buf_new(&world->arena);
    for (; err; err = err->cause) {
        buf_add(&out, err->message);
        buf_add(&out, err->cause ? STR(" / ") : STR(""));
    }
    return world_shown(world, buf_str(&out));
}
