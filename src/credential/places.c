#include "credential/places.h"

#include "util/child.h"
#include "util/fs.h"
#include "util/list.h"
#include "util/text.h"

#include <glob.h>
#include <pwd.h>
#include <sys/stat.h>

enum { SEARCH_MS = 2000 };

struct place_row {
    const char *what;
    const char *pattern;
    enum place_kind kind;
};

/*
 * A pattern begins with `/`, with `~/` (the home directory), with `./` (the working directory and
 * each one above), with `@cargo/` (CARGO_HOME, ~/.cargo and each `.cargo` of `./`), or with a
 * variable, which can be a file itself. The rest is a pattern of glob(7).
 */
static const struct place_row rows[] = {
    {"bash, sh", "~/.profile", KIND_STARTUP},
    {"bash", "~/.bash_profile", KIND_STARTUP},
    {"bash", "~/.bash_login", KIND_STARTUP},
    {"bash", "~/.bashrc", KIND_STARTUP},
    {"bash", "~/.bash_aliases", KIND_STARTUP},
    {"bash", "$BASH_ENV", KIND_STARTUP},
    {"sh", "$ENV", KIND_STARTUP},
    {"bash, sh", "/etc/profile", KIND_STARTUP},
    {"bash, sh", "/etc/profile.d/*.sh", KIND_STARTUP},
    {"bash", "/etc/bash.bashrc", KIND_STARTUP},
    {"bash", "/etc/bashrc", KIND_STARTUP},
    {"zsh", "~/.zshenv", KIND_STARTUP},
    {"zsh", "$ZDOTDIR/.zshenv", KIND_STARTUP},
    {"zsh", "$ZDOTDIR/.zprofile", KIND_STARTUP},
    {"zsh", "$ZDOTDIR/.zshrc", KIND_STARTUP},
    {"zsh", "$ZDOTDIR/.zlogin", KIND_STARTUP},
    {"zsh", "/etc/zsh/z*", KIND_STARTUP},
    {"zsh", "/etc/zsh*", KIND_STARTUP},
    {"zsh", "/etc/zprofile", KIND_STARTUP},
    {"zsh", "/etc/zlogin", KIND_STARTUP},
    {"fish", "$XDG_CONFIG_HOME/fish/config.fish", KIND_STARTUP},
    {"fish", "$XDG_CONFIG_HOME/fish/conf.d/*.fish", KIND_STARTUP},
    {"fish", "$XDG_CONFIG_HOME/fish/fish_variables", KIND_STARTUP},
    {"fish", "/etc/fish/config.fish", KIND_STARTUP},
    {"fish", "/etc/fish/conf.d/*.fish", KIND_STARTUP},
    {"systemd", "$XDG_CONFIG_HOME/environment.d/*.conf", KIND_STARTUP},
    {"systemd", "/etc/environment.d/*.conf", KIND_STARTUP},
    {"PAM", "/etc/environment", KIND_STARTUP},
    {"PAM", "/etc/security/pam_env.conf", KIND_STARTUP},
    {"PAM", "~/.pam_environment", KIND_STARTUP},
    {"sshd", "~/.ssh/environment", KIND_STARTUP},
    {"display managers", "~/.xprofile", KIND_STARTUP},
    {"direnv", "./.envrc", KIND_STARTUP},
    {"dotenv", "./.env", KIND_STARTUP},
    {"bash, zsh", "$HISTFILE", KIND_HISTORY},
    {"bash", "~/.bash_history", KIND_HISTORY},
    {"zsh", "$ZDOTDIR/.zsh_history", KIND_HISTORY},
    {"zsh", "~/.zsh_history", KIND_HISTORY},
    {"zsh", "~/.histfile", KIND_HISTORY},
    {"fish", "$XDG_DATA_HOME/fish/*_history", KIND_HISTORY},
    {"git", "~/.gitconfig", KIND_CLIENT},
    {"git", "$XDG_CONFIG_HOME/git/config", KIND_CLIENT},
    {"git", "./.git/config", KIND_CLIENT},
    {"git", "~/.git-credentials", KIND_CLIENT},
    {"git", "$XDG_CONFIG_HOME/git/credentials", KIND_CLIENT},
    {"curl, git", "~/.netrc", KIND_CLIENT},
    {"curl, git", "$NETRC", KIND_CLIENT},
    {"Docker", "$DOCKER_CONFIG/config.json", KIND_CLIENT},
    {"Podman", "$XDG_CONFIG_HOME/containers/auth.json", KIND_CLIENT},
    {"Podman", "$XDG_RUNTIME_DIR/containers/auth.json", KIND_CLIENT},
    {"npm", "~/.npmrc", KIND_CLIENT},
    {"npm", "./.npmrc", KIND_CLIENT},
    {"cargo", "@cargo/credentials", KIND_CARGO},
    {"cargo", "@cargo/credentials.toml", KIND_CARGO},
    {"cargo", "@cargo/config", KIND_CARGO},
    {"cargo", "@cargo/config.toml", KIND_CARGO},
    {"Emacs, Vim, patch, nano", "@cargo/c[or]*~", KIND_CARGO},
    {"Emacs", "@cargo/#c[or]*#", KIND_CARGO},
    {"Vim", "@cargo/.c[or]*.sw?", KIND_CARGO},
    {"sed, people", "@cargo/c[or]*.bak", KIND_CARGO},
    {"patch", "@cargo/c[or]*.orig", KIND_CARGO},
    {"nano", "@cargo/c[or]*.save", KIND_CARGO},
};

