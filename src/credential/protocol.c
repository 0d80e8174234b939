#include "credential/protocol.h"

#include "util/json.h"

struct str protocol_request(struct arena *arena, const struct protocol_request *request)
{
    struct buf buf = buf_new(arena);
    buf_add(&buf, STR("{\"v\":1,\"registry\":{\"index-url\":"));
    json_write_string(&buf, request->index_url);
    buf_add(&buf, STR(",\"name\":"));
    json_write_string(&buf, request->registry);
    buf_add(&buf, STR("},\"kind\":"));
    json_write_string(&buf, request->action);
    if (str_eq(request->action, STR("get"))) {
        buf_add(&buf, STR(",\"operation\":\"read\""));
    }
    for (size_t i = 0; i < request->count; i++) {
        buf_add(&buf, i == 0 ? STR(",\"args\":[") : STR(","));
        json_write_string(&buf, request->args[i]);
    }
    buf_add(&buf, request->count > 0 ? STR("]}\n") : STR("}\n"));
    return buf_str(&buf);
}

/* One number of a hello, for Rust's u32. */
static struct err *version_read(struct json *json, uint64_t *out)
{
    int byte = json_peek(json);
    if (byte != '-' && (byte < '0' || byte > '9')) {
        return json_fault_type(json, "u32");
    }
    struct json_value *value;
    TRY(json_value(json, &value));
    bool integer = value->type == JSON_INTEGER;
    if (!integer || value->negative || value->integer > UINT32_MAX) {
        struct str what =
            str_format(json->arena, "invalid %s: %s, expected u32", integer ? "value" : "type",
                       json_describe(json->arena, value).data);
        return json_fault(json, what.data);
    }
    *out = value->integer;
    return NULL;
}

static struct err *versions_read(struct json *json, bool *version_1, struct str *versions)
{
    struct buf list = buf_new(json->arena);
    bool found = false;
    if (json_peek(json) != '[') {
        return json_fault_type(json, "a sequence");
    }
    TRY(json_open(json));
    buf_add_char(&list, '[');
    for (bool first = true;; first = false) {
        bool more = false;
        TRY(json_next_element(json, first, &more));
        if (!more) {
            break;
        }
        uint64_t version = 0;
        TRY(version_read(json, &version));
        found = found || version == 1;
        buf_addf(&list, "%s%ju", first ? "" : ", ", (uintmax_t)version);
    }
    buf_add_char(&list, ']');
    *version_1 = found;
    *versions = buf_str(&list);
    json_close(json);
    return NULL;
}

/* {"v":[1]}, other keys ignored. What is wrong inside of an ignored value serde tells in slightly
 * other words (`expected value` for a trailing comma); that is not followed. */
static struct err *hello_object(struct json *json, bool *version_1, struct str *versions)
{
    bool seen = false;
    TRY(json_open(json));
    for (bool first = true;; first = false) {
        bool more = false;
        struct str key;
        TRY(json_next_key(json, first, &more, &key));
        if (!more) {
            break;
        }
        bool v = str_eq(key, STR("v"));
        if (v && seen) {
            (void)json_peek(json); /* serde's column is behind the white space */
            return json_fault(json, "duplicate field `v`");
        }
        TRY(json_colon(json));
        if (v) {
            seen = true;
            TRY(versions_read(json, version_1, versions));
        } else {
            struct json_value *ignored;
            TRY(json_value(json, &ignored));
        }
    }
    json_close(json);
    return seen ? NULL : json_fault(json, "missing field `v`");
}

/* [[1]]: serde takes a struct as the list of its fields too. */
static struct err *hello_array(struct json *json, bool *version_1, struct str *versions)
{
    bool more = false;
    TRY(json_open(json));
    TRY(json_next_element(json, true, &more));
    if (more) {
        TRY(versions_read(json, version_1, versions));
        return json_last_element(json);
    }
    json_close(json);
    return json_fault(json, "invalid length 0, expected struct CredentialHello with 1 element");
}

struct err *protocol_hello(struct arena *arena, struct str line, bool *version_1,
                           struct str *versions)
{
    struct json json = json_begin(arena, line);
    int byte = json_peek(&json);
    if (byte == '{') {
        TRY(hello_object(&json, version_1, versions));
    } else if (byte == '[') {
        TRY(hello_array(&json, version_1, versions));
    } else {
        return json_fault_type(&json, "struct CredentialHello");
    }
    return json_end(&json);
}

/* What stands under Ok or Err: {"kind": KIND, ...} or, as serde has it, [KIND, ...]. */
struct tagged {
    bool array;
    struct str kind;
    struct json_value *first; /* the rest */
    size_t count;
};

