#include "git.h"

#include <git2.h>

CLEANUP_BY(repository_free, git_repository *, git_repository_free);
CLEANUP_BY(object_free, git_object *, git_object_free);
CLEANUP_BY(configuration_free, git_config *, git_config_free);

struct err *clone_read(struct arena *arena, struct str path, size_t limit, struct str *out)
{
    CLEANUP(repository_free) git_repository *clone = NULL;
    CLEANUP(object_free) git_object *file = NULL;
    if (git_libgit2_init() <= 0) { /* the library can crash if it is asked for the reason */
        return err_new(arena, "libgit2 cannot be started");
    }
    /* cargo reads its clones without checking their owner (init_git), because a cargo home can be
     * shared */
    (void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    if (git_repository_open_ext(&clone, path.data, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) ||
        git_revparse_single(&file, clone, "refs/remotes/origin/HEAD:config.json")) {
        const git_error *error = git_error_last();
        return err_new(arena, "%s", error ? error->message : "libgit2 failed");
    }
    const git_blob *blob = (const git_blob *)file;
    if (git_object_type(file) != GIT_OBJECT_BLOB || (size_t)git_blob_rawsize(blob) > limit) {
        return err_new(arena, "it is not a file of at most %zu bytes", limit);
    }
    *out = str_copy(arena, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
    return NULL;
}

void git_proxy(struct arena *arena, struct str *out)
{
    CLEANUP(configuration_free) git_config *configuration = NULL;
    CLEANUP(git_buf_dispose) git_buf proxy = GIT_BUF_INIT;
    if (git_libgit2_init() > 0 && !git_config_open_default(&configuration) &&
        !git_config_get_string_buf(&proxy, configuration, "http.proxy")) {
        *out = str_copy(arena, proxy.ptr, proxy.size);
    }
}
