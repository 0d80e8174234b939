#include "credential/search.h"

#include "util/child.h"
#include "util/fs.h"
#include "util/text.h"

#include <glob.h>
#include <sys/stat.h>

#define FILE_BYTES ((size_t)64 * 1024 * 1024)

/*
 * The files of each kind, as patterns with blanks between them. docs/copies.md lists the program of
 * each. A pattern begins with `/`, with `~/` (the home directory), with `./` (the working directory
 * and each one above), with `@cargo/` (CARGO_HOME, ~/.cargo and each `.cargo` of `./`), or with a
 * variable, which can be a file itself. The rest is a pattern of glob(7).
 */
static const char *const patterns[] = {
    [KIND_STARTUP] =
        "~/.profile ~/.bash_profile ~/.bash_login ~/.bashrc ~/.bash_aliases $BASH_ENV $ENV "
        "/etc/profile /etc/profile.d/*.sh /etc/bash.bashrc /etc/bashrc "
        "~/.zshenv $ZDOTDIR/.zshenv $ZDOTDIR/.zprofile $ZDOTDIR/.zshrc $ZDOTDIR/.zlogin "
        "/etc/zsh/z* /etc/zsh* /etc/zprofile /etc/zlogin "
        "$XDG_CONFIG_HOME/fish/config.fish $XDG_CONFIG_HOME/fish/conf.d/*.fish "
        "$XDG_CONFIG_HOME/fish/fish_variables /etc/fish/config.fish /etc/fish/conf.d/*.fish "
        "$XDG_CONFIG_HOME/environment.d/*.conf /etc/environment.d/*.conf /etc/environment "
        "/etc/security/pam_env.conf ~/.pam_environment ~/.ssh/environment ~/.xprofile "
        "./.envrc ./.env",
    [KIND_HISTORY] = "$HISTFILE ~/.bash_history $ZDOTDIR/.zsh_history ~/.zsh_history ~/.histfile "
                     "$XDG_DATA_HOME/fish/*_history",
    [KIND_CLIENT] = "~/.gitconfig $XDG_CONFIG_HOME/git/config ./.git/config ~/.git-credentials "
                    "$XDG_CONFIG_HOME/git/credentials ~/.netrc $NETRC "
                    "$DOCKER_CONFIG/config.json $XDG_CONFIG_HOME/containers/auth.json "
                    "$XDG_RUNTIME_DIR/containers/auth.json ~/.npmrc ./.npmrc",
    [KIND_CARGO] =
        "@cargo/credentials @cargo/credentials.toml @cargo/config @cargo/config.toml "
        "@cargo/c[or]*~ @cargo/#c[or]*# @cargo/.c[or]*.sw? @cargo/c[or]*.bak @cargo/c[or]*.orig "
        "@cargo/c[or]*.save",
};

const char *const place_kind_names[] = {
    [KIND_STARTUP] = "startup",
    [KIND_HISTORY] = "history",
    [KIND_CLIENT] = "client",
    [KIND_CARGO] = "cargo",
};

static bool is_known(const struct search *search, enum place_kind kind, struct str path,
                     const struct stat *status)
{
    for (const struct place *p = search->out->places; p; p = p->next)
        if (p->device == status->st_dev && p->inode == status->st_ino)
            return true;
    const struct config_file *file = kind == KIND_CARGO ? search->config->files : NULL;
    while (file && !path_same(file->path, path))
        file = file->next;
    return file != NULL;
}

static void add_path(struct search *search, enum place_kind kind, struct str path)
{
    struct stat status;
    if (stat(path.data, &status) < 0 || !S_ISREG(status.st_mode) ||
        is_known(search, kind, path, &status))
        return;
    *search->last_place = arena_new(search->arena, struct place);
    **search->last_place = (struct place){.path = path,
                                          .shown = text_shown(search->arena, path),
                                          .kind = kind,
                                          .device = status.st_dev,
                                          .inode = status.st_ino};
    search->last_place = &(*search->last_place)->next;
}

/* Adds the files that match `rest` in a directory. An empty directory is not known. If `rest` is
 * empty, `dir` is a file. */
