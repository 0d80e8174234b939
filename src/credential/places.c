#include "credential/search.h"

#include "util/child.h"
#include "util/fs.h"
#include "util/text.h"

#include <glob.h>
#include <sys/stat.h>

#define FILE_BYTES ((size_t)64 * 1024 * 1024)
#define ALL_BYTES  ((size_t)256 * 1024 * 1024)
#define SEARCH_MS  2000

/*
 * A pattern begins with `/`, with `~/` (the home directory), with `./` (the working directory and
 * each one above), with `@cargo/` (CARGO_HOME, ~/.cargo and each `.cargo` of `./`), or with a
 * variable, which can be a file itself. The rest is a pattern of glob(7).
 */
static const struct row {
    enum place_kind kind;
    const char *patterns; /* separated by blanks */
} rows[] = {
    /* bash, sh */
    {KIND_STARTUP, "~/.profile ~/.bash_profile ~/.bash_login ~/.bashrc ~/.bash_aliases $BASH_ENV "
                   "$ENV /etc/profile /etc/profile.d/*.sh /etc/bash.bashrc /etc/bashrc"},
    /* zsh */
    {KIND_STARTUP, "~/.zshenv $ZDOTDIR/.zshenv $ZDOTDIR/.zprofile $ZDOTDIR/.zshrc "
                   "$ZDOTDIR/.zlogin /etc/zsh/z* /etc/zsh* /etc/zprofile /etc/zlogin"},
    /* fish */
    {KIND_STARTUP, "$XDG_CONFIG_HOME/fish/config.fish $XDG_CONFIG_HOME/fish/conf.d/*.fish "
                   "$XDG_CONFIG_HOME/fish/fish_variables /etc/fish/config.fish "
                   "/etc/fish/conf.d/*.fish"},
    /* systemd, PAM, sshd, display managers */
    {KIND_STARTUP, "$XDG_CONFIG_HOME/environment.d/*.conf /etc/environment.d/*.conf "
                   "/etc/environment /etc/security/pam_env.conf ~/.pam_environment "
                   "~/.ssh/environment ~/.xprofile"},
    /* direnv, dotenv */
    {KIND_STARTUP, "./.envrc ./.env"},
    /* bash, zsh, fish */
    {KIND_HISTORY, "$HISTFILE ~/.bash_history $ZDOTDIR/.zsh_history ~/.zsh_history ~/.histfile "
                   "$XDG_DATA_HOME/fish/*_history"},
    /* git, curl */
    {KIND_CLIENT, "~/.gitconfig $XDG_CONFIG_HOME/git/config ./.git/config ~/.git-credentials "
                  "$XDG_CONFIG_HOME/git/credentials ~/.netrc $NETRC"},
    /* Docker, Podman, npm */
    {KIND_CLIENT, "$DOCKER_CONFIG/config.json $XDG_CONFIG_HOME/containers/auth.json "
                  "$XDG_RUNTIME_DIR/containers/auth.json ~/.npmrc ./.npmrc"},
    /* cargo */
    {KIND_CARGO, "@cargo/credentials @cargo/credentials.toml @cargo/config @cargo/config.toml"},
    /* backups of Emacs, Vim, patch, nano, sed and people */
    {KIND_CARGO, "@cargo/c[or]*~ @cargo/#c[or]*# @cargo/.c[or]*.sw? @cargo/c[or]*.bak "
                 "@cargo/c[or]*.orig @cargo/c[or]*.save"},
};

/* The files that are listed and read now. */
struct listing {
    struct search *search;
    search_visit *visit;
    enum place_kind kind;
    struct place *first;
    struct place **end;
};

void search_problem(struct search *search, struct str shown, const char *reason)
{
    struct str text = str_format(search->arena, "%s: %s", shown.data, reason);
    if (map_add(search->arena, &search->reported, text)) {
        struct problem *problem = arena_new(search->arena, struct problem);
        *problem = (struct problem){shown, str_of(reason), NULL};
        *search->last_problem = problem;
        search->last_problem = &problem->next;
    }
}

/* Returns true if root would follow a symbolic link, which another user can have made, out of the
 * directory to which the path belongs. */
