/* Finds the configuration files, reads them, and puts their layers in order. */
#include "config/load.h"

#include "util/fs.h"
#include "util/lock.h"
#include "util/text.h"

#include <errno.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

struct str load_user_home(struct arena *arena)
{
    const char *home = getenv("HOME");
    if (!home || !*home) {
        const struct passwd *user = getpwuid(geteuid());
        home = user ? user->pw_dir : "";
    }
    return str_copy(arena, home, strlen(home));
}

/* cargo: home::cargo_home_with_cwd. */
static struct err *find_home(struct config *config, struct str *out)
{
    struct arena *arena = config->arena;
    const char *cargo_home = getenv("CARGO_HOME");
    if (cargo_home && *cargo_home) {
        struct str given = path_join(arena, config->cwd, str_of(cargo_home));
        struct str normal = path_normal(arena, given);
        /* After a link, `..` is another directory. cargo before 1.99 uses that one. */
        bool differ = !str_eq(given, normal) && path_exists(given) && !path_same(given, normal);
        *out = differ ? given : normal;
        return NULL;
    }
    struct str home = load_user_home(arena);
    if (home.len == 0) {
        return err_new(arena, "Cargo couldn't find your home directory. This probably means that "
                              "$HOME was not set.");
    }
    *out = path_join(arena, home, STR(".cargo"));
    return NULL;
}

struct err *config_init(struct config *config, struct arena *arena, struct shell *shell,
                        char *const *block)
{
    *config = (struct config){.arena = arena, .shell = shell};
    if (!path_current(arena, &config->cwd)) {
        return err_wrap(arena, err_os(arena, errno),
                        "couldn't get the current directory of the process");
    }
    TRY(find_home(config, &config->home));
    environment_init(&config->environment, arena, block);
    return NULL;
}

void config_warn(struct config *config, struct str help, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct str text = str_vformat(config->arena, format, arguments);
    va_end(arguments);
    if (map_add(config->arena, &config->warnings, text) &&
        config->shell->verbosity != VERBOSITY_QUIET) {
        shell_alert(config->shell, text, help);
    }
}

void layers_append(struct layer **list, struct layer *more)
{
    while (*list) {
        list = &(*list)->next;
    }
    *list = more;
}

/*
 * One file.
 */

static bool is_theirs(const struct stat *status)
{
    bool others_write = !S_ISLNK(status->st_mode) && (status->st_mode & S_IWOTH);
    return (status->st_uid != 0 && status->st_uid != geteuid()) || others_write;
}

/* Returns true if someone other than root and the caller can change the file: because they own it,
 * can write it, or own the link or directory through which it was found. */
static bool is_foreign(struct arena *arena, struct str path)
{
    struct str dir;
    struct stat file;
    struct stat link;
    struct stat parent;
    return !path_parent(arena, path, &dir) || stat(path.data, &file) < 0 ||
           lstat(path.data, &link) < 0 || stat(dir.data, &parent) < 0 || is_theirs(&file) ||
           is_theirs(&link) || is_theirs(&parent);
}

static bool is_outside(struct arena *arena, struct str path, struct str project)
{
    struct str real;
    struct str root;
    if (!path_canonical(arena, path, &real) || !path_canonical(arena, project, &root)) {
        return true;
    }
    return root.len > 1 && !(str_starts(real, root) && real.data[root.len] == '/');
}

static struct err *read_text(struct config *config, struct str path, int fd, struct str *out)
{
    if (memchr(path.data, '\0', path.len)) {
        return err_new(config->arena, "file name contained an unexpected NUL byte");
    }
    size_t left = BYTES_LIMIT - config->byte_count;
    bool scarce = left < FILE_LIMIT;
    size_t limit = scarce ? left : FILE_LIMIT;
    struct str text = STR("");
    struct err *err = fd >= 0 ? fd_read(config->arena, fd, limit, &text)
                              : file_read(config->arena, path, limit, &text);
    if (err && scarce) {
        err = err_wrap(config->arena, err,
                       "the configuration files together have more than %zu bytes", BYTES_LIMIT);
    }
    if (!err && !utf8_valid(text)) {
        err = err_new(config->arena, "stream did not contain valid UTF-8");
    }
    if (err) {
        return err;
    }
    config->byte_count += text.len;
    *out = text;
    return NULL;
}

