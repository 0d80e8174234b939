/*
 * What registry servers answer: a byte for the action, one for the kind, then up to five answers, a
 * NUL between them. An answer is a byte for its status, one for whether it came whole, and its
 * body.
 *
 * A token counts as invalid only after the answers in the table of its kind, which is repeated
 * here, because the program then deletes the only copy. The result is one line of JSON that has the
 * verdict twice, whatever the servers wrote, and does not show the token. A request that is not
 * understood is reported without the token.
 */
#include "harness.h"

#include "revoke/dialogue.h"
#include "revoke/request.h"

#include <jansson.h>

#define ANSWER_LIMIT ((size_t)64 * 1024)

enum { MOST = 5 };

struct reply {
    enum call call;
    long status; /* 0: none */
    bool whole;
    struct str body;
};

struct script {
    struct reply replies[MOST];
    size_t count;
    size_t used;
    size_t pauses;
};

static struct http_reply reply_next(void *context, enum call call)
{
    struct script *script = context;
    if (script->used >= script->count) {
        script->replies[script->used % MOST].call = call;
        return (struct http_reply){.outcome = HTTP_FAILED, .words = STR("no more")};
    }
    struct reply *reply = &script->replies[script->used++];
    reply->call = call;
    return (struct http_reply){
        .outcome = reply->status > 0 ? HTTP_ANSWERED : HTTP_FAILED,
        .status = reply->status,
        .body = reply->body,
        .is_whole = reply->whole,
        .words = STR("failed"),
    };
}

static bool pause_next(void *context, int64_t milliseconds, const char *why)
{
    struct script *script = context;
    HOLDS(milliseconds >= 0 && why);
    return script->pauses++ < MOST;
}

/* An escape can spell any letter. */
static bool says(const struct reply *reply, const char *words)
{
    return harness_holds(reply->body, str_of(words)) || str_find(reply->body, '\\') >= 0;
}

static bool is_yes(enum token_kind kind, const struct reply *reply)
{
    return reply->call == CALL_CHECK && reply->whole &&
           (kind == KIND_CRATES_IO ? reply->status == 403 && says(reply, "crates.io website")
                                   : reply->status == 200 && reply->body.len > 10);
}

static bool is_success(enum token_kind kind, const struct reply *reply)
{
    if (reply->call != CALL_REVOKE || !reply->whole) {
        return false;
    }
    bool is_ok =
        reply->status == 200 && kind == KIND_OTHER && says(reply, "ok") && says(reply, "true");
    bool is_artifactory = reply->status == 200 && kind == KIND_ARTIFACTORY &&
                          !harness_holds(reply->body, STR("\"error"));
    return reply->status == 204 || is_ok || is_artifactory;
}

static bool is_no(enum token_kind kind, const struct reply *reply)
{
    if (!reply->whole) {
        return false;
    }
    return kind == KIND_CRATES_IO
               ? reply->status == 403 && says(reply, "authentication failed")
               : reply->status == 401 ||
                     (kind == KIND_GITEA && reply->status == 404 && says(reply, "token"));
}

static bool is_first_no(enum token_kind kind, const struct reply *reply)
{
    static const char *const words[] = {
        [KIND_CRATES_IO] = "authentication failed",
        [KIND_TRUSTED_PUBLISHING] = "none",
        [KIND_ARTIFACTORY] = "errors",
        [KIND_GITLAB] = "oken",
        [KIND_GITEA] = "token",
        [KIND_OTHER] = "none",
    };
    bool gitlab = kind == KIND_GITLAB && says(reply, "401 Unauthorized");
    return is_no(kind, reply) && (says(reply, words[kind]) || gitlab);
}

static bool has_check(enum token_kind kind)
{
    return kind != KIND_OTHER && kind != KIND_TRUSTED_PUBLISHING;
}

