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

/*
 * Removes the tokens and secret keys of a list, which `next_in_file` links, in one edit. Both kinds
 * are removed with the subject. Sets the result of each one to RESULT_REMOVED or RESULT_NOT_FOUND.
 * With `revoked_only`, a token gets RESULT_KEPT if it is not one of its registry's credentials, or
 * if it was to be revoked and can still be valid.
 *
 * Prints that it waits for the lock, as cargo does, and warns if the mode or the length could not
 * be set. A file that no longer exists counts as empty. On failure, the file is as edit.h
 * describes, and no message contains a value of it.
 */
struct err *file_remove(const struct shell *shell, const struct config_file *file,
                        struct credential *list, bool revoked_only) MUST_CHECK;

#endif