static struct err *kind_read(struct json *json, struct tagged *tagged)
{
    if (json_peek(json) != '"') {
        return json_fault_type(json, "variant identifier");
    }
    return json_string(json, &tagged->kind);
}

static struct err *tagged_object(struct json *json, struct tagged *tagged)
{
    struct json_value **last = &tagged->first;
    bool seen = false;
    TRY(json_open(json));
    for (bool first = true;; first = false) {
        bool more = false;
        struct str key;
        TRY(json_next_key(json, first, &more, &key));
        if (!more) {
            break;
        }
        bool kind = str_eq(key, STR("kind"));
        if (kind && seen) {
            (void)json_peek(json);
            return json_fault(json, "duplicate field `kind`");
        }
        TRY(json_colon(json));
        if (kind) {
            seen = true;
            TRY(kind_read(json, tagged));
        } else {
            TRY(json_value(json, last));
            (*last)->key = key;
            last = &(*last)->next;
        }
    }
    json_close(json);
    return seen ? NULL : json_fault(json, "missing field `kind`");
}

static struct err *tagged_array(struct json *json, struct tagged *tagged)
{
    struct json_value **last = &tagged->first;
    bool more = false;
    tagged->array = true;
    TRY(json_open(json));
    TRY(json_next_element(json, true, &more));
    if (!more) {
        json_close(json);
        return json_fault(json, "missing field `kind`");
    }
    TRY(kind_read(json, tagged));
    for (;;) {
        TRY(json_next_element(json, false, &more));
        if (!more) {
            json_close(json);
            return NULL;
        }
        TRY(json_value(json, last));
        last = &(*last)->next;
        tagged->count++;
    }
}

static struct err *tagged_read(struct json *json, const char *expected, struct tagged *tagged)
{
    switch (json_peek(json)) {
    case '{':
        return tagged_object(json, tagged);
    case '[':
        return tagged_array(json, tagged);
    default:
        return json_fault_type(json, expected);
    }
}

static struct err *type_wrong(struct arena *arena, const struct json_value *value,
                              const char *expected)
{
    return err_new(arena, "invalid type: %s, expected %s", json_describe(arena, value).data,
                   expected);
}

static struct err *length_wrong(struct arena *arena, size_t count, const char *expected)
{
    return err_new(arena, "invalid length %zu, expected %s", count, expected);
}

/* What `other` holds, in serde's order. */
enum { MESSAGE, CAUSED_BY, FIELDS };

static struct err *field_check(struct arena *arena, size_t field, const struct json_value *value)
{
    if (field == MESSAGE) {
        return value->type == JSON_STRING ? NULL : type_wrong(arena, value, "a string");
    }
    if (value->type == JSON_NULL) {
        return NULL;
    }
    if (value->type != JSON_ARRAY) {
        return type_wrong(arena, value, "a sequence");
    }
    for (value = value->first; value; value = value->next) {
        if (value->type != JSON_STRING) {
            return type_wrong(arena, value, "a string");
        }
    }
    return NULL;
}

/* {"kind":"other","message":"it broke","caused-by":["because","of this"]}, the rest ignored. */
static struct err *fields_object(struct arena *arena, const struct tagged *tagged,
                                 const struct json_value **fields)
{
    static const char *const names[] = {[MESSAGE] = "message", [CAUSED_BY] = "caused-by"};
    for (const struct json_value *value = tagged->first; value; value = value->next) {
        for (size_t i = 0; i < FIELDS; i++) {
            if (!str_eq(value->key, str_of(names[i]))) {
                continue;
            }
            if (fields[i]) {
                return err_new(arena, "duplicate field `%s`", names[i]);
            }
            TRY(field_check(arena, i, value));
            fields[i] = value;
        }
    }
    return NULL;
}

/* ["other","it broke",["because","of this"]] */
static struct err *fields_array(struct arena *arena, const struct tagged *tagged,
                                const struct json_value **fields)
{
    const struct json_value *value = tagged->first;
    for (size_t i = 0; i < FIELDS; i++, value = value->next) {
        if (!value) {
            return length_wrong(arena, i, "struct ErrorData with 2 elements");
        }
        TRY(field_check(arena, i, value));
        fields[i] = value;
    }
    return value ? length_wrong(arena, tagged->count, "2 elements in sequence") : NULL;
}