size_t load_mend(struct arena *arena, struct str *text)
{
    size_t end = text->len;
    while (end > 0 && text->data[end - 1] == '\0') {
        end--;
    }
    size_t count = end > 0 ? text->len - end : 0;
    if (count > 0) {
        struct buf mended = buf_new(arena);
        buf_add_bytes(&mended, text->data, end);
        buf_add_times(&mended, '\n', count);
        *text = buf_str(&mended);
    }
    return count;
}

static const struct err *read_doc(struct config *config, struct config_file *file, int fd,
                                  const struct toml_doc **out)
{
    struct arena *arena = config->arena;
    struct str text = STR("");
    struct err *err = read_text(config, file->path, fd, &text);
    if (err) {
        return err_wrap(arena, err, "failed to read configuration file `%s`", file->shown.data);
    }
    file->torn = load_mend(arena, &text) > 0;
    if (file->torn && !file->credentials) {
        config_warn(config, STR("delete them, or repeat the logout with `--everywhere`"),
                    "`%s` ends in NUL bytes, as a power cut can leave it, and cargo cannot read it",
                    file->shown.data);
    }
    struct toml_doc *doc;
    err = toml_parse(arena, text, &doc);
    if (err) {
        return err_wrap(arena, err, "could not parse TOML configuration in `%s`", file->shown.data);
    }
    *out = doc;
    if (doc->unsupported) { /* cargo accepts no floats or dates anywhere in a file */
        err = err_new(arena, "unsupported number or date on line %u", doc->unsupported->line);
        return err_wrap(arena, err, "failed to load TOML configuration from `%s`",
                        file->shown.data);
    }
    return NULL;
}

static struct config_file *find_file(struct config *config, struct str path)
{
    struct config_file *file = config->files;
    while (file && !str_eq(file->path, path)) {
        file = file->next;
    }
    return file;
}

/* If credentials cannot be parsed, waits for the lock and reads them again, because another cargo
 * may have been between its write and its ftruncate. cargo reads them without the lock. */
static struct config_file *add_file(struct config *config, const struct load *load, struct str path,
                                    int fd)
{
    struct config_file *file = arena_new(config->arena, struct config_file);
    *file = (struct config_file){
        .path = path,
        .shown = text_shown(config->arena, path),
        .credentials = load->credentials,
    };
    if (++config->file_count > FILES_LIMIT) {
        file->failure = err_new(config->arena, "more than %d configuration files", FILES_LIMIT);
    } else {
        file->failure = read_doc(config, file, fd, &file->doc);
        if (file->failure && load->credentials && fd >= 0 &&
            !lock_acquire(config->shell, fd, file->shown, LOCK_SH, true)) {
            file->failure = read_doc(config, file, fd, &file->doc);
        }
    }
    struct config_file **end = &config->files;
    while (*end) {
        end = &(*end)->next;
    }
    *end = file;
    return file;
}

const struct err *load_file(struct config *config, struct load *load, struct str path, int fd,
                            struct layer **out)
{
    if (!map_add(config->arena, &load->seen, path)) {
        return err_new(config->arena, "config `include` cycle detected with path `%s`",
                       text_shown(config->arena, path).data);
    }
    struct config_file *file = find_file(config, path);
    bool is_new = !file;
    file = file ? file : add_file(config, load, path, fd);
    bool of_project = load->origin == ORIGIN_PROJECT;
    file->of_project = of_project && (is_new || file->of_project);
    if (is_new || !of_project) { /* the command line names it, even if a project includes it too */
        file->foreign = of_project && is_foreign(config->arena, path);
        file->leaves = of_project && is_outside(config->arena, path, load->project);
        file->credentials |= load->credentials;
    }
    struct layer *layer = arena_new(config->arena, struct layer);
    *layer = (struct layer){
        .file = file,
        .doc = file->doc,
        .origin = load->origin,
        .credentials = load->credentials,
        .rank = load->rank,
    };
    *out = layer;
    const struct err *includes =
        file->doc ? load_includes(config, load, file, file->doc, &layer->next) : NULL;
    return file->failure ? file->failure : includes;
}

