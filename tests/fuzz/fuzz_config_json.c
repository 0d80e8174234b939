/*
 * The text of an index's config.json, which the helper reads with jansson. The API is a string of
 * that text, and a message about a text without one does not show a token that is in it.
 */
#include "harness.h"

#include "revoke/api_base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str text = harness_plant(&arena, data, size);
    struct api_base base = api_base_of(&arena, text);
    if (!base.found) {
        HOLDS(base.detail.len > 0 && !harness_holds(base.detail, STR(SECRET)));
    } else {
        HOLDS(harness_holds(text, base.api) || str_find(text, '\\') >= 0);
    }
    arena_free(&arena);
    return 0;
}
