#include "credential/revoker.h"

#include "util/child.h"
#include "util/helper.h"
#include "credential/revoker_protocol.h"

#define LINE_LIMIT ((size_t)64 * 1024)
#define NOTICE_MS  2000
/* It keeps REVOKER_SECONDS by itself; this is for one that does not. */
#define DEADLINE_MS (REVOKER_SECONDS * 1000 + 10000)

bool revoker_can_send(struct str token)
{
    for (size_t i = 0; i < token.len; i++) {
        if ((token.data[i] < ' ' || token.data[i] > '~') && token.data[i] != '\t') {
            return false;
        }
    }
    return token.len > 0;
}

static struct err *too_slow(struct arena *arena)
{
    return err_new(arena, "it took longer than %d seconds", DEADLINE_MS / 1000);
}

static struct err *interrupted(struct arena *arena)
{
    return err_new(arena, "interrupted by a signal");
}

static struct err *read_answer(struct child *child, const struct revoker_wait *wait, int64_t end_at,
                               struct str *line)
{
    enum child_result result = CHILD_TIMED_OUT;
    if (wait->notice) {
        TRY(child_read_line(child, LINE_LIMIT, child_clock() + NOTICE_MS, &result, line));
        if (result == CHILD_TIMED_OUT) {
            wait->notice(wait->context);
        }
    }
    if (result == CHILD_TIMED_OUT) {
        TRY(child_read_line(child, LINE_LIMIT, end_at, &result, line));
    }
    return result == CHILD_DONE          ? NULL
           : result == CHILD_INTERRUPTED ? interrupted(child->arena)
                                         : too_slow(child->arena);
}

static struct err *exchange(struct arena *arena, struct str program,
                            const struct revoker_call *call, const struct revoker_wait *wait,
                            struct str *line)
{
    const char *const argv[] = {program.data, NULL};
    int64_t end_at = child_clock() + DEADLINE_MS;
    int status = 0;
    CLEANUP(child_end) struct child child = CHILD_NONE;
    enum child_result result;
    TRY(child_start(arena, argv, &child));
    TRY(child_write(&child, revoker_request(arena, call), end_at, &result));
    if (result != CHILD_DONE) {
        return result == CHILD_INTERRUPTED ? interrupted(arena) : too_slow(arena);
    }
    TRY(read_answer(&child, wait, end_at, line));
    TRY(child_wait(&child, LINE_LIMIT, end_at, &result, &status));
    if (result == CHILD_TIMED_OUT) {
        return too_slow(arena);
    }
    if (result == CHILD_DONE && status != 0) {
        return err_new(arena, "it failed with %s", child_status_text(arena, status).data);
    }
    return NULL;
}

struct err *revoker_run(struct arena *arena, const struct revoker_call *call,
                        const struct revoker_wait *wait, struct revocation *out)
{
    struct str program;
    struct str line = STR("");
    TRY(helper_path(arena, STR("cargo-logout-revoke"), &program));
    struct err *err = exchange(arena, program, call, wait, &line);
    if (!err) {
        err = revoker_answer(arena, line, call->token, out);
    }
    return err ? err_wrap(arena, err, "failed to run `%s`", program.data) : NULL;
}