struct found {
    struct search *search;
    const struct place_row *row;
    struct place *first;
    struct place **end;
};

void search_problem(struct search *search, struct str shown, const char *reason)
{
    struct problem **end = &search->problems;
    while (*end) {
        end = &(*end)->next;
    }
    *end = arena_new(search->config->arena, struct problem);
    **end = (struct problem){shown, str_of(reason), NULL};
}

void search_add_cargo_dir(struct search *search, struct str dir)
{
    for (size_t i = 0; i < search->cargo_dir_count; i++) {
        if (str_eq(search->cargo_dirs[i], dir)) {
            return;
        }
    }
    search->cargo_dirs =
        list_room(search->config->arena, search->cargo_dirs, sizeof(*search->cargo_dirs),
                  search->cargo_dir_count, &search->cargo_dir_size);
    search->cargo_dirs[search->cargo_dir_count++] = dir;
}

void search_init(struct search *search, struct config *config)
{
    struct arena *arena = config->arena;
    *search = (struct search){.config = config};
    const char *home = getenv("HOME");
    if (!home || !*home) {
        const struct passwd *user = getpwuid(geteuid());
        home = user ? user->pw_dir : "";
    }
    search->user_home = str_copy(arena, home, strlen(home));
    search->end = child_clock() + SEARCH_MS;
    search_add_cargo_dir(search, config->home);
    if (*home) {
        search_add_cargo_dir(search, path_join(arena, search->user_home, STR(".cargo")));
    }
    struct str dir = config->cwd;
    do {
        struct str project = path_join(arena, dir, STR(".cargo"));
        if (path_exists(project)) {
            search_add_cargo_dir(search, project);
        }
    } while (path_parent(arena, dir, &dir));
}

/* Returns true if root would follow a symbolic link, which another user can have made, out of the
 * directory to which the path belongs. */
static bool leaves(const struct search *search, struct str path, struct str *real)
{
    struct arena *arena = search->config->arena;
    struct str dir = search->user_home;
    if (geteuid() != 0 || str_starts(path, STR("/etc/"))) {
        return false;
    }
    bool is_below = dir.len > 1 && str_starts(path, dir) && path.data[dir.len] == '/';
    if ((!is_below && !path_parent(arena, path, &dir)) || !path_canonical(arena, path, real) ||
        !path_canonical(arena, dir, &dir)) {
        return true;
    }
    return !str_starts(*real, dir) || real->data[dir.len] != '/';
}

static bool is_known(const struct found *found, struct str path, const struct stat *status)
{
    for (const struct place *p = found->first; p; p = p->next) {
        if (p->device == status->st_dev && p->inode == status->st_ino) {
            return true;
        }
    }
    const struct config_file *file =
        found->row->kind == KIND_CARGO ? found->search->config->files : NULL;
    while (file && !path_same(file->path, path)) {
        file = file->next;
    }
    return file != NULL;
}

static void add_path(struct found *found, struct str path)
{
    struct search *search = found->search;
    struct arena *arena = search->config->arena;
    struct str real = path;
    struct stat status;
    if (stat(path.data, &status) < 0 || !S_ISREG(status.st_mode) ||
        is_known(found, path, &status)) {
        return;
    }
    if (leaves(search, path, &real)) {
        search_problem(search, text_shown(arena, path),
                       "as root, symbolic links to other directories are not followed");
        return;
    }
    *found->end = arena_new(arena, struct place);
    **found->end = (struct place){.path = real,
                                  .shown = text_shown(arena, path),
                                  .kind = found->row->kind,
                                  .device = status.st_dev,
                                  .inode = status.st_ino};
    found->end = &(*found->end)->next;
}

/* Adds the files that match `rest` in a directory. An empty directory is not known. If `rest` is
 * empty, `dir` is a file. */
