/*
 * Removes registries' credentials from one file, in every spelling that TOML has for them:
 *
 *     crates-io    token, secret-key and secret-key-subject of [registry] and of
 *                  [registries.crates-io], and the old `token` outside of any table
 *     others       the same three of [registries.NAME]
 *
 * The file is locked before it is read, with the lock that cargo takes. After the lock is acquired,
 * and again after the edit, the name must still be the file's; otherwise it begins again with the
 * file that has the name now. edit.h says how the file is changed, and what that leaves if it is
 * stopped.
 */
#ifndef CREDENTIAL_FILE_H
#define CREDENTIAL_FILE_H

#include "config/config.h"

/* A token, one of several. */
struct token_list {
    struct str value;
    const struct token_list *next;
};

/* What is wanted of one registry, and what was found under the lock and removed. */
struct file_job {
    struct str registry;
    bool only_listed; /* remove only tokens with these values, whatever else is there */
    const struct token_list *only; /* secret keys are not asked about */
    bool removed_token;
    bool removed_secret_key;
    bool kept; /* a token that is not in the list is there */
};

/*
 * All jobs in one edit. Reports that it waits for the lock, as cargo does, and warns if the mode or
 * the length could not be set. A file that no longer exists has nothing. On failure the file is as
 * edit.h says, and no message shows a value of it.
 */
struct err *file_remove(const struct shell *shell, const struct config_file *target,
                        struct file_job *jobs, size_t count) MUST_CHECK;

#endif
