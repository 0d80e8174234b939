#include "api_base.h"

#include "util/fs.h"

#include <byteswap.h>
#include <endian.h>
#include <git2.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#define CONFIG_NAME  "config.json"
#define CONFIG_LIMIT ((size_t)256 * 1024)
#define SPARSE       "sparse+"

/* The numbers that Rust derives for cargo's SourceKind. */
enum source_kind { SOURCE_REGISTRY = 2, SOURCE_SPARSE = 3 };

struct err *api_base_of(struct arena *arena, struct str config, struct str *out)
{
    json_auto_t *json = json_loadb(config.data, config.len, 0, NULL);
    const json_t *api = json_object_get(json, "api");
    if (!json_is_string(api))
        return err_new(arena, "the index's " CONFIG_NAME " contains no `api`");
    *out = str_copy(arena, json_string_value(api), json_string_length(api));
    return NULL;
}

/* SipHash-1-3 with 128 bits and a zero key. Both halves are little-endian. */
static bool siphash(struct str bytes, uint64_t halves[2])
{
    static const unsigned char key[16];
    size_t width = 2 * sizeof(*halves);
    unsigned rounds = 1;
    unsigned rounds_at_end = 3;
    const OSSL_PARAM settings[] = {
        OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &width),
        OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_C_ROUNDS, &rounds),
        OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_D_ROUNDS, &rounds_at_end),
        OSSL_PARAM_construct_end(),
    };
    return EVP_Q_mac(NULL, "SIPHASH", NULL, NULL, settings, key, sizeof(key),
                     (const unsigned char *)bytes.data, bytes.len, (unsigned char *)halves, width,
                     NULL);
}

/*
 * Returns the directory of cargo's copy of the index, which might not exist. For a git index, it is
 * a clone; for a sparse one, it has files such as config.json. Its name ends with a hash, which has
 * been the same on every machine and in every release since 1.85. It is rustc's StableHasher, with
 * both halves combined into one (cargo: short_name in sources/registry, util/hasher.rs,
 * util/hex.rs).
 */
static struct err *cache_directory(const struct request *request, enum source_kind kind,
                                   struct str *out)
{
    struct arena *arena = request->http.arena;
    uint64_t halves[2];
    struct buf hashed = buf_new(arena);
    buf_add_char(&hashed, (char)kind);
    buf_add(&hashed, request->canonical);
    buf_add_char(&hashed, '\xff'); /* as Rust after a str; it cannot occur in UTF-8 */
    if (!siphash(buf_str(&hashed), halves))
        return err_new(arena, "OpenSSL has no SipHash");
    uint64_t hash = le64toh(halves[0]) * 3 + le64toh(halves[1]);
    *out = str_format(arena, "%s-%016jx", request->cache.data, (uintmax_t)bswap_64(hash));
    return NULL;
}

CLEANUP_BY(repository_free, git_repository *, git_repository_free);
CLEANUP_BY(object_free, git_object *, git_object_free);

/* Reads config.json of a clone. It has no work tree, so the file is in the commit of
 * refs/remotes/origin/HEAD, which cargo sets (git::utils::resolve_ref). libgit2 is needed because
 * git can pack the file in several ways. */
static struct err *clone_read(struct arena *arena, struct str path, struct str *out)
{
    static const char unreadable[] = "cargo's clone of the index has no readable " CONFIG_NAME;
    CLEANUP(repository_free) git_repository *clone = NULL;
    CLEANUP(object_free) git_object *file = NULL;
    if (!path_exists(path_join(arena, path, STR(".git")))) {
        return err_new(arena,
                       "cargo has no copy of the index yet in `%s`; run `cargo search` in this "
                       "registry to make one",
                       path.data);
    }
    if (git_libgit2_init() <= 0) /* the library can crash if it is asked for the reason */
        return err_new(arena, "%s: libgit2 cannot be started", unreadable);
    /* cargo reads its clones without checking their owner (init_git), because a cargo home can be
     * shared */
    (void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    if (git_repository_open_ext(&clone, path.data, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) ||
        git_revparse_single(&file, clone, "refs/remotes/origin/HEAD:config.json")) {
        const git_error *error = git_error_last();
        return err_new(arena, "%s: %s", unreadable, error ? error->message : "libgit2 failed");
    }
    const git_blob *blob = (const git_blob *)file;
    if (git_object_type(file) != GIT_OBJECT_BLOB || (size_t)git_blob_rawsize(blob) > CONFIG_LIMIT)
        return err_new(arena, "%s: it is not a file of at most %zu bytes", unreadable,
                       CONFIG_LIMIT);
    *out = str_copy(arena, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
    return NULL;
}

/* Reads the config.json of cargo's copy of the index. */
static struct err *from_copy(struct request *request, enum source_kind kind)
{
    struct arena *arena = request->http.arena;
    struct str directory = STR("");
    struct str config = STR("");
    TRY(cache_directory(request, kind, &directory));
    if (kind == SOURCE_SPARSE)
        TRY(file_read(arena, path_join(arena, directory, STR(CONFIG_NAME)), CONFIG_LIMIT, &config));
    else
        TRY(clone_read(arena, directory, &config));
    return api_base_of(arena, config, &request->api);
}

/* Returns true if the server has answered. An answer that it is overloaded, or a redirect, does not
 * count. */
static bool is_final(const struct http_reply *reply)
{
    return reply->status > 0 && reply->status / 100 != 3 && reply->status / 100 != 5 &&
           reply->status != 429 && reply->status != 408;
}

static struct err *from_index(struct request *request, struct server_answer *why)
{
    struct arena *arena = request->http.arena;
    const char *slash = str_ends(request->index, STR("/")) ? "" : "/";
    struct str url =
        str_format(arena, "%s%s" CONFIG_NAME, request->index.data + strlen(SPARSE), slash);
    struct http_reply reply = http_call(&request->http, "GET", url, STR(""));
    if (reply.status == 401)
        reply = http_call(&request->http, "GET", url, request->authorization);
    why->url = reply.url;
    why->status = reply.status;
    if (reply.status == 200)
        return api_base_of(arena, reply.body, &request->api);
    if (!is_final(&reply) && !from_copy(request, SOURCE_SPARSE))
        return NULL;
    return reply.words.len > 0
               ? err_new(arena, "the index could not be read: %s", reply.words.data)
               : err_new(arena, "the index answers with status %u for its " CONFIG_NAME,
                         reply.status);
}

bool api_base_find(struct request *request, struct server_answer *why)
{
    struct err *err = NULL;
    struct url url;
    *why = (struct server_answer){.verdict = VERDICT_NO_API};
    if (str_starts(request->index, STR(SPARSE)))
        err = from_index(request, why);
    else if (request->index.len > 0)
        err = from_copy(request, SOURCE_REGISTRY);
    if (!err) {
        err = url_parse(request->http.arena, request->api, &url);
        err = err ? err_new(request->http.arena, "the registry's API cannot be called: %s",
                            err->message.data)
                  : NULL;
    }
    why->detail = err ? err->message : STR("");
    return !err;
}