static bool leaves(const struct search *search, struct str path, struct str *real)
{
    struct arena *arena = search->arena;
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

static bool is_known(const struct listing *listing, struct str path, const struct stat *status)
{
    for (const struct place *p = listing->first; p; p = p->next) {
        if (p->device == status->st_dev && p->inode == status->st_ino) {
            return true;
        }
    }
    const struct config_file *file =
        listing->kind == KIND_CARGO ? listing->search->config->files : NULL;
    while (file && !path_same(file->path, path)) {
        file = file->next;
    }
    return file != NULL;
}

bool search_over(struct search *search, const struct place *place)
{
    bool is_late = child_clock() > search->until;
    if (!search->is_over && (is_late || search->bytes > ALL_BYTES)) {
        search->is_over = true;
        search_problem(search, place->shown,
                       is_late ? "the search stopped here and in all later files after 2 seconds"
                               : "the search stopped here and in all later files after 256 MiB");
    }
    return search->is_over;
}

static struct err *read_checked(struct arena *arena, const struct place *place, struct str *out)
{
    struct stat status;
    CLEANUP(fd_close) int fd = file_open(place->path);
    if (fd < 0) {
        return err_os(arena, errno);
    }
    if (fstat(fd, &status) < 0 || status.st_dev != place->device || status.st_ino != place->inode) {
        return err_new(arena, "another program replaced it meanwhile");
    }
    return fd_read(arena, fd, FILE_BYTES, out);
}

static void read_place(const struct listing *listing, const struct place *place)
{
    struct search *search = listing->search;
    CLEANUP(arena_free) struct arena scratch = {0};
    struct str text = STR("");
    if (search_over(search, place)) {
        return;
    }
    const struct err *err = read_checked(&scratch, place, &text);
    if (err) {
        search_problem(search, place->shown,
                       str_copy(search->arena, err->message.data, err->message.len).data);
        return;
    }
    search->bytes += text.len;
    if (!search_over(search, place)) {
        listing->visit(search, place, &scratch, text);
    }
}

static void add_path(struct listing *listing, struct str path)
{
    struct search *search = listing->search;
    struct arena *arena = search->arena;
    struct str real = path;
    struct stat status;
    if (stat(path.data, &status) < 0 || !S_ISREG(status.st_mode) ||
        is_known(listing, path, &status)) {
        return;
    }
    if (leaves(search, path, &real)) {
        search_problem(search, text_shown(arena, path),
                       "as root, symbolic links to other directories are not followed");
        return;
    }
    struct place *place = arena_new(arena, struct place);
    *place = (struct place){.path = real,
                            .shown = text_shown(arena, path),
                            .kind = listing->kind,
                            .device = status.st_dev,
                            .inode = status.st_ino};
    *listing->end = place;
    listing->end = &place->next;
    read_place(listing, place);
}

/* Adds the files that match `rest` in a directory. An empty directory is not known. If `rest` is
 * empty, `dir` is a file. */
static void add_in(struct listing *listing, struct str dir, const char *rest)
{
    struct arena *arena = listing->search->arena;
    struct str path = *rest ? path_join(arena, dir, str_of(rest)) : dir;
    if (dir.len == 0) {
        return;
    }
    if (!strpbrk(rest, "*?[")) {
        add_path(listing, path);
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
            add_path(listing, str_copy(arena, matches.gl_pathv[i], strlen(matches.gl_pathv[i])));
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
    struct arena *arena = search->arena;
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

static void add_pattern(struct listing *listing, const char *pattern)
{
    struct search *search = listing->search;
    struct arena *arena = search->arena;
    size_t slash = strcspn(pattern, "/");
    const char *rest = pattern[slash] ? pattern + slash + 1 : "";
    struct str dir = search->config->cwd;
    switch (*pattern) {
    case '~':
        add_in(listing, search->user_home, rest);
        break;
    case '.':
        do {
            add_in(listing, dir, rest);
        } while (path_parent(arena, dir, &dir));
        break;
    case '@':
        add_in(listing, search->config->home, rest);
        if (search->user_home.len > 0) {
            add_in(listing, path_join(arena, search->user_home, STR(".cargo")), rest);
        }
        do {
            add_in(listing, path_join(arena, dir, STR(".cargo")), rest);
        } while (path_parent(arena, dir, &dir));
        for (size_t i = 0; i < search->home_count; i++) {
            add_in(listing, search->homes[i], rest);
        }
        break;
    case '$':
        add_in(listing, directory_in(search, str_copy(arena, pattern + 1, slash - 1)), rest);
        break;
    default:
        add_in(listing, STR("/"), rest);
    }
}

struct place *search_files(struct search *search, unsigned kinds, search_visit *visit)
{
    struct listing listing = {.search = search, .visit = visit};
    listing.end = &listing.first;
    search->until = search->until > 0 ? search->until : child_clock() + SEARCH_MS;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t len;
        listing.kind = rows[i].kind;
        for (const char *at = rows[i].patterns; *at && (rows[i].kind & kinds); at += len) {
            at += strspn(at, " ");
            len = strcspn(at, " ");
            add_pattern(&listing, str_copy(search->arena, at, len).data);
        }
    }
    return listing.first;
}

const char *place_kind_name(enum place_kind kind)
{
    return kind == KIND_STARTUP   ? "startup"
           : kind == KIND_HISTORY ? "history"
           : kind == KIND_CLIENT  ? "client"
                                  : "cargo";
}
