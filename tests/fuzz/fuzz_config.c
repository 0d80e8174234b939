/*
 * Configuration in files, arguments and variables: it is read, every getter is called, and all
 * registries are found, whatever it contains. The input is documents with a byte 0xFF between them;
 * the first byte of each says what it is:
 *
 *     0  the project's file      1  a --config argument      2  a.toml beside the project's file
 *     3  the credentials file    4  variables, a line each   5  the file in cargo's home
 *
 * The first layer that is seen and has a key has its value, unless a variable has it. Each index
 * has the name that cargo uses or none.
 */
#include "harness.h"

#include "registry/registry.h"
#include "util/fs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum role {
    ROLE_PROJECT,
    ROLE_ARGUMENT,
    ROLE_INCLUDED,
    ROLE_CREDENTIALS,
    ROLE_VARIABLES,
    ROLE_HOME
};

#define MOST 16

static const char *const paths[] = {
    [ROLE_PROJECT] = ".cargo/config.toml",
    [ROLE_ARGUMENT] = NULL,
    [ROLE_INCLUDED] = ".cargo/a.toml",
    [ROLE_CREDENTIALS] = "../h/credentials.toml",
    [ROLE_VARIABLES] = NULL,
    [ROLE_HOME] = "../h/config.toml",
};

struct input {
    struct str arguments[MOST];
    size_t argument_count;
    char *variables[MOST + 1];
    size_t variable_count;
};

static char directory[] = "/tmp/fuzz_config.XXXXXX";

static void remove_files(void)
{
    for (size_t i = 0; i < COUNT(paths); i++)
        if (paths[i])
            (void)unlink(paths[i]);
}

static void remove_directory(void)
{
    (void)(chdir(directory) || rmdir("p/.cargo") || rmdir("p") || rmdir("h") || rmdir(directory));
}

/* The project becomes the working directory. */
static void make_directory(void)
{
    HOLDS(mkdtemp(directory) && atexit(remove_directory) == 0 && chdir(directory) == 0);
    HOLDS(mkdir("h", 0700) == 0 && mkdir("p", 0700) == 0 && chdir("p") == 0);
    HOLDS(mkdir(".cargo", 0700) == 0 && setenv("CARGO_HOME", "../h", 1) == 0);
}

static void add_variables(struct arena *arena, struct input *input, struct str text)
{
    while (text.len > 0 && input->variable_count < MOST) {
        struct str line = harness_piece(arena, &text, '\n');
        char *entry = arena_alloc(arena, line.len + 1);
        input->variables[input->variable_count++] = memcpy(entry, line.data, line.len);
    }
}

static void put_documents(struct arena *arena, struct str rest, struct input *input)
{
    while (rest.len > 0) {
        struct str document = harness_piece(arena, &rest, '\xff');
        if (document.len == 0)
            continue;
        enum role role = (enum role)((unsigned char)document.data[0] % COUNT(paths));
        struct str text = str_slice(arena, document, 1, document.len);
        if (paths[role]) {
            int fd = open(paths[role], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
            HOLDS(fd >= 0 && write_all(fd, text));
            fd_close(&fd);
        } else if (role == ROLE_VARIABLES) {
            add_variables(arena, input, text);
        } else if (input->argument_count < MOST) {
            input->arguments[input->argument_count++] = text;
        }
    }
}

static bool has_key(const struct layer *layer, const struct key *key)
{
    const struct toml_node *node = layer->doc->root;
    for (size_t i = 0; node && i < key->count; i++)
        node = toml_get(node, key->parts[i]);
    return node;
}

static void check_getters(struct config *config, const struct key *key)
{
    struct setting setting;
    struct settings list;
    harness_check_words(config_get(config, VIEW_HERE, key, TOML_BOOLEAN, &setting));
    harness_check_words(config_get(config, VIEW_HERE, key, TOML_INTEGER, &setting));
    harness_check_words(config_list(config, VIEW_HERE, key, &list));
    harness_check_words(config_program(config, VIEW_HERE, key, &list));
    struct err *err = config_get(config, VIEW_HERE, key, TOML_STRING, &setting);
    harness_check_words(err);
    if (err || !setting.layer)
        return;
    const struct layer *first = config->layers;
    while (!config_sees(VIEW_HERE, first) || !has_key(first, key))
        first = first->next;
    HOLDS(first->origin == ORIGIN_CLI || setting.layer == first);
    HOLDS(setting.node->type == TOML_STRING && str_eq(setting.node->string, setting.value));
    HOLDS(setting_location(config->arena, &setting).len > 0);
}

static void check_registry(struct registries *all, struct registry *registry)
{
    struct config *config = all->config;
    struct registry *chosen;
    HOLDS(registry->group->group == registry->group);
    HOLDS(map_get(&all->names, registry->name) == registry);
    HOLDS(!registry->has_index || registry->failure == NULL);
    HOLDS(!registry->used || registry->used->group == registry->group);
    static const char *const lasts[] = {"token", "secret-key", "index", "credential-provider"};
    for (size_t i = 0; i < COUNT(lasts); i++) {
        struct key key = registry_key(registry, str_of(lasts[i]));
        check_getters(config, &key);
    }
    registry_find_providers(all, registry);
    HOLDS(registry->providers.count > 0 || registry->failure || all->failure);
    harness_check_words(registry_choose(all, &registry->name, &chosen));
    HOLDS(chosen == registry);
    harness_check_words(registry->failure);
}

static void check_registries(struct config *config)
{
    struct registries all;
    struct registry *chosen;
    registries_find(config, true, &all);
    size_t count = 0;
    for (struct registry *r = all.first; r; r = r->next, count++) {
        HOLDS(r->is_crates_io == (r == all.first));
        HOLDS(r->is_crates_io || !r->next || str_cmp(r->name, r->next->name) < 0);
        check_registry(&all, r);
    }
    HOLDS(count == all.names.used);
    harness_check_words(registry_choose(&all, NULL, &chosen));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct shell shell = {.arena = &arena, .verbosity = VERBOSITY_QUIET};
    struct input input = {0};
    struct config config;
    static bool has_directory;
    if (!has_directory) {
        make_directory();
        has_directory = true;
    }
    put_documents(&arena, harness_plant(&arena, data, size), &input);
    HOLDS(!config_init(&config, &arena, &shell, input.variables));
    config_load_files(&config);
    config_load_arguments(&config, input.arguments, input.argument_count);
    config_load_credentials(&config);
    harness_check_words(config.failure);
    check_registries(&config);
    remove_files();
    arena_free(&arena);
    return 0;
}
