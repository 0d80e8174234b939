#include "credential/file.h"

#include "config/load.h"
#include "credential/edit.h"
#include "credential/inventory.h"
#include "util/fs.h"
#include "util/lock.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { ATTEMPTS = 16 }; /* if other programs keep replacing the file */

/* Returns the open file, or -1 if there is none. If a file without an extension cannot be read, it
 * does not exist for cargo. */
static struct err *open_it(struct arena *arena, const struct config_file *file, int *out)
{
    /* O_NONBLOCK: do not wait for the writer of a FIFO, which is rejected later. */
    const int flags = O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    *out = (int)RETRY(openat(AT_FDCWD, file->path.data, flags));
    int number = errno;
    bool unreadable = number == EACCES && !str_ends(file->path, STR(".toml")) &&
                      faccessat(AT_FDCWD, file->path.data, R_OK, AT_EACCESS) < 0;
    if (*out >= 0 || number == ENOENT || number == ENOTDIR || unreadable)
        return NULL;
    return err_wrap(arena, err_os(arena, number), "failed to open: %s", file->shown.data);
}

/* Returns true if the server has confirmed that the token is invalid, or if it was not to be
 * revoked. */
static bool may_be_removed(const struct registry *registry, const struct toml_node *node)
{
    for (const struct credential *c = registry->credentials; c; c = c->next) {
        bool invalid = c->answer && server_verdict_is_invalid(c->answer->verdict);
        bool stays_valid = c->kind == CREDENTIAL_TOKEN && !c->revoke_first;
        if ((invalid || stays_valid) && c->value.data && node->type == TOML_STRING &&
            str_eq(c->value, node->string))
            return true;
    }
    return false;
}

/* Returns true if it is removed. Sets the result if it is the credential. */
static bool takes(struct credential *c, const struct stored *stored, bool revoked_only)
{
    bool goes = stored->kind == CREDENTIAL_SECRET_KEY || !revoked_only ||
                may_be_removed(c->registry, stored->node);
    if (stored->kind == c->kind && c->result != RESULT_REMOVED)
        c->result = goes ? RESULT_REMOVED : RESULT_KEPT;
    return goes;
}

/* Returns the nodes to remove. */
static struct toml_node **find_victims(struct arena *arena, const struct toml_doc *doc,
                                       struct credential *list, bool revoked_only, size_t *count)
{
    struct toml_node **victims = NULL;
    size_t size = 0;
    *count = 0;
    for (struct credential *c = list; c; c = c->next_in_file) {
        const struct stored *s = inventory_stored(arena, doc, &c->registry->name);
        for (; s; s = s->next) {
            struct toml_node *const both[] = {s->node,
                                              toml_get(s->node->parent, STR("secret-key-subject"))};
            bool goes = takes(c, s, revoked_only);
            for (size_t i = 0; i < COUNT(both) && goes && both[i]; i++) {
                victims = list_room(arena, victims, sizeof(struct toml_node *), *count, &size);
                victims[(*count)++] = both[i];
            }
        }
    }
    return victims;
}

static struct err *cut(const struct shell *shell, const struct config_file *file, int fd,
                       const struct toml_doc *doc, struct toml_node *const *victims, size_t count)
{
    struct arena *arena = shell->arena;
    const char *shown = file->shown.data;
    struct toml_cut pieces;
    TRY(toml_cut(arena, doc, victims, count, &pieces));
    const struct edit *edit = edit_plan(arena, doc->text, &pieces);
    struct err *left;
    struct err *err = edit_apply(arena, fd, edit, file->credentials, &left);
    if (err)
        return err_wrap(arena, err, "failed to write to `%s`", shown);
    if (left)
        shell_warn(shell, "%s of `%s`: %s", left->message.data, shown, left->cause->message.data);
    return NULL;
}

/* Replaces NULs at the end of the file, which a power cut during a truncation can leave and which
 * cargo rejects. */
static struct err *mend(struct arena *arena, const struct config_file *file, int fd,
                        struct str *text)
{
    size_t count = load_mend(arena, text);
    size_t at = text->len - count;
    if (count == 0)
        return NULL;
    errno = ENOSPC; /* after a short write */
    if (RETRY(pwrite(fd, text->data + at, count, (off_t)at)) == (long)count && fdatasync(fd) == 0)
        return NULL;
    return err_wrap(arena, err_os(arena, errno),
                    "failed to replace the NUL bytes at the end of `%s`", file->shown.data);
}

/* Reads the file under the lock. Does not parse a text again that has not changed. */
static struct err *read_doc(struct arena *arena, const struct config_file *file, int fd,
                            const struct toml_doc **out)
{
    struct stat status;
    if (file->doc && !file->torn && fstat(fd, &status) == 0 &&
        status.st_size == (off_t)file->doc->text.len && fd_contains(fd, 0, file->doc->text)) {
        *out = file->doc;
        return NULL;
    }
    struct str text = STR("");
    struct err *err = fd_read(arena, fd, FILE_LIMIT, &text);
    if (!err && !utf8_valid(text))
        err = err_new(arena, "stream did not contain valid UTF-8");
    if (err)
        return err_wrap(arena, err, "failed to read configuration file `%s`", file->shown.data);
    TRY(mend(arena, file, fd, &text));
    struct toml_doc *doc;
    err = toml_parse(arena, text, &doc);
    if (err)
        return err_wrap(arena, err, "could not parse TOML configuration in `%s`", file->shown.data);
    *out = doc;
    return NULL;
}

/* Tries once. Sets *again if the name led to another file before the lock was acquired, or does so
 * after the edit. */
static struct err *remove_once(const struct shell *shell, const struct config_file *file,
                               struct credential *list, bool revoked_only, bool *again)
{
    struct arena *arena = shell->arena;
    CLEANUP(fd_close) int fd = -1;
    *again = false;
    TRY(open_it(arena, file, &fd));
    if (fd < 0)
        return NULL;
    TRY(lock_acquire(shell, fd, file->shown, LOCK_EX, file->credentials));
    *again = fd_identity(fd, file->path) != FILE_SAME;
    if (*again)
        return NULL;
    const struct toml_doc *doc = NULL;
    TRY(read_doc(arena, file, fd, &doc));
    assert(doc);
    size_t count;
    struct toml_node **victims = find_victims(arena, doc, list, revoked_only, &count);
    if (count == 0)
        return NULL;
    TRY(cut(shell, file, fd, doc, victims, count));
    *again = fd_identity(fd, file->path) == FILE_OTHER;
    return NULL;
}

struct err *file_remove(const struct shell *shell, const struct config_file *file,
                        struct credential *list, bool revoked_only)
{
    bool again = true;
    for (struct credential *c = list; c; c = c->next_in_file)
        c->result = RESULT_NOT_FOUND;
    for (int i = 0; i < ATTEMPTS && again; i++)
        TRY(remove_once(shell, file, list, revoked_only, &again));
    return again ? err_new(shell->arena, "other programs keep replacing `%s`", file->shown.data)
                 : NULL;
}