/*
 * Directories that cargo searches.
 */

/* The file `NAME` or `NAME.toml` of a directory. */
struct found {
    struct str path;   /* empty: there is none */
    struct str hidden; /* `NAME.toml`, if `NAME` is used and both exist */
    int fd;
};

static void found_close(struct found *found)
{
    fd_close(&found->fd);
}

static void add_looked(struct config *config, struct str path)
{
    struct looked *looked = arena_new(config->arena, struct looked);
    *looked = (struct looked){path, config->looked};
    config->looked = looked;
}

/* cargo: get_file_path. A file that exists but cannot be opened is reported when it is read. */
static struct found find_in(struct config *config, struct str dir, struct str name)
{
    struct arena *arena = config->arena;
    struct str plain = path_join(arena, dir, name);
    struct str with = str_format(arena, "%s.toml", plain.data);
    struct found found = {plain, STR(""), file_open(plain)};
    if (found.fd < 0 && file_absent(errno)) {
        found = (struct found){with, STR(""), file_open(with)};
        if (found.fd < 0 && (errno == ENOENT || !path_exists(with))) {
            found.path = STR("");
            add_looked(config, with);
        }
        return found;
    }
    struct str shown = text_shown(arena, plain);
    switch (fd_identity(found.fd, with)) {
    case FILE_OTHER:
        found.hidden = with;
        config_warn(config, STR(""), "both `%s` and `%s` exist. Using `%s`", shown.data,
                    text_shown(arena, with).data, shown.data);
        break;
    case FILE_ABSENT:
        config_warn(config,
                    str_format(arena,
                               "if you need to support cargo 1.38 or earlier, you can symlink `%s` "
                               "to `%s.toml`",
                               name.data, name.data),
                    "`%s` is deprecated in favor of `%s.toml`", shown.data, name.data);
        break;
    case FILE_SAME:
        break;
    }
    return found;
}

/* Loads both names of a file. Returns the failure that cargo would see: it ignores the hidden one,
 * whose layer has its own reason. */
static const struct err *load_both(struct config *config, struct load *load,
                                   const struct found *found)
{
    struct layer *layers = NULL;
    struct layer *hidden = NULL;
    struct load of_hidden = *load;
    of_hidden.seen = (struct map){0};
    const struct err *err = NULL;
    if (found->path.len > 0) {
        err = load_file(config, load, found->path, found->fd, &layers);
    }
    if (found->hidden.len > 0) {
        (void)load_file(config, &of_hidden, found->hidden, -1, &hidden);
    }
    for (struct layer *layer = hidden; layer; layer = layer->next) {
        layer->hidden = true;
    }
    layers_append(&layers, hidden);
    layers_append(&config->layers, layers);
    return err;
}

static void keep_first(struct config *config, const struct err *err)
{
    if (err && !config->failure) {
        config->failure = err_wrap(config->arena, err, "could not load Cargo configuration");
    }
    config->name_is_unknown |= err != NULL;
}

/* Loads the files of one directory. cargo's home keeps its origin even if it is above the working
 * directory. Most directories have no .cargo, so this is checked first, with one system call. */
static bool load_directory(struct config *config, struct str dir, struct str config_dir)
{
    bool is_home = str_eq(config_dir, config->home);
    struct stat status;
    if (!is_home && stat(config_dir.data, &status) < 0 && errno == ENOENT) {
        add_looked(config, path_join(config->arena, config_dir, STR("config.toml")));
        return false;
    }
    is_home = is_home || path_same(config_dir, config->home);
    CLEANUP(found_close) struct found found = find_in(config, config_dir, STR("config"));
    struct load load = {.origin = ORIGIN_HOME};
    if (!is_home && found.path.len > 0) {
        load = (struct load){
            .origin = ORIGIN_PROJECT,
            .rank = config->project_count++,
            .project = dir,
        };
    }
    keep_first(config, load_both(config, &load, &found));
    return is_home;
}