static void add_in(struct search *search, enum place_kind kind, struct str dir, const char *rest)
{
    struct arena *arena = search->arena;
    if (dir.len == 0)
        return;
    struct str path = *rest ? path_join(arena, dir, str_of(rest)) : dir;
    struct buf pattern = buf_new(arena);
    for (size_t i = 0; i < path.len; i++) {
        bool literal = i < dir.len && strchr("*?[]\\", path.data[i]);
        buf_add(&pattern, literal ? STR("\\") : STR(""));
        buf_add_char(&pattern, path.data[i]);
    }
    glob_t matches;
    if (glob(buf_str(&pattern).data, 0, NULL, &matches) == 0) {
        for (char **match = matches.gl_pathv; *match; match++)
            add_path(search, kind, str_copy(arena, *match, strlen(*match)));
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
    struct arena *arena = search->arena;
    const char *value = getenv(name.data);
    if (value && *value)
        return path_join(arena, search->config->cwd, str_of(value));
    for (size_t i = 0; i < COUNT(defaults) && search->user_home.len > 0; i++)
        if (str_eq(name, str_of(defaults[i][0])))
            return path_normal(arena, path_join(arena, search->user_home, str_of(defaults[i][1])));
    return STR("");
}

static void add_pattern(struct search *search, enum place_kind kind, const char *pattern)
{
    struct arena *arena = search->arena;
    size_t slash = strcspn(pattern, "/");
    const char *rest = pattern[slash] ? pattern + slash + 1 : "";
    struct str dir = search->config->cwd;
    switch (*pattern) {
    case '~':
        add_in(search, kind, search->user_home, rest);
        break;
    case '.':
        do {
            add_in(search, kind, dir, rest);
        } while (path_parent(arena, dir, &dir));
        break;
    case '@':
        add_in(search, kind, search->config->home, rest);
        add_pattern(search, kind, str_format(arena, "~/.cargo/%s", rest).data);
        add_pattern(search, kind, str_format(arena, "./.cargo/%s", rest).data);
        for (const struct copy *c = search->out->first; c; c = c->next)
            add_in(search, kind, c->home, rest);
        break;
    case '$':
        add_in(search, kind, directory_in(search, str_copy(arena, pattern + 1, slash - 1)), rest);
        break;
    default:
        add_in(search, kind, STR("/"), rest);
    }
}

struct place *places_find(struct search *search, enum place_kind kind)
{
    struct place **first = search->last_place;
    size_t len;
    for (const char *at = patterns[kind]; *at; at += len) {
        at += strspn(at, " ");
        len = strcspn(at, " ");
        add_pattern(search, kind, str_copy(search->arena, at, len).data);
    }
    return *first;
}

/* Returns true if root would follow a symbolic link, which another user can have made, out of the
 * directory to which the path belongs. Otherwise, the path becomes the real one. */
static bool leaves(const struct search *search, struct str *path)
{
    struct arena *arena = search->arena;
    struct str dir = search->user_home;
    struct str real;
    if (geteuid() != 0 || str_starts(*path, STR("/etc/")))
        return false;
    bool is_below = dir.len > 1 && str_starts(*path, dir) && path->data[dir.len] == '/';
    if ((!is_below && !path_parent(arena, *path, &dir)) || !path_canonical(arena, *path, &real) ||
        !path_canonical(arena, dir, &dir))
        return true;
    *path = real;
    return !str_starts(real, dir) || real.data[dir.len] != '/';
}

struct err *place_read(const struct search *search, struct place *place, struct arena *arena,
                       struct str *out)
{
    struct stat status;
    if (leaves(search, &place->path))
        return err_new(arena, "as root, symbolic links to other directories are not followed");
    CLEANUP(fd_close) int fd = file_open(place->path);
    if (fd < 0 || fstat(fd, &status) < 0)
        return err_os(arena, errno);
    if (status.st_dev != place->device || status.st_ino != place->inode)
        return err_new(arena, "another program replaced it meanwhile");
    return fd_read(arena, fd, FILE_BYTES, out);
}
