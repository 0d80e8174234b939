/*
 * Removes the credentials of registries from one file, however TOML spells their keys:
 *
 *     crates-io    token, secret-key and secret-key-subject of [registry] and of
 *                  [registries.crates-io], and the old `token` outside of any table
 *     others       the same three of [registries.NAME]
 *
 * The file is locked before it is read, with the same lock as cargo's. After the lock is acquired,
 * and again after the edit, the name must still lead to this file. Otherwise, the removal starts
 * again with the new file. edit.h describes how the file is changed, and its state if the program
 * is killed.
 */
#ifndef CREDENTIAL_FILE_H
#define CREDENTIAL_FILE_H

#include "credential/credential.h"

/* One token or secret key to remove. Both kinds are removed with the subject. */
struct file_job {
    struct str registry;
    bool is_secret_key;
    bool after_revoking; /* keep a token that is not of `known`, or that can still be valid */
    const struct registry *known; /* can be NULL */
    enum result result;           /* initially RESULT_NOT_FOUND; then RESULT_REMOVED or _KEPT */
};

/*
 * Does all jobs in one edit. Prints that it waits for the lock, as cargo does, and warns if the
 * mode or the length could not be set. A file that no longer exists counts as empty. On failure,
 * the file is as edit.h describes, and no message contains a value of it.
 */
struct err *file_remove(const struct shell *shell, const struct config_file *file,
                        struct file_job *jobs, size_t count) MUST_CHECK;

#endif