/* cargo: walk_tree. */
void config_load_files(struct config *config)
{
    struct str dir = config->cwd;
    bool home_done = false;
    do {
        home_done |= load_directory(config, dir, path_join(config->arena, dir, STR(".cargo")));
    } while (path_parent(config->arena, dir, &dir));
    if (!home_done) {
        (void)load_directory(config, config->home, config->home);
    }
}

/*
 * Contradictions.
 */

enum { MERGE_DEPTH = 100 };

/* A key of all layers. Its tables are merged only if several layers have it. */
struct merged {
    struct setting first;
    struct map *children; /* struct merged, by key; NULL if only one layer has the key */
};

static bool have_same_shape(const struct toml_node *a, const struct toml_node *b)
{
    return (a->type == TOML_TABLE) == (b->type == TOML_TABLE) &&
           (a->type == TOML_ARRAY) == (b->type == TOML_ARRAY);
}

/* Compares a table of a layer with those of the layers before, and adds it to them unless the layer
 * is the last one: the credentials, which can be large. */
static struct err *merge(struct config *config, struct map *keys, const struct setting *table,
                         size_t depth, bool is_last)
{
    struct arena *arena = config->arena;
    const struct toml_node *child = depth < MERGE_DEPTH ? table->node->first : NULL;
    for (; child; child = child->next) {
        const struct setting setting = {.layer = table->layer, .node = child};
        struct merged *merged = map_get(keys, child->key);
        if (!merged) {
            if (!is_last) {
                merged = arena_new(arena, struct merged);
                merged->first = setting;
                *map_place(arena, keys, child->key) = merged;
            }
            continue;
        }
        const struct setting *first = &merged->first;
        if (!have_same_shape(first->node, child)) {
            return err_new(arena, "`%s` is of type %s in %s, but of type %s in %s",
                           key_shown(arena, &KEY(child->key)).data,
                           toml_type_names[first->node->type], setting_location(arena, first).data,
                           toml_type_names[child->type], setting_location(arena, &setting).data);
        }
        if (child->type != TOML_TABLE) {
            continue;
        }
        if (!merged->children) {
            merged->children = arena_new(arena, struct map);
            TRY(merge(config, merged->children, first, depth + 1, false));
        }
        TRY(merge(config, merged->children, &setting, depth + 1, is_last));
    }
    return NULL;
}

static struct err *merge_all(struct config *config, struct map *keys, const struct layer *layers,
                             bool are_last)
{
    for (const struct layer *layer = layers; layer; layer = layer->next) {
        if (config_sees(VIEW_HERE, layer)) {
            const struct setting root = {.layer = layer, .node = layer->doc->root};
            TRY(merge(config, keys, &root, 0, are_last && !layer->next));
        }
    }
    return NULL;
}

/* Returns an error about a key that is a table or a list in one layer and something else in
 * another, or NULL. cargo: ConfigValue::merge. */
static struct err *check_layers(struct config *config, const struct layer *credentials)
{
    struct map keys = {0};
    TRY(merge_all(config, &keys, config->layers, false));
    return merge_all(config, &keys, credentials, true);
}

void config_load_credentials(struct config *config)
{
    CLEANUP(found_close) struct found found = find_in(config, config->home, STR("credentials"));
    struct load load = {.origin = ORIGIN_HOME, .credentials = true};
    struct layer *others = config->layers;
    config->layers = NULL;
    const struct err *err = load_both(config, &load, &found);
    struct layer *credentials = config->layers;
    config->layers = others;
    keep_first(config, check_layers(config, credentials));
    layers_append(&credentials, others);
    config->layers = credentials;
    if (!config->failure) {
        config->failure = err;
    }
    config_index_names(config);
}
