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
    if (!path_canonical(arena, STR("."), &config->cwd)) {
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
        config->shell->verbosity != VERBOSITY_QUIET)
        shell_alert(config->shell, text, help);
}

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
    if (!path_canonical(arena, path, &real) || !path_canonical(arena, project, &root))
        return true;
    return root.len > 1 && !(str_starts(real, root) && real.data[root.len] == '/');
}

static struct err *read_text(struct config *config, struct str path, int fd, struct str *out)
{
    if (memchr(path.data, '\0', path.len))
        return err_new(config->arena, "file name contained an unexpected NUL byte");
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
    if (!err && !utf8_valid(text))
        err = err_new(config->arena, "stream did not contain valid UTF-8");
    if (err)
        return err;
    config->byte_count += text.len;
    *out = text;
    return NULL;
}

size_t load_mend(struct arena *arena, struct str *text)
{
    size_t end = text->len;
    while (end > 0 && text->data[end - 1] == '\0')
        end--;
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
    if (err)
        return err_wrap(arena, err, "failed to read configuration file `%s`", file->shown.data);
    file->torn = load_mend(arena, &text) > 0;
    if (file->torn && !file->credentials) {
        config_warn(config, STR("delete them, or repeat the logout with `--everywhere`"),
                    "`%s` ends in NUL bytes, as a power cut can leave it, and cargo cannot read it",
                    file->shown.data);
    }
    struct toml_doc *doc;
    err = toml_parse(arena, text, &doc);
    if (err)
        return err_wrap(arena, err, "could not parse TOML configuration in `%s`", file->shown.data);
    *out = doc;
    if (doc->unsupported) { /* cargo accepts no floats or dates anywhere in a file */
        err = err_new(arena, "unsupported number or date on line %u", doc->unsupported->line);
        return err_wrap(arena, err, "failed to load TOML configuration from `%s`",
                        file->shown.data);
    }
    return NULL;
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
        .credentials = load->layer.credentials,
    };
    if (config->files_by_path.used > FILES_LIMIT) {
        file->failure = err_new(config->arena, "more than %d configuration files", FILES_LIMIT);
    } else {
        file->failure = read_doc(config, file, fd, &file->doc);
        if (file->failure && load->layer.credentials && fd >= 0 &&
            !lock_acquire(config->shell, fd, file->shown, LOCK_SH, true))
            file->failure = read_doc(config, file, fd, &file->doc);
    }
    struct config_file **end = &config->files;
    while (*end)
        end = &(*end)->next;
    *end = file;
    return file;
}

const struct err *load_file(struct config *config, struct load *load, struct str path, int fd,
                            struct layer **at)
{
    if (!map_add(config->arena, &load->seen, path)) {
        return err_new(config->arena, "config `include` cycle detected with path `%s`",
                       text_shown(config->arena, path).data);
    }
    struct config_file **place =
        (struct config_file **)map_place(config->arena, &config->files_by_path, path);
    bool is_new = !*place;
    *place = is_new ? add_file(config, load, path, fd) : *place;
    struct config_file *file = *place;
    bool of_project = load->layer.origin == ORIGIN_PROJECT;
    file->of_project = of_project && (is_new || file->of_project);
    if (is_new || !of_project) { /* the command line names it, even if a project includes it too */
        file->foreign = of_project && is_foreign(config->arena, path);
        file->leaves = of_project && is_outside(config->arena, path, load->project);
        file->credentials |= load->layer.credentials;
    }
    const struct err *includes = load_layer(config, load, file, file->doc, at);
    return file->failure ? file->failure : includes;
}

static void add_looked(struct config *config, struct str path)
{
    struct config_file *looked = arena_new(config->arena, struct config_file);
    *looked = (struct config_file){.path = path, .next = config->looked};
    config->looked = looked;
}

/* Loads the file `NAME` or `NAME.toml` of a directory. A file that exists but cannot be opened is
 * reported when it is read. If both exist, cargo reads the first. The layers of the other one are
 * hidden and have their own failures. cargo: get_file_path. */
static const struct err *load_named(struct config *config, struct load *load, struct str dir,
                                    struct str name, struct layer **at)
{
    struct arena *arena = config->arena;
    struct str plain = path_join(arena, dir, name);
    struct str with = str_format(arena, "%s.toml", plain.data);
    struct str shown = text_shown(arena, plain);
    CLEANUP(fd_close) int fd = file_open(plain);
    if (fd < 0 && file_absent(errno)) {
        fd = file_open(with);
        if (fd < 0 && (errno == ENOENT || !path_exists(with))) {
            add_looked(config, with);
            return NULL;
        }
        return load_file(config, load, with, fd, at);
    }
    enum file_identity other = fd_identity(fd, with);
    if (other == FILE_OTHER) {
        struct load of_hidden = *load;
        of_hidden.layer.hidden = true;
        config_warn(config, STR(""), "both `%s` and `%s` exist. Using `%s`", shown.data,
                    text_shown(arena, with).data, shown.data);
        (void)load_file(config, &of_hidden, with, -1, at);
    } else if (other == FILE_ABSENT) {
        config_warn(config,
                    str_format(arena,
                               "if you need to support cargo 1.38 or earlier, you can symlink `%s` "
                               "to `%s.toml`",
                               name.data, name.data),
                    "`%s` is deprecated in favor of `%s.toml`", shown.data, name.data);
    }
    return load_file(config, load, plain, fd, at);
}

void config_fail(struct config *config, const struct err *err)
{
    if (err && !config->failure)
        config->failure = err_wrap(config->arena, err, "could not load Cargo configuration");
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
    struct load load = {
        .layer.origin = is_home ? ORIGIN_HOME : ORIGIN_PROJECT,
        .layer.rank = config->project_count,
        .project = dir,
    };
    struct layer **end = &config->layers;
    while (*end)
        end = &(*end)->next;
    config_fail(config, load_named(config, &load, config_dir, STR("config"), end));
    config->project_count += !is_home && *end;
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
    if (!home_done)
        (void)load_directory(config, config->home, config->home);
    config_merge(config, config->layers, NULL);
}

void config_load_credentials(struct config *config)
{
    struct load load = {.layer.origin = ORIGIN_HOME, .layer.credentials = true};
    const struct layer *others = config->layers;
    const struct err *err =
        load_named(config, &load, config->home, STR("credentials"), &config->layers);
    config_merge(config, config->layers, others);
    if (!config->failure)
        config->failure = err;
}
