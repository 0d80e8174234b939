/*
 * The credentials file as a place where a registry's credential lives: found, locked, cleaned.
 *
 * cargo reads `credentials` in its home if it is there, else `credentials.toml`. A token in the
 * other one is in force as soon as the first is gone, so both are cleaned, one after the other; two
 * names of one file count once. A file that is missing stays missing.
 *
 * What is removed is all that cargo's logout removes, in every spelling TOML has:
 *
 *     crates.io    token, secret-key and secret-key-subject of [registry], and the `token` of old
 *                  outside any table (cargo lets that one replace all of [registry] first)
 *     others       the same three of [registries.NAME]
 *
 * Each file is locked before it is read, with the lock that cargo takes, and after it was got the
 * name must still be the file's; else it begins again with the file that has the name now. See
 * edit.h for how it is changed, and what that leaves when it is stopped.
 */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "base/shell.h"
#include "text/toml.h"

/* What was found in one file, removed, and is not in it any more. */
struct file_removed {
    struct str path;
    bool token;
    bool secret_key;
    bool secret_key_subject;
};

struct file_outcome {
    struct file_removed files[2];
    size_t count; /* 0: there was nothing to remove */
};

struct file_request {
    struct str home;     /* cargo's */
    struct str registry; /* its name; empty for crates.io */
    /* A file as it was read without the lock, or NULL: the same text need not be parsed again. */
    const struct toml_doc *seen;
};

/*
 * Says that it waits for the lock, as cargo does, and warns where the mode or the length could not
 * be set. On failure files cleaned before it stay clean, and the err names the one that is not.
 * No message shows a line of a file.
 */
struct err *file_remove(struct shell *shell, const struct file_request *request,
                        struct file_outcome *out) MUST_CHECK;

#endif
