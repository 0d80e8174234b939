/*
 * A file as a place where registries' credentials live: found in its tree, and taken out of it.
 *
 *     struct file_found found;
 *     file_find(doc, name, &found);                   pure: a look at a tree that was read before
 *     TRY(file_remove(shell, &request, removed));     locks the file, reads it again, edits it
 *
 * What is removed is all that cargo's logout removes, in every spelling TOML has:
 *
 *     crates-io    token, secret-key and secret-key-subject of [registry], and the `token` of old
 *                  outside any table (cargo lets that one replace all of [registry] first)
 *     others       the same three of [registries.NAME]
 *
 * The file is locked before it is read, with the lock that cargo takes, and after it was got the
 * name must still be the file's; else it begins again with the file that has the name now. See
 * edit.h for how it is changed, and what that leaves when it is stopped.
 */
#ifndef CREDENTIAL_FILE_H
#define CREDENTIAL_FILE_H

#include "util/shell.h"
#include "toml/toml.h"

enum { FILE_FOUND = 3 }; /* the old token, token, secret-key */

struct file_found {
    const struct toml_node *nodes[FILE_FOUND];
    bool is_secret_key[FILE_FOUND]; /* else a token */
    size_t count;
    const struct toml_node *subject; /* secret-key-subject: no credential, but goes with them */
};

void file_find(const struct toml_doc *doc, struct str registry, struct file_found *out);

/* A token, one of several. */
struct file_token {
    struct str value;
    const struct file_token *next;
};

struct file_request {
    struct str path;
    const struct str *registries;
    size_t count;
    /* For each registry the tokens that may go, whatever else stands there under the lock; NULL:
     * all may. Secret keys are not asked about. */
    const struct file_token *const *only;
    /* The file as it was read without the lock: the same text need not be parsed again. */
    const struct toml_doc *seen;
};

/* What was found under the lock, removed, and is not in the file any more. */
struct file_removed {
    bool token;
    bool secret_key;
    bool kept; /* a token that may not go is there */
};

/*
 * All registries in one edit; `removed` has a place for each. Says that it waits for the lock, as
 * cargo does, and warns where the mode or the length could not be set. A file that is gone has
 * nothing. On failure the file is as edit.h says. No message shows a line of it.
 */
struct err *file_remove(struct shell *shell, const struct file_request *request,
                        struct file_removed *removed) MUST_CHECK;

#endif
