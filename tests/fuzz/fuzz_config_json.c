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
    struct api_base base = api_base_of(&arena, text);
    if (base.found) {
        HOLDS(harness_holds(text, base.api) || str_find(text, '\\') >= 0);
        HOLDS(harness_holds(text, STR("api")) || str_find(text, '\\') >= 0);
        struct err *err = api_base_check(&arena, base.api);
        HOLDS(err || (str_find(base.api, '?') < 0 && str_find(base.api, '#') < 0));
        HOLDS(err || str_starts(str_lower(&arena, base.api), STR("http")));
    } else {
        HOLDS(base.detail.len > 0 && !harness_holds(base.detail, STR(SECRET)));
    }
    arena_free(&arena);
    return 0;
}
