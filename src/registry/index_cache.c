#include "registry/index_cache.h"

#include "registry/stable_hash.h"
#include "util/fs.h"

/* What Rust's derived order makes of cargo's SourceKind. */
enum { KIND_REGISTRY = 2, KIND_SPARSE = 3 };

/* What Rust feeds the hasher with for a str: its bytes, and one that no UTF-8 has. */
enum { END_OF_STR = 0xff };

struct err *index_cache_directory(struct context *context, const struct index_url *url,
                                  struct str *out)
{
    struct arena *arena = context->arena;
    struct str canonical;
    TRY(index_url_canonical(arena, url, &canonical));
    struct buf hashed = buf_new(arena);
    buf_add_char(&hashed, index_url_is_sparse(url) ? KIND_SPARSE : KIND_REGISTRY);
    buf_add(&hashed, canonical);
    buf_add_char(&hashed, (char)END_OF_STR);
    struct str host = str_slice(arena, url->text, url->host.start, url->host.end);
    struct str name =
        str_format(arena, "%.*s-%s", STR_ARG(host), stable_hash(arena, buf_str(&hashed)).data);
    struct str directory = path_join(arena, context->home, STR("registry/index"));
    *out = path_join(arena, directory, name);
    return NULL;
}
