/*
 * The text of an index's config.json. An API that is found is a string of the text, and one whose
 * URL has a query or a fragment is not called. The reason for none does not quote the text.
 */
#include "harness.h"

#include "revoke/api_base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str text = harness_plant(&arena, data, size);
    struct str api;
    struct err *none = api_base_of(&arena, text, &api);
    if (none) {
        harness_check_err(none);
    } else {
        HOLDS(harness_holds(text, api) || str_find(text, '\\') >= 0);
        HOLDS(harness_holds(text, STR("api")) || str_find(text, '\\') >= 0);
        struct url url;
        struct err *err = url_parse(&arena, api, &url);
        HOLDS(err || (str_find(api, '?') < 0 && str_find(api, '#') < 0));
        HOLDS(err || str_starts(str_lower(&arena, api), STR("http")));
    }
    arena_free(&arena);
    return 0;
}
