/*
 * What a registry's server answers: a byte for the kind of the token, two for the status, then the
 * body. A token counts as dead only after what verdict.h's table names; then the program deletes
 * the only copy. The line that tells it is one line of JSON that says the same twice, whatever the
 * server wrote, and never shows the token. And a request that is not understood is told without it.
 */
#include "harness.h"

#include "revoke/answer.h"
#include "revoke/request.h"
#include "revoke/verdict.h"

#include <jansson.h>

#define ANSWER_LIMIT ((size_t)64 * 1024)

/* An object without `errors`, or nothing but white space. */
static bool is_agreement(struct str body)
{
    if (strspn(body.data, " \t\r\n") == body.len) {
        return true;
    }
    json_t *value = json_loadb(body.data, body.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    bool agrees = json_is_object(value) && !json_object_get(value, "errors");
    json_decref(value);
    return agrees;
}

static void check_verdict(enum token_kind kind, long status, struct str body,
                          const struct verdict *verdict)
{
    HOLDS(verdict->how <= HOW_REFUSED);
    HOLDS(status != 204 || verdict->how == HOW_REVOKED);
    if (!how_is_dead(verdict->how)) {
        HOLDS(verdict->how > HOW_NOT_A_TOKEN);
        return;
    }
    bool success = status >= 200 && status < 300;
    HOLDS((verdict->how == HOW_REVOKED) == success);
    HOLDS(status == 204 || !success || is_agreement(body));
    HOLDS(success || kind != TOKEN_REGISTRY);
    HOLDS(success || status == 401 || status == 403);
    HOLDS(status != 403 || kind == TOKEN_CRATES_IO);
    HOLDS(status != 403 || harness_holds(body, STR("authentication failed")) ||
          str_find(body, '\\') >= 0);
}

static void check_answer(struct arena *arena, long status, const struct verdict *verdict)
{
    struct answer answer = {
        .how = verdict->how, .url = verdict->detail, .status = status, .detail = verdict->detail};
    struct str line = answer_line(arena, &answer, STR(SECRET));
    HOLDS(line.len < ANSWER_LIMIT);
    HOLDS(str_find(line, '\n') == (ptrdiff_t)line.len - 1);
    HOLDS(!harness_holds(line, STR(SECRET)));
    json_t *value = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, NULL);
    HOLDS(json_is_object(value));
    HOLDS(json_is_true(json_object_get(value, "dead")) == how_is_dead(verdict->how));
    HOLDS(strcmp(json_string_value(json_object_get(value, "how")), how_name(verdict->how)) == 0);
    const char *detail = json_string_value(json_object_get(value, "detail"));
    HOLDS(!detail || !strstr(detail, SECRET));
    for (const char *p = detail; p && *p; p++) {
        HOLDS((unsigned char)*p >= ' ' && *p != 0x7f);
    }
    json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3) {
        return 0;
    }
    struct arena arena = {0};
    enum token_kind kind = data[0] % (TOKEN_REGISTRY + 1);
    long status = data[1] * 100 % 600 + data[2] % 100;
    struct str body = harness_plant(&arena, data + 3, size - 3);
    struct verdict verdict = verdict_of(&arena, kind, status, body);
    check_verdict(kind, status, body, &verdict);
    check_answer(&arena, status, &verdict);
    struct request request;
    harness_check_err(request_parse(&arena, body, &request));
    arena_free(&arena);
    return 0;
}
