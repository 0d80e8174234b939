#include "cargo/index_cache.h"

#include "base/fs.h"
#include "text/json.h"
#include "text/stable_hash.h"
#include "text/toml.h"

#define CONFIG_LIMIT ((size_t)1024 * 1024)

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

struct err *index_config_api(struct arena *arena, struct str path, struct str *out)
{
    struct str text;
    struct err *err = file_read(arena, path, CONFIG_LIMIT, &text);
    struct json_value *config = NULL;
    if (!err && !utf8_valid(text)) {
        err = err_new(arena, "stream did not contain valid UTF-8");
    }
    if (!err) {
        struct json json = json_begin(arena, text);
        err = json_value(&json, &config);
    }
    if (err) {
        return err_wrap(arena, err, "failed to read `%s`", path.data);
    }
    const struct json_value *value = config->type == JSON_OBJECT ? config->first : NULL;
    while (value && !(value->type == JSON_STRING && str_eq(value->key, STR("api")))) {
        value = value->next;
    }
    if (!value) {
        return err_new(arena, "`%s` names no API", path.data);
    }
    *out = value->string;
    return NULL;
}