static void add_in(struct found *found, struct str dir, const char *rest)
{
    struct arena *arena = found->search->config->arena;
    struct str path = *rest ? path_join(arena, dir, str_of(rest)) : dir;
    if (dir.len == 0) {
        return;
    }
    if (!strpbrk(rest, "*?[")) {
        add_path(found, path);
        return;
    }
    struct buf pattern = buf_new(arena);
    for (size_t i = 0; i < path.len; i++) {
        bool literal = i < dir.len && strchr("*?[]\\", path.data[i]);
        buf_add(&pattern, literal ? STR("\\") : STR(""));
        buf_add_char(&pattern, path.data[i]);
    }
    glob_t matches;
    if (glob(buf_str(&pattern).data, 0, NULL, &matches) == 0) {
        for (size_t i = 0; i < matches.gl_pathc; i++) {
            add_path(found, str_copy(arena, matches.gl_pathv[i], strlen(matches.gl_pathv[i])));
        }
        globfree(&matches);
    }
}

/* Returns the value of a variable as an absolute path, or else its default below the home
 * directory, or else an empty text. */
static struct str directory_in(const struct search *search, struct str name)
{
    static const char *const defaults[][2] = {
        {"XDG_CONFIG_HOME", ".config"},
        {"XDG_DATA_HOME", ".local/share"},
        {"DOCKER_CONFIG", ".docker"},
        {"ZDOTDIR", "."},
    };
    struct arena *arena = search->config->arena;
    const char *value = getenv(name.data);
    if (value && *value) {
        return path_join(arena, search->config->cwd, str_of(value));
    }
    for (size_t i = 0; i < COUNT(defaults) && search->user_home.len > 0; i++) {
        if (str_eq(name, str_of(defaults[i][0]))) {
            struct str path = path_join(arena, search->user_home, str_of(defaults[i][1]));
            return path_normal(arena, path);
        }
    }
    return STR("");
}

static void add_row(struct found *found)
{
    struct search *search = found->search;
    const char *pattern = found->row->pattern;
    size_t slash = strcspn(pattern, "/");
    const char *rest = pattern[slash] ? pattern + slash + 1 : "";
    struct str dir = search->config->cwd;
    switch (*pattern) {
    case '~':
        add_in(found, search->user_home, rest);
        break;
    case '.':
        do {
            add_in(found, dir, rest);
        } while (path_parent(search->config->arena, dir, &dir));
        break;
    case '@':
        for (size_t i = 0; i < search->cargo_dir_count; i++) {
            add_in(found, search->cargo_dirs[i], rest);
        }
        break;
    case '$':
        add_in(found, directory_in(search, str_copy(search->config->arena, pattern + 1, slash - 1)),
               rest);
        break;
    default:
        add_in(found, STR("/"), rest);
    }
}

struct place *search_places(struct search *search, unsigned kinds)
{
    struct found found = {.search = search};
    found.end = &found.first;
    for (size_t i = 0; i < COUNT(rows); i++) {
        found.row = &rows[i];
        if (rows[i].kind & kinds) {
            add_row(&found);
        }
    }
    return found.first;
}

bool search_over(struct search *search, const struct place *place)
{
    bool is_late = child_clock() > search->end;
    if (!search->is_over && (is_late || search->bytes > PLACE_ALL_LIMIT)) {
        search->is_over = true;
        search_problem(search, place->shown,
                       is_late ? "the search stopped here and in all later files after 2 seconds"
                               : "the search stopped here and in all later files after 256 MiB");
    }
    return search->is_over;
}

static struct err *read_checked(struct arena *arena, const struct place *place, size_t limit,
                                struct str *out)
{
    struct stat status;
    CLEANUP(fd_close) int fd = file_open(place->path);
    if (fd < 0) {
        return err_os(arena, errno);
    }
    if (fstat(fd, &status) < 0 || status.st_dev != place->device || status.st_ino != place->inode) {
        return err_new(arena, "another program replaced it meanwhile");
    }
    return fd_read(arena, fd, limit, out);
}

bool place_read(struct search *search, const struct place *place, struct arena *arena, size_t limit,
                struct str *out)
{
    if (search_over(search, place)) {
        return false;
    }
    const struct err *err = read_checked(arena, place, limit, out);
    if (err) {
        search_problem(search, place->shown,
                       str_copy(search->config->arena, err->message.data, err->message.len).data);
        return false;
    }
    search->bytes += out->len;
    return !search_over(search, place);
}

const char *place_kind_name(enum place_kind kind)
{
    return kind == KIND_STARTUP   ? "startup"
           : kind == KIND_HISTORY ? "history"
           : kind == KIND_CLIENT  ? "client"
                                  : "cargo";
}