/* Whether the answers are those after which the token is of no use. */
static bool is_proof(enum verdict verdict, enum action action, enum token_kind kind,
                     const struct script *script)
{
    const struct reply *replies = script->replies;
    const struct reply *last = &replies[script->used - 1];
    bool was_valid = is_yes(kind, &replies[0]);
    switch ((int)verdict) {
    case TOKEN_REVOKED_CHECKED:
        return action == ACTION_REVOKE && script->used >= 3 && was_valid &&
               is_success(kind, &replies[1]) && is_no(kind, last);
    case TOKEN_REVOKED_UNCHECKED:
        return action == ACTION_REVOKE &&
               (has_check(kind) ? was_valid && is_success(kind, &replies[1])
                                : is_success(kind, &replies[0]));
    case TOKEN_ALREADY_INVALID:
        return kind != KIND_CRATES_IO && has_check(kind) &&
               (action == ACTION_REVOKE ? script->used == 3 && was_valid &&
                                              is_no(kind, &replies[1]) && is_no(kind, last)
                                        : script->used == 1 && is_first_no(kind, last));
    case TOKEN_UNRECOGNIZED:
        return kind == KIND_CRATES_IO && script->used == 2 && script->pauses == 1 &&
               is_first_no(kind, &replies[0]) && is_first_no(kind, last);
    case TOKEN_NOT_A_TOKEN:
        return script->used == 1 && last->whole && last->status == 401 &&
               (kind == KIND_CRATES_IO            ? says(last, "format used by crates.io")
                : kind == KIND_TRUSTED_PUBLISHING ? says(last, "Failed to parse token")
                                                  : false);
    default:
        return false;
    }
}

/* One DELETE at most, and with a check only after a "valid". */
static void check_calls(enum action action, enum token_kind kind, const struct script *script)
{
    size_t revocations = 0;
    for (size_t i = 0; i < script->used; i++) {
        revocations += script->replies[i].call == CALL_REVOKE;
    }
    HOLDS(revocations <= (action == ACTION_REVOKE ? 1 : 0));
    HOLDS(revocations == 0 || !has_check(kind) || is_yes(kind, &script->replies[0]));
}

static void check_line(struct arena *arena, const struct answer *answer)
{
    struct secrets secrets = {0};
    secrets_add(&secrets, STR(SECRET));
    struct str line = answer_line(arena, 7, answer, &secrets);
    HOLDS(line.len < ANSWER_LIMIT);
    HOLDS(str_find(line, '\n') == (ptrdiff_t)line.len - 1);
    HOLDS(!harness_holds(line, STR(SECRET)));
    json_t *value = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, NULL);
    HOLDS(json_is_object(value));
    HOLDS(json_integer_value(json_object_get(value, "id")) == 7);
    HOLDS(json_is_true(json_object_get(value, "invalid")) == verdict_is_invalid(answer->verdict));
    HOLDS(strcmp(json_string_value(json_object_get(value, "verdict")),
                 verdict_name(answer->verdict)) == 0);
    static const char *const texts[] = {"detail", "who", "scopes", "expires"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *text = json_string_value(json_object_get(value, texts[i]));
        HOLDS(!text || !strstr(text, SECRET));
        for (const char *p = text; p && *p; p++) {
            HOLDS((unsigned char)*p >= ' ' && *p != 0x7f);
        }
    }
    json_decref(value);
}

static struct script script_of(struct arena *arena, struct str input)
{
    static const long statuses[] = {0,   200, 201, 202, 203, 204, 206, 299, 302,
                                    400, 401, 403, 404, 405, 429, 500, 503};
    struct script script = {0};
    while (script.count < MOST && input.len > 0) {
        struct str piece = harness_piece(arena, &input, '\0');
        size_t head = piece.len < 2 ? piece.len : 2;
        script.replies[script.count++] = (struct reply){
            .status = head > 0 ? statuses[(unsigned char)piece.data[0] % COUNT(statuses)] : 0,
            .whole = head > 1 && piece.data[1] != 'x',
            .body = str_slice(arena, piece, head, piece.len),
        };
    }
    return script;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3) {
        return 0;
    }
    struct arena arena = {0};
    enum action action = data[0] % (ACTION_INSPECT + 1);
    enum token_kind kind = data[1] % (KIND_OTHER + 1);
    struct str text = harness_plant(&arena, data + 2, size - 2);
    struct script script = script_of(&arena, text);
    const struct dialogue dialogue = {
        .arena = &arena,
        .action = action,
        .kind = kind,
        .context = &script,
        .call = reply_next,
        .pause = pause_next,
    };
    if (dialogue_has_calls(action, kind)) {
        struct answer answer = dialogue_run(&dialogue);
        HOLDS(answer.verdict != TOKEN_NO_API);
        HOLDS(!verdict_is_invalid(answer.verdict) ||
              is_proof(answer.verdict, action, kind, &script));
        check_calls(action, kind, &script);
        answer.url = answer.page = STR("");
        check_line(&arena, &answer);
    }
    struct request request;
    harness_check_err(request_parse(&arena, text, &request));
    arena_free(&arena);
    return 0;
}
