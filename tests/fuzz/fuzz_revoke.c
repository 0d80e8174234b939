/*
 * What registry servers answer: a byte for the action, one for the kind, then up to five answers, a
 * NUL between them. An answer is a byte for its status, one for whether it came whole, and its
 * body.
 *
 * A token counts as invalid only after answers that prove it, because the program then deletes the
 * only copy. The proofs are repeated here. The result is one line of JSON that has the verdict,
 * whatever the servers wrote, and does not show the token.
 */
#include "harness.h"

#include "revoke/dialogue.h"
#include "revoke/server.h"
#include "util/json.h"

enum { MOST = 5 };

struct reply {
    enum call call;
    unsigned status; /* 0: none */
    bool whole;
    struct str body;
};

struct script {
    struct reply replies[MOST];
    size_t count;
    size_t used;
    size_t pauses;
};

static struct script *playing;

/* Instead of those that use the network. */
struct http_reply http_call(const struct http *http, const char *method, struct str url,
                            struct str authorization)
{
    struct script *script = playing;
    enum call call = strcmp(method, "GET") == 0 ? CALL_CHECK : CALL_REVOKE;
    HOLDS(http && str_starts(url, STR("https://h/")) && str_eq(authorization, STR(SECRET)));
    if (script->used >= script->count) {
        script->replies[script->used % MOST].call = call;
        return (struct http_reply){.words = STR("no more")};
    }
    struct reply *reply = &script->replies[script->used++];
    reply->call = call;
    bool came = reply->status > 0 && reply->whole;
    return (struct http_reply){
        .status = came ? reply->status : 0,
        .url = STR("https://h"),
        .body = reply->body,
        .words = came ? STR("") : STR("failed"),
    };
}

bool http_pause(const struct http *http, int64_t milliseconds)
{
    HOLDS(http && milliseconds >= 0);
    return playing->pauses++ < MOST;
}

/* An escape can spell any letter. */
static bool says(const struct reply *reply, const char *words)
{
    return harness_holds(reply->body, str_of(words)) || str_find(reply->body, '\\') >= 0;
}

static bool is_yes(enum server_kind kind, const struct reply *reply)
{
    return reply->call == CALL_CHECK && reply->whole &&
           (kind == SERVER_CRATES_IO ? reply->status == 403 && says(reply, "crates.io website")
                                     : reply->status == 200 && reply->body.len > 10);
}

static bool is_success(enum server_kind kind, const struct reply *reply)
{
    bool is_ok = reply->status == 200 &&
                 ((kind == SERVER_OTHER && says(reply, "ok") && says(reply, "true")) ||
                  (kind == SERVER_ARTIFACTORY && !harness_holds(reply->body, STR("\"error"))));
    return reply->call == CALL_REVOKE && reply->whole && (reply->status == 204 || is_ok);
}

/* After a check that said "valid". */
static bool is_no(enum server_kind kind, const struct reply *reply)
{
    bool no = kind == SERVER_CRATES_IO
                  ? reply->status == 403 && says(reply, "authentication failed")
                  : reply->status == 401 ||
                        (kind == SERVER_GITEA && reply->status == 404 && says(reply, "token"));
    return reply->whole && no;
}

static bool is_first_no(enum server_kind kind, const struct reply *reply)
{
    static const char *const words[SERVER_OTHER + 1] = {
        [SERVER_CRATES_IO] = "authentication failed",
        [SERVER_ARTIFACTORY] = "errors",
        [SERVER_GITLAB] = "oken",
        [SERVER_GITEA] = "token",
    };
    bool gitlab = kind == SERVER_GITLAB && says(reply, "401 Unauthorized");
    return is_no(kind, reply) && ((words[kind] && says(reply, words[kind])) || gitlab);
}

static bool has_check(enum server_kind kind)
{
    return kind != SERVER_OTHER && kind != SERVER_TRUSTED_PUBLISHING;
}

/* Returns true if the answers prove that the token is invalid. */
static bool is_proof(enum server_verdict verdict, bool revokes, enum server_kind kind,
                     const struct script *script)
{
    const struct reply *replies = script->replies;
    const struct reply *last = &replies[script->used - 1];
    bool was_valid = revokes && is_yes(kind, &replies[0]);
    switch ((int)verdict) {
    case VERDICT_REVOKED_CHECKED:
        return script->used >= 3 && was_valid && is_success(kind, &replies[1]) && is_no(kind, last);
    case VERDICT_REVOKED_UNCHECKED:
        return has_check(kind) ? was_valid && is_success(kind, &replies[1])
                               : revokes && is_success(kind, &replies[0]);
    case VERDICT_ALREADY_INVALID:
        return has_check(kind) && kind != SERVER_CRATES_IO &&
               (revokes ? script->used == 3 && was_valid && is_no(kind, &replies[1]) &&
                              is_no(kind, last)
                        : script->used == 1 && is_first_no(kind, last));
    case VERDICT_UNRECOGNIZED:
        return kind == SERVER_CRATES_IO && script->used == 2 && script->pauses == 1 &&
               is_first_no(kind, &replies[0]) && is_first_no(kind, last);
    case VERDICT_NOT_A_TOKEN:
        return script->used == 1 && last->whole && last->status == 401 &&
               says(last, kind == SERVER_CRATES_IO ? "format used by crates.io"
                                                   : "Failed to parse token");
    default:
        return false;
    }
}

/* At most one DELETE is sent. If the kind has a check, it is sent only after a "valid". */
static void check_calls(bool revokes, enum server_kind kind, const struct script *script)
{
    size_t revocations = 0;
    for (size_t i = 0; i < script->used; i++)
        revocations += script->replies[i].call == CALL_REVOKE;
    HOLDS(revocations <= (revokes ? 1 : 0));
    HOLDS(revocations == 0 || !has_check(kind) || is_yes(kind, &script->replies[0]));
}

static void check_line(const struct request *request, const struct server_answer *answer)
{
    struct str line = answer_line(request, answer);
    HOLDS(str_find(line, '\n') == (ptrdiff_t)line.len - 1);
    HOLDS(!harness_holds(line, STR(SECRET)));
    json_auto_t *value = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, NULL);
    HOLDS(json_integer_value(json_object_get(value, "id")) == 7);
    HOLDS(strcmp(json_string_value(json_object_get(value, "verdict")),
                 server_verdict_names[answer->verdict]) == 0);
}

static struct script script_of(struct arena *arena, struct str input)
{
    static const unsigned statuses[] = {0,   200, 201, 202, 203, 204, 206, 299, 302,
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
    if (size < 3)
        return 0;
    struct arena arena = {0};
    enum server_kind kind = data[1] % (SERVER_OTHER + 1);
    const struct request request = {
        .id = 7,
        .revokes = data[0] % 2 == 0,
        .kind = kind,
        .token = STR(SECRET),
        .authorization = STR(SECRET),
        .api = STR("https://h"),
        .http.arena = &arena,
    };
    json_wipe_memory();
    struct script script = script_of(&arena, harness_plant(&arena, data + 2, size - 2));
    playing = &script;
    if (request.revokes || apis[kind].check_path) {
        struct server_answer answer = dialogue_run(&request);
        HOLDS(answer.verdict != VERDICT_NO_API);
        HOLDS(!server_verdict_is_invalid(answer.verdict) ||
              is_proof(answer.verdict, request.revokes, kind, &script));
        check_calls(request.revokes, kind, &script);
        check_line(&request, &answer);
    }
    arena_free(&arena);
    return 0;
}
