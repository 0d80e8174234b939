#include "git.h"

#include <git2.h>

#define HEAD_REFERENCE "refs/remotes/origin/HEAD"

struct clone {
    git_repository *repository;
    git_object *commit;
    git_object *file;
};

static void clone_free(struct clone *clone)
{
    git_object_free(clone->file);
    git_object_free(clone->commit);
    git_repository_free(clone->repository);
}

static struct err *file_find(struct arena *arena, struct clone *clone, struct str path,
                             const char *file)
{
    git_oid head;
    int rc =
        git_repository_open_ext(&clone->repository, path.data, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
    rc = rc ? rc : git_reference_name_to_id(&head, clone->repository, HEAD_REFERENCE);
    rc = rc ? rc : git_object_lookup(&clone->commit, clone->repository, &head, GIT_OBJECT_ANY);
    rc = rc ? rc : git_object_lookup_bypath(&clone->file, clone->commit, file, GIT_OBJECT_BLOB);
    const git_error *error = rc ? git_error_last() : NULL;
    return rc ? err_new(arena, "%s", error ? error->message : "libgit2 failed") : NULL;
}

struct err *clone_read(struct arena *arena, struct str path, const char *file, size_t limit,
                       struct str *out)
{
    CLEANUP(clone_free) struct clone clone = {0};
    if (git_libgit2_init() <= 0) { /* the library can crash if it is asked for the reason */
        return err_new(arena, "libgit2 cannot be started");
    }
    /* cargo reads its clones without checking their owner (init_git), because a cargo home can be
     * shared */
    (void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    TRY(file_find(arena, &clone, path, file));
    const git_blob *blob = (const git_blob *)clone.file;
    uint64_t size = (uint64_t)git_blob_rawsize(blob);
    if (size > limit) {
        return err_new(arena, "it is larger than %zu bytes", limit);
    }
    *out = str_copy(arena, git_blob_rawcontent(blob), (size_t)size);
    return NULL;
}

static void configuration_free(git_config **configuration)
{
    git_config_free(*configuration);
}

bool git_proxy(struct arena *arena, struct str *out)
{
    CLEANUP(configuration_free) git_config *configuration = NULL;
    CLEANUP(git_buf_dispose) git_buf proxy = GIT_BUF_INIT;
    if (git_libgit2_init() <= 0 || git_config_open_default(&configuration) ||
        git_config_get_string_buf(&proxy, configuration, "http.proxy")) {
        return false;
    }
    *out = str_copy(arena, proxy.ptr, proxy.size);
    return true;
}