/* The message and its causes, from the outermost to the innermost. */
static struct err *failure_read(struct arena *arena, const struct tagged *tagged, struct err **out)
{
    const struct json_value *fields[FIELDS] = {NULL};
    TRY(tagged->array ? fields_array(arena, tagged, fields) : fields_object(arena, tagged, fields));
    if (!fields[MESSAGE]) {
        return err_new(arena, "missing field `message`");
    }
    struct err *top = arena_new(arena, struct err);
    struct err *layer = top;
    layer->message = fields[MESSAGE]->string;
    const struct json_value *cause = fields[CAUSED_BY] ? fields[CAUSED_BY]->first : NULL;
    for (; cause; cause = cause->next) {
        struct err *below = arena_new(arena, struct err);
        below->message = cause->string;
        layer->cause = below;
        layer = below;
    }
    *out = top;
    return NULL;
}

static const struct {
    const char *kind;
    bool ok;
    enum answer answer;
} kinds[] = {
    {"get", true, ANSWER_GET},
    {"login", true, ANSWER_LOGIN},
    {"logout", true, ANSWER_LOGOUT},
    {"url-not-supported", false, ANSWER_URL_NOT_SUPPORTED},
    {"not-found", false, ANSWER_NOT_FOUND},
    {"operation-not-supported", false, ANSWER_OPERATION_NOT_SUPPORTED},
    {"other", false, ANSWER_FAILED},
};

static struct err *result_read(struct json *json, bool ok, enum answer *answer,
                               struct err **failure)
{
    struct tagged tagged = {0};
    TRY(tagged_read(
        json, ok ? "internally tagged enum CredentialResponse" : "internally tagged enum Error",
        &tagged));
    bool known = false;
    *answer = ok ? ANSWER_UNKNOWN : ANSWER_FAILED;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (kinds[i].ok == ok && str_eq(tagged.kind, str_of(kinds[i].kind))) {
            *answer = kinds[i].answer;
            known = true;
        }
    }
    if (known && *answer == ANSWER_FAILED) {
        return failure_read(json->arena, &tagged, failure);
    }
    if (*answer != ANSWER_GET && tagged.array && tagged.count > 0) {
        return length_wrong(json->arena, tagged.count, "0 elements in sequence");
    }
    if (*answer == ANSWER_FAILED) {
        *failure = err_new(json->arena, "unknown error kind; try updating Cargo?");
    }
    return NULL;
}

/* cargo repeats what it has found instead, which may be a token written in the wrong place. */
static const char unknown_variant[] = "unknown variant, expected `Ok` or `Err`";

/* serde's Result: an object with the one key Ok or Err. */
static struct err *answer_object(struct json *json, enum answer *answer, struct err **failure)
{
    TRY(json_open(json));
    if (json_peek(json) != '"') {
        return json_fault_type(json, "`Ok` or `Err`");
    }
    struct str key;
    TRY(json_string(json, &key));
    bool ok = str_eq(key, STR("Ok"));
    if (!ok && !str_eq(key, STR("Err"))) {
        return json_fault(json, unknown_variant);
    }
    TRY(json_colon(json));
    TRY(result_read(json, ok, answer, failure));
    switch (json_peek(json)) {
    case '}':
        json_close(json);
        return NULL;
    case JSON_END:
        return json_fault(json, "EOF while parsing an object");
    default:
        return json_fault(json, "expected value");
    }
}

struct err *protocol_answer(struct arena *arena, struct str line, enum answer *answer,
                            struct err **failure)
{
    struct json json = json_begin(arena, line);
    int byte = json_peek(&json);
    if (byte == '"') {
        struct str variant;
        TRY(json_string(&json, &variant));
        if (!str_eq(variant, STR("Ok")) && !str_eq(variant, STR("Err"))) {
            return json_fault(&json, unknown_variant);
        }
        return err_new(arena, "invalid type: unit variant, expected newtype variant");
    }
    if (byte != '{') {
        return json_fault_next(&json,
                               byte == JSON_END ? "EOF while parsing a value" : "expected value");
    }
    TRY(answer_object(&json, answer, failure));
    return json_end(&json);
}

static const struct json_value *member(const struct json_value *object, const char *key)
{
    const struct json_value *value = object->type == JSON_OBJECT ? object->first : NULL;
    while (value && !str_eq(value->key, str_of(key))) {
        value = value->next;
    }
    return value;
}

/* {"Ok":{"kind":"get","token":"..."}}; serde takes no list here. */
struct err *protocol_token(struct arena *arena, struct str line, struct str *out)
{
    struct json json = json_begin(arena, line);
    struct json_value *answer;
    TRY(json_value(&json, &answer));
    const struct json_value *ok = member(answer, "Ok");
    if (!ok || ok->type != JSON_OBJECT) {
        return err_new(arena, "invalid type: sequence, expected a map");
    }
    const struct json_value *token = member(ok, "token");
    if (!token) {
        return err_new(arena, "missing field `token`");
    }
    if (token->type != JSON_STRING) {
        return type_wrong(arena, token, "a string");
    }
    *out = token->string;
    return NULL;
}
