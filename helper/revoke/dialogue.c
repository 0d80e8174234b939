#include "dialogue.h"

static const struct api *api_of(const struct dialogue *dialogue)
{
    return &apis[dialogue->kind];
}

static struct server_answer with_verdict(struct server_answer answer, enum server_verdict verdict)
{
    answer.verdict = verdict;
    return answer;
}

static struct server_answer ask(const struct dialogue *dialogue, enum call call)
{
    const char *path =
        call == CALL_CHECK ? api_of(dialogue)->check_path : api_of(dialogue)->revoke_path;
    struct str url = str_format(dialogue->http.arena, "%s%s", dialogue->api.data, path);
    struct http_reply reply = http_call(&dialogue->http, call == CALL_CHECK ? "GET" : "DELETE", url,
                                        dialogue->authorization);
    struct server_answer answer = {.status = reply.status, .detail = reply.words};
    if (reply.words.len > 0) {
        answer.verdict = reply.status > 0 ? VERDICT_REFUSED : VERDICT_NO_ANSWER;
    } else {
        answer = api_answer(dialogue->http.arena, dialogue->kind, call, reply.status, reply.body);
        /* an answer that was cut off can show that the server refuses, but not whether the token is
         * valid */
        bool counts = answer.verdict <= VERDICT_VALID || reply.status == 401;
        if (counts && !reply.is_whole) {
            answer.verdict = VERDICT_NO_ANSWER;
            answer.detail = STR("the answer is cut off or contradicts itself");
        }
    }
    answer.url = reply.url;
    return answer;
}

/* Checks once, or twice for a server whose first answer is not enough. */
static struct server_answer check(const struct dialogue *dialogue)
{
    struct server_answer answer = ask(dialogue, CALL_CHECK);
    if (answer.verdict != VERDICT_ALREADY_INVALID || !api_of(dialogue)->asks_twice) {
        return answer;
    }
    if (!http_pause(&dialogue->http, dialogue->request->recheck_ms)) {
        return with_verdict(answer, VERDICT_UNKNOWN);
    }
    answer = ask(dialogue, CALL_CHECK);
    return with_verdict(answer, answer.verdict == VERDICT_ALREADY_INVALID ? VERDICT_UNRECOGNIZED
                                                                          : VERDICT_UNKNOWN);
}

/* If the server accepted this token before, any 401 means that it no longer does. crates.io has a
 * text of its own for this. */
static bool no_longer_accepts(const struct dialogue *dialogue, const struct server_answer *answer)
{
    return answer->verdict == VERDICT_ALREADY_INVALID ||
           (answer->verdict == VERDICT_REFUSED && answer->status == 401 &&
            !api_of(dialogue)->asks_twice);
}

/* Checks again after the server has confirmed the revocation. */
static struct server_answer check_after(const struct dialogue *dialogue,
                                        struct server_answer confirmed)
{
    struct server_answer last = {.verdict = VERDICT_NO_ANSWER};
    do {
        struct server_answer answer = ask(dialogue, CALL_CHECK);
        if (no_longer_accepts(dialogue, &answer)) {
            return with_verdict(confirmed, VERDICT_REVOKED_CHECKED);
        }
        /* if the time ended during this check, the result of the previous check counts */
        if (last.verdict != VERDICT_VALID || answer.verdict != VERDICT_NO_ANSWER) {
            last = answer;
        }
    } while (api_of(dialogue)->polls && http_pause(&dialogue->http, dialogue->request->poll_ms));
    if (last.verdict == VERDICT_VALID) {
        return last;
    }
    confirmed.detail = last.detail;
    return confirmed;
}

static struct server_answer revoke(const struct dialogue *dialogue)
{
    struct server_answer answer = ask(dialogue, CALL_REVOKE);
    if (!api_of(dialogue)->check_path) {
        return answer;
    }
    if (answer.verdict == VERDICT_REVOKED_UNCHECKED) {
        return check_after(dialogue, answer);
    }
    bool contradicts = server_verdict_is_invalid(answer.verdict) ||
                       (answer.verdict == VERDICT_REFUSED && answer.status == 401);
    if (!contradicts) {
        return answer;
    }
    /* The check said "valid". Someone else can have revoked the token in between. */
    if (!api_of(dialogue)->asks_twice) {
        struct server_answer again = ask(dialogue, CALL_CHECK);
        if (no_longer_accepts(dialogue, &again)) {
            return with_verdict(again, VERDICT_ALREADY_INVALID);
        }
    }
    return with_verdict(answer, VERDICT_UNKNOWN);
}

bool dialogue_has_calls(bool revokes, enum server_kind kind)
{
    return revokes || apis[kind].check_path;
}

struct server_answer dialogue_run(const struct dialogue *dialogue)
{
    if (!api_of(dialogue)->check_path) {
        return revoke(dialogue);
    }
    struct server_answer before = check(dialogue);
    if (!dialogue->request->revokes) {
        /* an answer from a proxy does not show whether the token is valid */
        return before.verdict == VERDICT_REFUSED ? with_verdict(before, VERDICT_UNKNOWN) : before;
    }
    if (before.verdict != VERDICT_VALID) {
        /* a first answer "invalid" can come from a server that fails */
        bool invalid = before.verdict == VERDICT_ALREADY_INVALID;
        return invalid ? with_verdict(before, VERDICT_REFUSED) : before;
    }
    struct server_answer answer = revoke(dialogue);
    answer.who = before.who;
    answer.scopes = before.scopes;
    answer.expires = before.expires;
    return answer;
}
