/*
 * The text of an index's config.json, which the helper reads with jansson. The API is what our own
 * reader of JSON finds: the string that the object's last `api` is; and one that it finds is missed
 * only where json.h says that it takes more than jansson. Jansson in its turn passes over a NUL
 * that ends a number.
 */
#include "harness.h"

#include "revoke/api_base.h"
#include "util/json.h"
#include "toml/toml.h"

/* Of our reader. */
#define DEPTH_LIMIT 127

/* NULL: it is no object, or its last `api` is no string. */
static const struct json_value *api_of(struct arena *arena, struct str text)
{
    struct json json = json_begin(arena, text);
    struct json_value *value;
    const struct json_value *api = NULL;
    if (!utf8_valid(text) || json_value(&json, &value) || json_end(&json) ||
        value->type != JSON_OBJECT) {
        return NULL;
    }
    for (value = value->first; value; value = value->next) {
        api = str_eq(value->key, STR("api")) ? value : api;
    }
    return api && api->type == JSON_STRING ? api : NULL;
}

static size_t depth_of(struct str text)
{
    size_t depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        depth += text.data[i] == '[' || text.data[i] == '{';
    }
    return depth;
}

/* A NUL, an exponent, or 19 digits: jansson may have no room for it. */
static bool may_be_too_much(struct str text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        digits = text.data[i] >= '0' && text.data[i] <= '9' ? digits + 1 : 0;
        if (digits >= 19 || ((text.data[i] | ' ') == 'e' && i > 0 && text.data[i - 1] <= '9')) {
            return true;
        }
    }
    return harness_holds(text, STR("\\u0000"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str text = harness_plant(&arena, data, size);
    const struct json_value *api = api_of(&arena, text);
    struct api_base base = api_base_of(&arena, text);
    if (!base.found) {
        HOLDS(!api || may_be_too_much(text));
        HOLDS(base.detail.len > 0 && !harness_holds(base.detail, STR(SECRET)));
    } else if (api) {
        HOLDS(str_eq(api->string, base.api));
    } else {
        HOLDS(depth_of(text) > DEPTH_LIMIT || str_find(text, '\0') >= 0);
    }
    arena_free(&arena);
    return 0;
}
