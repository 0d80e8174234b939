#include "dialogue.h"

struct turn {
    enum reading reading;
    enum call call;
    long status;
    struct str detail;
    struct token_facts facts;
};

static const struct server *server_of(const struct dialogue *dialogue)
{
    return &servers[dialogue->kind];
}

/* Returns true if the answer counts only when it is complete. An answer that was cut off can show
 * that the server refuses, but not whether the token is valid. */
static bool needs_whole(enum reading reading)
{
    return reading == READ_VALID || reading == READ_REVOKED || reading == READ_INVALID ||
           reading == READ_UNAUTHORIZED || reading == READ_NOT_A_TOKEN;
}

static struct turn ask(const struct dialogue *dialogue, enum call call)
{
    struct http_reply reply = dialogue->call(dialogue->context, call);
    struct turn turn = {.reading = READ_NO_ANSWER, .call = call, .status = reply.status};
    if (reply.outcome != HTTP_ANSWERED) {
        turn.detail = reply.words;
        return turn;
    }
    if (reply.moved_to.len > 0) {
        turn.reading = READ_OTHER;
        turn.detail = str_format(dialogue->arena, "it redirects to %s, which is not followed",
                                 reply.moved_to.data);
        return turn;
    }
    struct answer_text text =
        server_of(dialogue)->read(dialogue->arena, call, reply.status, reply.body);
    if (!reply.is_whole && needs_whole(text.reading)) {
        turn.detail = STR("the answer is cut off or contradicts itself");
        return turn;
    }
    turn.reading = text.reading;
    turn.detail = text.detail;
    turn.facts = text.facts;
    return turn;
}

static struct answer conclude(enum verdict verdict, const struct turn *turn)
{
    return (struct answer){
        .verdict = verdict,
        .call = turn->call,
        .status = turn->status,
        .detail = turn->detail,
        .facts = turn->facts,
    };
}

static enum verdict verdict_of_check(const struct dialogue *dialogue, enum reading reading)
{
    switch (reading) {
    case READ_VALID:
        return TOKEN_VALID;
    case READ_INVALID:
        return server_of(dialogue)->asks_twice ? TOKEN_UNRECOGNIZED : TOKEN_ALREADY_INVALID;
    case READ_NOT_A_TOKEN:
        return TOKEN_NOT_A_TOKEN;
    case READ_NOT_PERMITTED:
        return TOKEN_NOT_PERMITTED;
    case READ_UNSUPPORTED:
        return TOKEN_UNSUPPORTED;
    case READ_NO_ANSWER:
        return TOKEN_NO_ANSWER;
    case READ_REVOKED:
    case READ_UNAUTHORIZED:
    case READ_OTHER:
        break;
    }
    return TOKEN_REFUSED;
}

/* Checks once, or twice for a server whose first answer is not enough. */
static struct answer check(const struct dialogue *dialogue)
{
    struct turn turn = ask(dialogue, CALL_CHECK);
    if (turn.reading != READ_INVALID || !server_of(dialogue)->asks_twice) {
        return conclude(verdict_of_check(dialogue, turn.reading), &turn);
    }
    static const char why[] = "the server does not recognize the token; it is asked again";
    if (!dialogue->pause(dialogue->context, dialogue->recheck_ms, why)) {
        return conclude(TOKEN_UNKNOWN, &turn);
    }
    turn = ask(dialogue, CALL_CHECK);
    return conclude(turn.reading == READ_INVALID ? TOKEN_UNRECOGNIZED : TOKEN_UNKNOWN, &turn);
}

/* If the server accepted this token before, any 401 means that it no longer does. crates.io has a
 * text of its own for this. */
static bool no_longer_accepts(const struct dialogue *dialogue, enum reading reading)
{
    return reading == READ_INVALID ||
           (reading == READ_UNAUTHORIZED && !server_of(dialogue)->asks_twice);
}

/* Checks again after the server has confirmed the revocation. */
static struct answer check_after(const struct dialogue *dialogue, const struct turn *confirmed)
{
    static const char why[] = "the server confirmed the revocation but still accepts the token";
    struct turn last = {.reading = READ_NO_ANSWER, .detail = STR("")};
    for (;;) {
        struct turn turn = ask(dialogue, CALL_CHECK);
        if (no_longer_accepts(dialogue, turn.reading)) {
            return conclude(TOKEN_REVOKED_CHECKED, confirmed);
        }
        /* if the time ended during this check, the result of the previous check counts */
        last = last.reading == READ_VALID && turn.reading == READ_NO_ANSWER ? last : turn;
        if (!server_of(dialogue)->polls ||
            !dialogue->pause(dialogue->context, dialogue->poll_ms, why)) {
            break;
        }
    }
    if (last.reading == READ_VALID) {
        return conclude(TOKEN_VALID, &last);
    }
    struct answer answer = conclude(TOKEN_REVOKED_UNCHECKED, confirmed);
    answer.detail = last.detail;
    return answer;
}

/* The check said "valid", and the answer to the revocation was "invalid". Someone else may have
 * revoked the token in between. */
static struct answer check_contradiction(const struct dialogue *dialogue,
                                         const struct turn *contradiction)
{
    if (!server_of(dialogue)->asks_twice) {
        struct turn turn = ask(dialogue, CALL_CHECK);
        if (no_longer_accepts(dialogue, turn.reading)) {
            return conclude(TOKEN_ALREADY_INVALID, &turn);
        }
    }
    return conclude(TOKEN_UNKNOWN, contradiction);
}

static struct answer revoke_and_check(const struct dialogue *dialogue)
{
    bool has_check = server_of(dialogue)->check_path;
    struct turn turn = ask(dialogue, CALL_REVOKE);
    switch (turn.reading) {
    case READ_REVOKED:
        return has_check ? check_after(dialogue, &turn) : conclude(TOKEN_REVOKED_UNCHECKED, &turn);
    case READ_INVALID:
    case READ_UNAUTHORIZED:
        return has_check ? check_contradiction(dialogue, &turn) : conclude(TOKEN_REFUSED, &turn);
    case READ_NOT_A_TOKEN:
        return conclude(has_check ? TOKEN_UNKNOWN : TOKEN_NOT_A_TOKEN, &turn);
    case READ_VALID:
    case READ_NOT_PERMITTED:
    case READ_UNSUPPORTED:
    case READ_OTHER:
    case READ_NO_ANSWER:
        break;
    }
    return conclude(verdict_of_check(dialogue, turn.reading), &turn);
}

bool dialogue_has_calls(enum action action, enum token_kind kind)
{
    return action == ACTION_REVOKE || (action == ACTION_CHECK && servers[kind].check_path) ||
           servers[kind].tells_facts;
}

struct answer dialogue_run(const struct dialogue *dialogue)
{
    if (!server_of(dialogue)->check_path) {
        return revoke_and_check(dialogue);
    }
    struct answer before = check(dialogue);
    if (dialogue->action != ACTION_REVOKE) {
        /* an answer from a proxy does not show whether the token is valid */
        before.verdict = before.verdict == TOKEN_REFUSED ? TOKEN_UNKNOWN : before.verdict;
        return before;
    }
    if (before.verdict != TOKEN_VALID) {
        /* a first answer "invalid" can come from a server that fails */
        before.verdict = before.verdict == TOKEN_ALREADY_INVALID ? TOKEN_REFUSED : before.verdict;
        return before;
    }
    struct answer answer = revoke_and_check(dialogue);
    answer.facts = before.facts;
    return answer;
}
