/*
 * The output of a credential provider: any line, as its hello and as its answer. An outcome is read
 * only from a line whose tree has it. In particular, only an Ok of kind `logout` means "removed".
 * The message about a line that is not understood shows no string of the line, because the fuzzer
 * puts the token anywhere.
 */
#include "harness.h"

#include "credential/provider_client.h"

#include <jansson.h>

static struct str string_of(const json_t *value)
{
    return (struct str){json_string_value(value), json_string_length(value)};
}

static bool is(const json_t *value, const char *text)
{
    return json_is_string(value) && str_eq(str_of(text), string_of(value));
}

static void check_outcome(const json_t *tree, bool get, const struct provider_answer *answer)
{
    const json_t *result = json_object_get(tree, answer->ok ? "Ok" : "Err");
    const json_t *kind = json_object_get(result, "kind");
    const json_t *token = json_object_get(result, "token");
    HOLDS(json_object_size(tree) == 1 && json_is_string(kind));
    if (answer->ok)
        HOLDS((answer->failure == NULL) == is(kind, get ? "get" : "logout"));
    if (answer->failure)
        return;
    switch (answer->outcome) {
    case PROVIDER_REMOVED:
        HOLDS(answer->ok && !get);
        break;
    case PROVIDER_GAVE_TOKEN:
        HOLDS(answer->ok && get && json_is_string(token));
        HOLDS(answer->token.len == json_string_length(token) && answer->token.len > 0);
        break;
    case PROVIDER_NOT_FOUND:
        HOLDS(answer->ok ? get && is(token, "") : is(kind, "not-found"));
        break;
    case PROVIDER_URL_NOT_SUPPORTED:
        HOLDS(!answer->ok && is(kind, "url-not-supported"));
        break;
    case PROVIDER_OPERATION_NOT_SUPPORTED:
        HOLDS(!answer->ok && is(kind, "operation-not-supported"));
        break;
    }
}

/* The provider's own words, all of them and in order, can be shown; other failures show nothing. */
static void check_failure(const json_t *tree, const struct provider_answer *answer)
{
    const json_t *result = json_object_get(tree, "Err");
    const struct err *failure = answer->failure;
    if (answer->ok || !is(json_object_get(result, "kind"), "other")) {
        harness_check_err(failure);
        HOLDS(!failure || !failure->cause);
        return;
    }
    const json_t *causes = json_object_get(result, "caused-by");
    HOLDS(str_eq(failure->message, string_of(json_object_get(result, "message"))));
    failure = failure->cause;
    for (size_t i = 0; i < json_array_size(causes); i++, failure = failure->cause)
        HOLDS(failure && str_eq(failure->message, string_of(json_array_get(causes, i))));
    HOLDS(!failure);
}

static void check_answer(struct arena *arena, struct str line, const json_t *tree, bool get)
{
    struct provider_answer answer = {.outcome = PROVIDER_URL_NOT_SUPPORTED};
    struct err *err = provider_answer(arena, line, get ? "get" : "logout", true, &answer);
    harness_check_err(err);
    if (err) {
        HOLDS(answer.outcome == PROVIDER_URL_NOT_SUPPORTED && !answer.token.data);
        return;
    }
    HOLDS(tree != NULL);
    check_outcome(tree, get, &answer);
    check_failure(tree, &answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str line = harness_plant(&arena, data, size);
    struct err *err = provider_hello(&arena, line); /* sets jansson's memory: first */
    json_t *tree = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    harness_check_err(err);
    HOLDS(err || json_array_size(json_object_get(tree, "v")) > 0);
    check_answer(&arena, line, tree, false);
    check_answer(&arena, line, tree, true);
    json_decref(tree);
    arena_free(&arena);
    return 0;
}
