#include "dialogue.h"

#include "server.h"

static struct server_answer with_verdict(struct server_answer answer, enum server_verdict verdict)
{
    answer.verdict = verdict;
    return answer;
}

static struct server_answer ask(const struct request *request, enum call call)
{
    struct arena *arena = request->http.arena;
    bool checks = call == CALL_CHECK;
    const char *path = checks ? apis[request->kind].check_path : apis[request->kind].revoke_path;
    struct str url = str_format(arena, "%s%s", request->api.data, path);
    struct http_reply reply =
        http_call(&request->http, checks ? "GET" : "DELETE", url, request->authorization);
    struct server_answer answer = {
        .verdict = reply.status > 0 ? VERDICT_REFUSED : VERDICT_NO_ANSWER,
        .status = reply.status,
        .detail = reply.words,
    };
    if (reply.words.len == 0)
        answer = api_answer(arena, request->kind, call, reply.status, reply.body);
    answer.url = reply.url;
    return answer;
}

/* Checks once, or twice for a server whose first answer is not enough. */
static struct server_answer check(const struct request *request)
{
    struct server_answer answer = ask(request, CALL_CHECK);
    if (answer.verdict != VERDICT_ALREADY_INVALID || !apis[request->kind].asks_twice)
        return answer;
    if (!http_pause(&request->http, request->recheck_ms))
        return with_verdict(answer, VERDICT_UNKNOWN);
    answer = ask(request, CALL_CHECK);
    return with_verdict(answer, answer.verdict == VERDICT_ALREADY_INVALID ? VERDICT_UNRECOGNIZED
                                                                          : VERDICT_UNKNOWN);
}

/* If the server accepted this token before, any 401 means that it no longer does. crates.io has a
 * text of its own for this. */
static bool no_longer_accepts(const struct request *request, const struct server_answer *answer)
{
    return answer->verdict == VERDICT_ALREADY_INVALID ||
           (answer->verdict == VERDICT_REFUSED && answer->status == 401 &&
            !apis[request->kind].asks_twice);
}

/* Checks again after the server has confirmed the revocation. */
static struct server_answer check_after(const struct request *request,
                                        struct server_answer confirmed)
{
    struct server_answer last = {.verdict = VERDICT_NO_ANSWER};
    do {
        struct server_answer answer = ask(request, CALL_CHECK);
        if (no_longer_accepts(request, &answer))
            return with_verdict(confirmed, VERDICT_REVOKED_CHECKED);
        /* if the time ended during this check, the result of the previous check counts */
        if (last.verdict != VERDICT_VALID || answer.verdict != VERDICT_NO_ANSWER)
            last = answer;
    } while (apis[request->kind].polls && http_pause(&request->http, request->poll_ms));
    if (last.verdict == VERDICT_VALID)
        return last;
    confirmed.detail = last.detail;
    return confirmed;
}

static struct server_answer revoke(const struct request *request)
{
    struct server_answer answer = ask(request, CALL_REVOKE);
    if (!apis[request->kind].check_path)
        return answer;
    if (answer.verdict == VERDICT_REVOKED_UNCHECKED)
        return check_after(request, answer);
    bool contradicts = server_verdict_is_invalid(answer.verdict) ||
                       (answer.verdict == VERDICT_REFUSED && answer.status == 401);
    if (!contradicts)
        return answer;
    /* The check said "valid". Someone else can have revoked the token in between. */
    if (!apis[request->kind].asks_twice) {
        struct server_answer again = ask(request, CALL_CHECK);
        if (no_longer_accepts(request, &again))
            return with_verdict(again, VERDICT_ALREADY_INVALID);
    }
    return with_verdict(answer, VERDICT_UNKNOWN);
}

struct server_answer dialogue_run(const struct request *request)
{
    if (!apis[request->kind].check_path)
        return revoke(request);
    struct server_answer before = check(request);
    if (!request->revokes) {
        /* an answer from a proxy does not show whether the token is valid */
        return before.verdict == VERDICT_REFUSED ? with_verdict(before, VERDICT_UNKNOWN) : before;
    }
    if (before.verdict != VERDICT_VALID) {
        /* a first answer "invalid" can come from a server that fails */
        bool invalid = before.verdict == VERDICT_ALREADY_INVALID;
        return invalid ? with_verdict(before, VERDICT_REFUSED) : before;
    }
    struct server_answer answer = revoke(request);
    answer.who = before.who;
    answer.scopes = before.scopes;
    answer.expires = before.expires;
    return answer;
}
