/*
 * What a credential provider writes: any line, as its hello and as its answer. What is understood
 * is what a second reader finds in the tree of the whole line; most of all, "removed" is never read
 * out of anything but an Ok of kind `logout`. A line that is not understood gives one message,
 * which shows no string of the line: a token stands wherever the fuzzer likes. And the strings of a
 * request arrive as they are.
 */
#include "harness.h"

#include "credential/protocol.h"
#include "util/json.h"
#include "toml/toml.h"

static bool read(struct arena *arena, struct str line, struct json_value **out)
{
    struct json json = json_begin(arena, line);
    return !json_value(&json, out) && !json_end(&json);
}

static const struct json_value *member(const struct json_value *object, const char *key)
{
    const struct json_value *found = NULL;
    for (const struct json_value *child = object->first; child; child = child->next) {
        if (str_eq(child->key, str_of(key))) {
            HOLDS(found == NULL); /* twice is a fault */
            found = child;
        }
    }
    return found;
}

static bool is_string(const struct json_value *value, const char *text)
{
    return value && value->type == JSON_STRING && str_eq(value->string, str_of(text));
}

/* {"kind": KIND} or [KIND] */
static const struct json_value *kind_of(const struct json_value *result)
{
    return result->type == JSON_OBJECT ? member(result, "kind") : result->first;
}

static void check_answer(const struct json_value *line, enum answer answer)
{
    static const char *const kinds[] = {
        [ANSWER_GET] = "get",
        [ANSWER_LOGIN] = "login",
        [ANSWER_LOGOUT] = "logout",
        [ANSWER_URL_NOT_SUPPORTED] = "url-not-supported",
        [ANSWER_NOT_FOUND] = "not-found",
        [ANSWER_OPERATION_NOT_SUPPORTED] = "operation-not-supported",
    };
    HOLDS(line->type == JSON_OBJECT && line->first && !line->first->next);
    bool ok = answer <= ANSWER_UNKNOWN;
    HOLDS(str_eq(line->first->key, ok ? STR("Ok") : STR("Err")));
    HOLDS(line->first->type == JSON_OBJECT || line->first->type == JSON_ARRAY);
    const struct json_value *kind = kind_of(line->first);
    HOLDS(kind && kind->type == JSON_STRING);
    bool known = false;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        bool is_this = kinds[i] && is_string(kind, kinds[i]);
        HOLDS(answer != (enum answer)i || !kinds[i] || is_this);
        known = known || (is_this && (i <= ANSWER_UNKNOWN) == ok);
    }
    HOLDS(known == (answer != ANSWER_UNKNOWN && answer != ANSWER_FAILED));
}

/* The provider's own words, all of them and in order; these may be shown. */
static void check_failure(const struct json_value *result, const struct err *failure)
{
    if (!is_string(kind_of(result), "other")) {
        HOLDS(str_eq(failure->message, STR("unknown error kind; try updating Cargo?")));
        return;
    }
    bool array = result->type == JSON_ARRAY;
    const struct json_value *message = array ? result->first->next : member(result, "message");
    const struct json_value *causes = array ? message->next : member(result, "caused-by");
    HOLDS(message && str_eq(failure->message, message->string));
    const struct json_value *cause = causes ? causes->first : NULL;
    for (failure = failure->cause; failure; failure = failure->cause, cause = cause->next) {
        HOLDS(cause && cause->type == JSON_STRING && str_eq(failure->message, cause->string));
    }
    HOLDS(cause == NULL);
}

static void check_hello(const struct json_value *line, bool version_1, struct str versions)
{
    const struct json_value *list = line->type == JSON_OBJECT ? member(line, "v") : line->first;
    bool found = false;
    size_t count = 0;
    HOLDS(list && list->type == JSON_ARRAY);
    for (const struct json_value *child = list->first; child; child = child->next) {
        HOLDS(child->type == JSON_INTEGER && !child->negative && child->integer <= UINT32_MAX);
        found = found || child->integer == 1;
        count++;
    }
    HOLDS(found == version_1);
    HOLDS(versions.len >= 2 && versions.data[0] == '[');
    HOLDS(strspn(versions.data, "[0123456789, ]") == versions.len);
    HOLDS(versions.len <= 2 + 12 * count);
}

static void check_line(struct arena *arena, struct str line)
{
    struct json_value *tree = NULL;
    bool whole = read(arena, line, &tree);
    bool version_1 = false;
    struct str versions;
    struct err *err = protocol_hello(arena, line, &version_1, &versions);
    harness_check_err(err);
    HOLDS(err || whole);
    if (!err) {
        check_hello(tree, version_1, versions);
    }
    enum answer answer = ANSWER_UNKNOWN;
    struct err *failure = NULL;
    err = protocol_answer(arena, line, &answer, &failure);
    harness_check_err(err);
    HOLDS(err || whole);
    if (!err) {
        check_answer(tree, answer);
        HOLDS((answer == ANSWER_FAILED) == (failure != NULL));
    }
    if (!err && failure) {
        check_failure(tree->first, failure);
    }
}

/* The line's words as names and arguments. */
static void check_request(struct arena *arena, struct str text)
{
    struct str words[8];
    for (size_t i = 0; i < COUNT(words); i++) {
        words[i] = harness_piece(arena, &text, ' ');
    }
    struct protocol_request request = {
        .action = STR("logout"),
        .registry = words[0],
        .index_url = words[1],
        .args = words + 2,
        .count = words[0].len % (COUNT(words) - 1),
    };
    struct str line = protocol_request(arena, &request);
    struct json_value *tree;
    HOLDS(str_find(line, '\n') == (ptrdiff_t)line.len - 1);
    HOLDS(read(arena, line, &tree));
    const struct json_value *registry = member(tree, "registry");
    HOLDS(registry != NULL);
    HOLDS(is_string(member(tree, "kind"), "logout"));
    HOLDS(is_string(member(registry, "name"), words[0].data) || str_find(words[0], '\0') >= 0);
    HOLDS(is_string(member(registry, "index-url"), words[1].data) || str_find(words[1], '\0') >= 0);
    const struct json_value *args = member(tree, "args");
    HOLDS((args != NULL) == (request.count > 0));
    args = args ? args->first : NULL;
    for (size_t i = 0; i < request.count; i++, args = args->next) {
        HOLDS(args && str_eq(args->string, request.args[i]));
    }
    HOLDS(args == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str line = harness_plant(&arena, data, size);
    if (utf8_valid(line)) {
        check_line(&arena, line);
        check_request(&arena, line);
    }
    arena_free(&arena);
    return 0;
}
