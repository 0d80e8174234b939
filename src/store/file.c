#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/lock.h"
#include "store/edit.h"
#include "text/toml_cut.h"

#define FILE_LIMIT ((size_t)64 * 1024 * 1024)
#define ATTEMPTS   16 /* at a file that is replaced while its lock is waited for */

enum { VICTIMS = 4 }; /* the old token and the three of a table */

struct victims {
    const struct toml_node *nodes[VICTIMS];
    size_t count;
};

struct credentials {
    struct str path;
    int fd;
    int read_only; /* errno of opening it for writing, or 0 */
};

static void credentials_close(struct credentials *file)
{
    fd_close(&file->fd);
}

/*
 * *found is false where there is no file. One that cannot be written to is an error only if there
 * is something to remove. One that cannot be read is not there for cargo if it has no extension.
 */
static struct err *credentials_open(struct arena *arena, struct credentials *file, bool *found)
{
    /* O_NONBLOCK: a FIFO is refused when it is read, not waited for. */
    const int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    file->read_only = 0;
    file->fd = open(file->path.data, O_RDWR | flags);
    if (file->fd < 0 && (errno == EACCES || errno == EPERM || errno == EROFS)) {
        file->read_only = errno;
        file->fd = open(file->path.data, O_RDONLY | flags);
    }
    *found = file->fd >= 0;
    if (*found || errno == ENOENT || errno == ENOTDIR) {
        return NULL;
    }
    if (errno == EACCES && !str_ends(file->path, STR(".toml"))) {
        return NULL;
    }
    return err_wrap(arena, err_os(arena, errno), "failed to open: %s", file->path.data);
}

/* Opened, locked, and what its name names. */
static struct err *credentials_take(struct shell *shell, struct credentials *file, bool *found)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        TRY(credentials_open(shell->arena, file, found));
        if (!*found) {
            return NULL;
        }
        TRY(lock_acquire(shell, file->fd, file->path, LOCK_EXCLUSIVE, "credentials' config file"));
        if (fd_identity(file->fd, file->path) == FILE_SAME) {
            return NULL;
        }
        fd_close(&file->fd);
    }
    return err_new(shell->arena, "`%s` is replaced by another program again and again",
                   file->path.data);
}

static const struct toml_node *table_get(const struct toml_node *table, struct str key)
{
    const struct toml_node *node = table ? toml_get(table, key) : NULL;
    return node && node->type == TOML_TABLE ? node : NULL;
}

static bool victims_add(struct victims *victims, const struct toml_node *node)
{
    if (node) {
        victims->nodes[victims->count++] = node;
    }
    return node;
}

/* cargo: save_credentials. */
static void victims_find(const struct toml_doc *doc, struct str registry, struct victims *victims,
                         struct file_removed *removed)
{
    const struct toml_node *table;
    if (registry.len == 0) {
        table = table_get(doc->root, STR("registry"));
        /* A table of that name is somebody's own. */
        const struct toml_node *old = toml_get(doc->root, STR("token"));
        removed->token = victims_add(victims, old && old->type == TOML_STRING ? old : NULL);
    } else {
        table = table_get(table_get(doc->root, STR("registries")), registry);
    }
    if (!table) {
        return;
    }
    removed->token |= victims_add(victims, toml_get(table, STR("token")));
    removed->secret_key = victims_add(victims, toml_get(table, STR("secret-key")));
    removed->secret_key_subject = victims_add(victims, toml_get(table, STR("secret-key-subject")));
}

/* A piece of the text, with the value that it takes along. */
static struct edit_cut cut_make(struct span piece, const struct victims *victims)
{
    struct edit_cut cut = {.bytes = piece};
    for (size_t i = 0; i < victims->count; i++) {
        struct span value = {victims->nodes[i]->value.start, victims->nodes[i]->value.end};
        if (value.start >= piece.start && value.end <= piece.end) {
            cut.value = value;
        }
    }
    return cut;
}

static struct err *credentials_cut(struct shell *shell, const struct credentials *file,
                                   const struct toml_doc *doc, const struct victims *victims)
{
    struct arena *arena = shell->arena;
    struct toml_rest rest;
    TRY(toml_cut_pieces(arena, doc, victims->nodes, victims->count, &rest));
    struct edit_cut *cuts = arena_new_array(arena, struct edit_cut, rest.count);
    for (size_t i = 0; i < rest.count; i++) {
        cuts[i] = cut_make(rest.pieces[i], victims);
    }
    const struct edit *edit = edit_plan(arena, doc->text, cuts, rest.count, rest.text);
    struct edit_leftover left;
    struct err *err = edit_apply(arena, file->fd, edit, &left);
    if (err) {
        return err_wrap(arena, err, "failed to write to `%s`", file->path.data);
    }
    if (left.mode) {
        shell_warn(shell, "failed to set permissions of `%s`: %s", file->path.data,
                   err_os(arena, left.mode)->message.data);
    }
    if (left.length) {
        shell_warn(shell, "failed to take the blank lines off the end of `%s`: %s", file->path.data,
                   err_os(arena, left.length)->message.data);
    }
    return NULL;
}

static struct err *credentials_remove(struct shell *shell, const struct credentials *file,
                                      const struct toml_doc *doc, struct str registry,
                                      struct file_outcome *out)
{
    struct victims victims = {0};
    struct file_removed removed = {.path = file->path};
    victims_find(doc, registry, &victims, &removed);
    if (victims.count == 0) {
        return NULL;
    }
    if (file->read_only) {
        return err_wrap(shell->arena, err_os(shell->arena, file->read_only), "failed to open: %s",
                        file->path.data);
    }
    TRY(credentials_cut(shell, file, doc, &victims));
    out->files[out->count++] = removed;
    return NULL;
}

static struct err *credentials_clean(struct shell *shell, const struct credentials *file,
                                     const struct file_request *request, struct file_outcome *out)
{
    struct arena *arena = shell->arena;
    struct str text;
    struct err *err = fd_read(arena, file->fd, FILE_LIMIT, &text);
    if (!err && !utf8_valid(text)) {
        err = err_new(arena, "stream did not contain valid UTF-8");
    }
    if (err) {
        return err_wrap(arena, err, "failed to read configuration file `%s`", file->path.data);
    }
    if (request->seen && str_eq(text, request->seen->text)) {
        return credentials_remove(shell, file, request->seen, request->registry, out);
    }
    struct toml_doc *doc;
    err = toml_parse(arena, text, TOML_MASK, &doc);
    if (err) {
        return err_wrap(arena, err, "could not parse TOML configuration in `%s`", file->path.data);
    }
    return credentials_remove(shell, file, doc, request->registry, out);
}

struct err *file_remove(struct shell *shell, const struct file_request *request,
                        struct file_outcome *out)
{
    const struct str paths[] = {
        path_join(shell->arena, request->home, STR("credentials")),
        path_join(shell->arena, request->home, STR("credentials.toml")),
    };
    struct file_outcome outcome = {0};
    for (size_t i = 0; i < COUNT(paths); i++) {
        if (i > 0 && path_same(paths[0], paths[i])) {
            break;
        }
        CLEANUP(credentials_close) struct credentials file = {.path = paths[i], .fd = -1};
        bool found;
        TRY(credentials_take(shell, &file, &found));
        if (found) {
            TRY(credentials_clean(shell, &file, request, &outcome));
        }
    }
    *out = outcome;
    return NULL;
}
