#include "credential/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/list.h"
#include "util/lock.h"
#include "credential/edit.h"
#include "toml/cut.h"

#define FILE_LIMIT ((size_t)256 * 1024 * 1024) /* as for any configuration file */
#define ATTEMPTS   16 /* at a file that is replaced while its lock is waited for */

struct victims {
    const struct toml_node **nodes; /* in the order of the text, when all are there */
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
    file->fd = (int)TEMP_FAILURE_RETRY(open(file->path.data, O_RDWR | flags));
    if (file->fd < 0 && (errno == EACCES || errno == EPERM || errno == EROFS)) {
        file->read_only = errno;
        file->fd = (int)TEMP_FAILURE_RETRY(open(file->path.data, O_RDONLY | flags));
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

static void found_add(struct file_found *found, const struct toml_node *node, bool is_secret_key)
{
    if (node) {
        found->nodes[found->count] = node;
        found->is_secret_key[found->count++] = is_secret_key;
    }
}

/* cargo: save_credentials. */
void file_find(const struct toml_doc *doc, struct str registry, struct file_found *out)
{
    struct file_found found = {0};
    const struct toml_node *table;
    if (str_eq(registry, STR("crates-io"))) {
        table = table_get(doc->root, STR("registry"));
        /* A table of that name is somebody's own. */
        const struct toml_node *old = toml_get(doc->root, STR("token"));
        found_add(&found, old && old->type == TOML_STRING ? old : NULL, false);
    } else {
        table = table_get(table_get(doc->root, STR("registries")), registry);
    }
    if (table) {
        found_add(&found, toml_get(table, STR("token")), false);
        found_add(&found, toml_get(table, STR("secret-key")), true);
        found.subject = toml_get(table, STR("secret-key-subject"));
    }
    *out = found;
}

static int by_place(const void *a, const void *b)
{
    const struct toml_node *one = *(const struct toml_node *const *)a;
    const struct toml_node *other = *(const struct toml_node *const *)b;
    return list_order(one->value.start, other->value.start);
}

/* May this one go? */
static bool may_go(const struct file_request *request, size_t registry,
                   const struct toml_node *node)
{
    if (!request->only) {
        return true;
    }
    const struct file_token *token = request->only[registry];
    while (token && !(node->type == TOML_STRING && str_eq(token->value, node->string))) {
        token = token->next;
    }
    return token != NULL;
}

static void victims_find(struct arena *arena, const struct toml_doc *doc,
                         const struct file_request *request, struct victims *victims,
                         struct file_removed *removed)
{
    victims->nodes =
        arena_new_array(arena, const struct toml_node *, request->count *(FILE_FOUND + 1));
    for (size_t i = 0; i < request->count; i++) {
        struct file_found found;
        file_find(doc, request->registries[i], &found);
        size_t before = victims->count;
        for (size_t n = 0; n < found.count; n++) {
            if (!found.is_secret_key[n] && !may_go(request, i, found.nodes[n])) {
                removed[i].kept = true;
                continue;
            }
            victims->nodes[victims->count++] = found.nodes[n];
            removed[i].token |= !found.is_secret_key[n];
            removed[i].secret_key |= found.is_secret_key[n];
        }
        if (victims->count > before && found.subject) {
            victims->nodes[victims->count++] = found.subject;
        }
    }
    list_sort(victims->nodes, victims->count, sizeof(struct toml_node *), by_place);
}

/* The pieces of the text that go, each with the (last) value in it. */
static struct edit_cut *cuts_make(struct arena *arena, const struct toml_cut *cut,
                                  const struct victims *victims)
{
    struct edit_cut *cuts = arena_new_array(arena, struct edit_cut, cut->count);
    size_t next = 0;
    for (size_t i = 0; i < cut->count; i++) {
        cuts[i].bytes = cut->pieces[i];
        for (; next < victims->count && victims->nodes[next]->value.end <= cuts[i].bytes.end;
             next++) {
            cuts[i].value =
                (struct span){victims->nodes[next]->value.start, victims->nodes[next]->value.end};
        }
    }
    return cuts;
}

static struct err *credentials_cut(struct shell *shell, const struct credentials *file,
                                   const struct toml_doc *doc, const struct victims *victims)
{
    struct arena *arena = shell->arena;
    struct toml_cut cut;
    TRY(toml_cut(arena, doc, victims->nodes, victims->count, &cut));
    const struct edit_cut *cuts = cuts_make(arena, &cut, victims);
    const struct edit *edit = edit_plan(arena, doc->text, cuts, cut.count);
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
                                      const struct toml_doc *doc,
                                      const struct file_request *request,
                                      struct file_removed *removed)
{
    struct victims victims = {0};
    victims_find(shell->arena, doc, request, &victims, removed);
    if (victims.count == 0) {
        return NULL;
    }
    if (file->read_only) {
        return err_wrap(shell->arena, err_os(shell->arena, file->read_only), "failed to open: %s",
                        file->path.data);
    }
    return credentials_cut(shell, file, doc, &victims);
}

struct err *file_remove(struct shell *shell, const struct file_request *request,
                        struct file_removed *removed)
{
    struct arena *arena = shell->arena;
    CLEANUP(credentials_close) struct credentials file = {.path = request->path, .fd = -1};
    bool found;
    TRY(credentials_take(shell, &file, &found));
    if (!found) {
        return NULL;
    }
    if (fd_holds(file.fd, request->seen->text)) {
        return credentials_remove(shell, &file, request->seen, request, removed);
    }
    struct str text;
    struct err *err = fd_read(arena, file.fd, FILE_LIMIT, &text);
    if (!err && !utf8_valid(text)) {
        err = err_new(arena, "stream did not contain valid UTF-8");
    }
    if (err) {
        return err_wrap(arena, err, "failed to read configuration file `%s`", file.path.data);
    }
    struct toml_doc *doc;
    err = toml_parse(arena, text, &doc);
    if (err) {
        return err_wrap(arena, err, "could not parse TOML configuration in `%s`", file.path.data);
    }
    return credentials_remove(shell, &file, doc, request, removed);
}
