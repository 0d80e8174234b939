#include "api_base.h"

#include "git.h"
#include "index_cache.h"
#include "util/fs.h"

#include <jansson.h>

#define CONFIG_NAME  "config.json"
#define CONFIG_LIMIT ((size_t)256 * 1024)

static struct api_base not_found(struct str detail)
{
    return (struct api_base){.detail = detail};
}

struct api_base api_base_of(struct arena *arena, struct str config)
{
    json_auto_t *json = json_loadb(config.data, config.len, 0, NULL);
    const json_t *api = json_object_get(json, "api");
    if (!json_is_object(json)) {
        return not_found(STR("the index's " CONFIG_NAME " is not a JSON object"));
    }
    if (!json_is_string(api)) {
        return not_found(STR("the index's " CONFIG_NAME " contains no `api`"));
    }
    return (struct api_base){
        .found = true,
        .api = str_copy(arena, json_string_value(api), json_string_length(api)),
    };
}

static struct api_base from_cache(struct arena *arena, const struct request *request,
                                  struct api_base otherwise)
{
    struct str directory;
    struct str config;
    if (index_cache_directory(arena, request, &directory) ||
        file_read(arena, path_join(arena, directory, STR(CONFIG_NAME)), CONFIG_LIMIT, &config)) {
        return otherwise;
    }
    struct api_base cached = api_base_of(arena, config);
    return cached.found ? cached : otherwise;
}

/* Returns true if the server has answered. An answer that it is overloaded, or a redirect, does not
 * count. */
static bool is_final(const struct http_reply *reply)
{
    return reply->outcome == HTTP_ANSWERED && reply->status / 100 != 3 &&
           reply->status / 100 != 5 && reply->status != 429 && reply->status != 408;
}

static struct str why_not(struct arena *arena, const struct http_reply *reply)
{
    if (reply->outcome != HTTP_ANSWERED) {
        return reply->words;
    }
    if (reply->moved_to.len > 0) {
        return str_format(arena, "it redirects to %s, which is not followed", reply->moved_to.data);
    }
    return str_format(arena, "the index answers with status %ld for its " CONFIG_NAME,
                      reply->status);
}

static struct api_base from_index(const struct http *http, const struct request *request,
                                  struct str authorization)
{
    struct arena *arena = http->arena;
    const char *slash = str_ends(request->index, STR("/")) ? "" : "/";
    struct str text = str_format(arena, "%s%s" CONFIG_NAME, request->index.data, slash);
    CLEANUP(url_free) struct url url = {0};
    struct err *err = url_parse(arena, text, &url);
    if (err) {
        return not_found(str_format(arena, "the index could not be read: %s", err->message.data));
    }
    struct http_reply reply = http_call(http, "GET", &url, STR(""));
    if (reply.outcome == HTTP_ANSWERED && reply.status == 401) {
        reply = http_call(http, "GET", &url, authorization);
    }
    bool has_config = reply.outcome == HTTP_ANSWERED && reply.status == 200;
    struct api_base base =
        has_config ? api_base_of(arena, reply.body) : not_found(why_not(arena, &reply));
    base.url = url.shown;
    base.status = reply.status;
    return is_final(&reply) ? base : from_cache(arena, request, base);
}

static struct api_base from_clone(struct arena *arena, const struct request *request)
{
    struct str directory;
    struct str config;
    struct err *err = index_cache_directory(arena, request, &directory);
    if (!err && !path_exists(path_join(arena, directory, STR(".git")))) {
        return not_found(
            str_format(arena,
                       "cargo has no copy of the index yet in `%s`; run `cargo search` "
                       "in this registry to make one",
                       directory.data));
    }
    err = err ? err : clone_read(arena, directory, CONFIG_NAME, CONFIG_LIMIT, &config);
    if (err) {
        return not_found(
            str_format(arena, "cargo's clone of the index has no readable " CONFIG_NAME ": %s",
                       err->message.data));
    }
    return api_base_of(arena, config);
}

struct api_base api_base_find(const struct http *http, const struct request *request,
                              struct str authorization)
{
    if (request->has_api) {
        return (struct api_base){.found = true, .api = request->api};
    }
    return request->sparse ? from_index(http, request, authorization)
                           : from_clone(http->arena, request);
}

struct err *api_base_check(struct arena *arena, struct str api)
{
    CLEANUP(url_free) struct url url = {0};
    if (str_find(api, '?') >= 0 || str_find(api, '#') >= 0) {
        return err_new(arena, "its URL has a query or a fragment");
    }
    return url_parse(arena, api, &url);
}
