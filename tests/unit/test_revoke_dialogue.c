/* How answers of a server are interpreted: readings, verdicts, and the number of calls. */
#include "revoke/dialogue.h"
#include "revoke/index_cache.h"

#include <setjmp.h>

#include <cmocka.h>

#define FAILED 403, "{\"errors\":[{\"detail\":\"authentication failed\"}]}"
#define WEBSITE                                                                                    \
    403, "{\"errors\":[{\"detail\":\"this action can only be performed on the crates.io "          \
         "website\"}]}"
#define FORMAT                                                                                     \
    401, "{\"errors\":[{\"detail\":\"The given API token does not match the format used by "       \
         "crates.io. And so on.\"}]}"
#define PERMISSION                                                                                 \
    403,                                                                                           \
        "{\"errors\":[{\"detail\":\"this token does not have the required permissions to perform " \
        "this action\"}]}"
#define PARSE                                                                                      \
    401, "{\"errors\":[{\"detail\":\"Invalid `Authorization` header: Failed to parse token\"}]}"
#define GITLAB_YES      200, "{\"id\":1,\"active\":true,\"revoked\":false,\"scopes\":[\"api\",\"x\"]}"
#define GITLAB_NO       401, "{\"message\":\"401 Unauthorized\"}"
#define GITEA_YES       200, "{\"id\":1,\"scopes\":[]}"
#define GITEA_NO        404, "{\"message\":\"token not found\"}"
#define ARTIFACTORY_YES 200, "{\"token_id\":\"x\",\"expiry\":0}"
#define ARTIFACTORY_NO  401, "{\"errors\":[{\"message\":\"x\"}]}"
#define OK              200, "{\"ok\":true}"
#define GONE            204, ""
#define DOWN            503, ""
#define NOTHING         0, ""

struct script {
    struct {
        long status; /* 0: no answer */
        const char *body;
    } replies[5];
    size_t calls;
    const char *expected; /* the calls: `c` check, `r` revoke */
    size_t pauses;
    bool no_time;
};

static struct http_reply reply_next(void *context, enum call call)
{
    struct script *script = context;
    char letter = call == CALL_CHECK ? 'c' : 'r';
    assert_int_equal(letter, script->expected[script->calls]);
    long status = script->replies[script->calls].status;
    struct str body = str_of(script->replies[script->calls].body);
    script->calls++;
    return (struct http_reply){
        .outcome = status > 0 ? HTTP_ANSWERED : HTTP_FAILED,
        .status = status,
        .body = body,
        .is_whole = true,
        .words = STR("it failed"),
    };
}

static bool pause_next(void *context, int64_t milliseconds, const char *why)
{
    struct script *script = context;
    assert_true(milliseconds == 5000 || milliseconds == 1000);
    assert_non_null(why);
    script->pauses++;
    return !script->no_time && script->pauses < 4;
}

static enum verdict run(struct arena *arena, enum action action, enum token_kind kind,
                        struct script *script)
{
    const struct dialogue dialogue = {
        .arena = arena,
        .action = action,
        .kind = kind,
        .recheck_ms = 5000,
        .poll_ms = 1000,
        .context = script,
        .call = reply_next,
        .pause = pause_next,
    };
    return dialogue_run(&dialogue).verdict;
}

static const struct {
    enum token_kind kind;
    enum action action;
    enum verdict verdict;
    struct script script;
} dialogues[] = {
    {KIND_CRATES_IO,
     ACTION_REVOKE,
     TOKEN_REVOKED_CHECKED,
     {{{WEBSITE}, {GONE}, {FAILED}}, .expected = "crc"}},
    {KIND_CRATES_IO,
     ACTION_REVOKE,
     TOKEN_VALID,
     {{{WEBSITE}, {GONE}, {WEBSITE}}, .expected = "crc"}},
    {KIND_CRATES_IO,
     ACTION_REVOKE,
     TOKEN_REVOKED_UNCHECKED,
     {{{WEBSITE}, {GONE}, {DOWN}}, .expected = "crc"}},
    {KIND_CRATES_IO,
     ACTION_REVOKE,
     TOKEN_REVOKED_UNCHECKED,
     {{{WEBSITE}, {GONE}, {NOTHING}}, .expected = "crc"}},
    {KIND_CRATES_IO,
     ACTION_REVOKE,
     TOKEN_UNRECOGNIZED,
     {{{FAILED}, {FAILED}}, .expected = "cc", .pauses = 0}},
    {KIND_CRATES_IO, ACTION_REVOKE, TOKEN_UNKNOWN, {{{FAILED}, {WEBSITE}}, .expected = "cc"}},
    {KIND_CRATES_IO, ACTION_REVOKE, TOKEN_UNKNOWN, {{{FAILED}, {NOTHING}}, .expected = "cc"}},
    {KIND_CRATES_IO, ACTION_REVOKE, TOKEN_UNKNOWN, {{{FAILED}}, .expected = "c", .no_time = true}},
    {KIND_CRATES_IO, ACTION_REVOKE, TOKEN_UNKNOWN, {{{WEBSITE}, {FAILED}}, .expected = "cr"}},
    {KIND_CRATES_IO, ACTION_REVOKE, TOKEN_UNKNOWN, {{{WEBSITE}, {FORMAT}}, .expected = "cr"}},
    {KIND_CRATES_IO,
     ACTION_REVOKE,
     TOKEN_NOT_PERMITTED,
     {{{WEBSITE}, {PERMISSION}}, .expected = "cr"}},
    {KIND_CRATES_IO, ACTION_REVOKE, TOKEN_REFUSED, {{{WEBSITE}, {OK}}, .expected = "cr"}},
    {KIND_CRATES_IO, ACTION_REVOKE, TOKEN_NO_ANSWER, {{{WEBSITE}, {NOTHING}}, .expected = "cr"}},
    {KIND_CRATES_IO, ACTION_REVOKE, TOKEN_NOT_A_TOKEN, {{{FORMAT}}, .expected = "c"}},
    {KIND_CRATES_IO, ACTION_REVOKE, TOKEN_REFUSED, {{{GONE}}, .expected = "c"}},
    {KIND_CRATES_IO, ACTION_REVOKE, TOKEN_NO_ANSWER, {{{NOTHING}}, .expected = "c"}},
    {KIND_CRATES_IO, ACTION_CHECK, TOKEN_VALID, {{{WEBSITE}}, .expected = "c"}},
    {KIND_CRATES_IO, ACTION_CHECK, TOKEN_UNRECOGNIZED, {{{FAILED}, {FAILED}}, .expected = "cc"}},
    {KIND_CRATES_IO, ACTION_CHECK, TOKEN_UNKNOWN, {{{PERMISSION}}, .expected = "c"}},
    {KIND_CRATES_IO, ACTION_CHECK, TOKEN_NO_ANSWER, {{{NOTHING}}, .expected = "c"}},

    {KIND_TRUSTED_PUBLISHING, ACTION_REVOKE, TOKEN_REVOKED_UNCHECKED, {{{GONE}}, .expected = "r"}},
    {KIND_TRUSTED_PUBLISHING, ACTION_REVOKE, TOKEN_NOT_A_TOKEN, {{{PARSE}}, .expected = "r"}},
    {KIND_TRUSTED_PUBLISHING, ACTION_REVOKE, TOKEN_REFUSED, {{{FAILED}}, .expected = "r"}},
    {KIND_TRUSTED_PUBLISHING, ACTION_REVOKE, TOKEN_REFUSED, {{{FORMAT}}, .expected = "r"}},

    {KIND_ARTIFACTORY,
     ACTION_REVOKE,
     TOKEN_REVOKED_CHECKED,
     {{{ARTIFACTORY_YES}, {200, ""}, {ARTIFACTORY_YES}, {DOWN}, {401, ""}}, .expected = "crccc"}},
    {KIND_ARTIFACTORY,
     ACTION_REVOKE,
     TOKEN_REVOKED_CHECKED,
     {{{ARTIFACTORY_YES}, {GONE}, {ARTIFACTORY_NO}}, .expected = "crc"}},
    {KIND_ARTIFACTORY,
     ACTION_REVOKE,
     TOKEN_VALID,
     {{{ARTIFACTORY_YES}, {GONE}, {ARTIFACTORY_YES}, {NOTHING}}, .expected = "crcc", .pauses = 2}},
    {KIND_ARTIFACTORY,
     ACTION_REVOKE,
     TOKEN_REVOKED_UNCHECKED,
     {{{ARTIFACTORY_YES}, {GONE}, {ARTIFACTORY_YES}, {DOWN}}, .expected = "crcc", .pauses = 2}},
    {KIND_ARTIFACTORY, ACTION_REVOKE, TOKEN_REFUSED, {{{ARTIFACTORY_NO}}, .expected = "c"}},

    {KIND_GITLAB,
     ACTION_REVOKE,
     TOKEN_REVOKED_CHECKED,
     {{{GITLAB_YES}, {GONE}, {GITLAB_NO}}, .expected = "crc"}},
    {KIND_GITLAB,
     ACTION_REVOKE,
     TOKEN_ALREADY_INVALID,
     {{{GITLAB_YES}, {GITLAB_NO}, {GITLAB_NO}}, .expected = "crc"}},
    {KIND_GITLAB,
     ACTION_REVOKE,
     TOKEN_UNKNOWN,
     {{{GITLAB_YES}, {GITLAB_NO}, {GITLAB_YES}}, .expected = "crc"}},
    {KIND_GITLAB, ACTION_REVOKE, TOKEN_REFUSED, {{{GITLAB_NO}}, .expected = "c"}},
    {KIND_GITLAB, ACTION_REVOKE, TOKEN_UNSUPPORTED, {{{400, "{}"}}, .expected = "c"}},
    {KIND_GITLAB, ACTION_CHECK, TOKEN_ALREADY_INVALID, {{{GITLAB_NO}}, .expected = "c"}},

    {KIND_GITEA,
     ACTION_REVOKE,
     TOKEN_REVOKED_CHECKED,
     {{{GITEA_YES}, {GONE}, {GITEA_NO}}, .expected = "crc"}},
    {KIND_GITEA,
     ACTION_REVOKE,
     TOKEN_ALREADY_INVALID,
     {{{GITEA_YES}, {GITEA_NO}, {GITEA_NO}}, .expected = "crc"}},
    {KIND_GITEA, ACTION_REVOKE, TOKEN_REFUSED, {{{GITEA_YES}, {200, ""}}, .expected = "cr"}},
    {KIND_GITEA, ACTION_REVOKE, TOKEN_REFUSED, {{{GITEA_NO}}, .expected = "c"}},
    {KIND_GITEA, ACTION_INSPECT, TOKEN_UNSUPPORTED, {{{404, ""}}, .expected = "c"}},

    {KIND_OTHER, ACTION_REVOKE, TOKEN_REVOKED_UNCHECKED, {{{GONE}}, .expected = "r"}},
    {KIND_OTHER, ACTION_REVOKE, TOKEN_REVOKED_UNCHECKED, {{{OK}}, .expected = "r"}},
    {KIND_OTHER, ACTION_REVOKE, TOKEN_REFUSED, {{{200, ""}}, .expected = "r"}},
    {KIND_OTHER, ACTION_REVOKE, TOKEN_REFUSED, {{{FAILED}}, .expected = "r"}},
    {KIND_OTHER, ACTION_REVOKE, TOKEN_REFUSED, {{{401, ""}}, .expected = "r"}},
    {KIND_OTHER, ACTION_REVOKE, TOKEN_UNSUPPORTED, {{{405, ""}}, .expected = "r"}},
};

static void verdicts(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(dialogues); i++) {
        struct script script = dialogues[i].script;
        enum verdict verdict = run(&arena, dialogues[i].action, dialogues[i].kind, &script);
        if (verdict != dialogues[i].verdict) {
            fail_msg("case %zu: %s", i, verdict_name(verdict));
        }
        assert_int_equal(script.calls, strlen(script.expected));
    }
    arena_free(&arena);
}

static void what_is_sent_for_a_stored_value(void **state)
{
    (void)state;
    static const struct {
        enum token_kind kind;
        const char *stored;
        const char *sent;     /* NULL: it is not */
        enum reading reading; /* why not */
        enum token_kind then;
    } cases[] = {
        {KIND_CRATES_IO, "cio1", "cio1", READ_OTHER, KIND_CRATES_IO},
        {KIND_CRATES_IO, "Bearer cio1", "cio1", READ_OTHER, KIND_CRATES_IO},
        {KIND_CRATES_IO, "bEARER   cio1", "cio1", READ_OTHER, KIND_CRATES_IO},
        {KIND_CRATES_IO, "cio_tp_1", "Bearer cio_tp_1", READ_OTHER, KIND_TRUSTED_PUBLISHING},
        {KIND_CRATES_IO, "Bearer cio_tp_1", "Bearer cio_tp_1", READ_OTHER, KIND_TRUSTED_PUBLISHING},
        {KIND_CRATES_IO, "cio_t", "cio_t", READ_OTHER, KIND_CRATES_IO},
        {KIND_CRATES_IO, "CIO1", NULL, READ_NOT_A_TOKEN, KIND_CRATES_IO},
        {KIND_CRATES_IO, "Bearer ", NULL, READ_NOT_A_TOKEN, KIND_CRATES_IO},
        {KIND_CRATES_IO, "Basic cio1", NULL, READ_NOT_A_TOKEN, KIND_CRATES_IO},
        {KIND_CRATES_IO, "cio1 cio2", NULL, READ_UNSUPPORTED, KIND_CRATES_IO},
        {KIND_GITLAB, "glpat-1", "Bearer glpat-1", READ_OTHER, KIND_GITLAB},
        {KIND_GITLAB, "token glpat-1", "Bearer glpat-1", READ_OTHER, KIND_GITLAB},
        {KIND_ARTIFACTORY, "Bearer x", "Bearer x", READ_OTHER, KIND_ARTIFACTORY},
        {KIND_GITEA, "Bearer x", "token x", READ_OTHER, KIND_GITEA},
        {KIND_GITEA, "Basic eDp5", NULL, READ_UNSUPPORTED, KIND_GITEA},
        {KIND_GITEA, "x\n", NULL, READ_NOT_A_TOKEN, KIND_GITEA},
        {KIND_GITEA, "Bearer     ", NULL, READ_NOT_A_TOKEN, KIND_GITEA},
        {KIND_OTHER, "token x", "token x", READ_OTHER, KIND_OTHER},
        {KIND_OTHER, "Basic eDp5", "Basic eDp5", READ_OTHER, KIND_OTHER},
        {KIND_OTHER, "", NULL, READ_NOT_A_TOKEN, KIND_OTHER},
        {KIND_OTHER, "\xc3\xa4", NULL, READ_NOT_A_TOKEN, KIND_OTHER},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum token_kind kind = cases[i].kind;
        struct str sent = STR("");
        enum reading reading = server_authorization(&arena, str_of(cases[i].stored), &kind, &sent);
        if (reading != cases[i].reading) {
            fail_msg("`%s` is %d", cases[i].stored, (int)reading);
        }
        assert_int_equal(kind, cases[i].then);
        assert_string_equal(sent.data, cases[i].sent ? cases[i].sent : "");
    }
    arena_free(&arena);
}

static void which_actions_call_at_all(void **state)
{
    (void)state;
    for (enum token_kind kind = KIND_CRATES_IO; kind <= KIND_OTHER; kind++) {
        bool checks = kind != KIND_OTHER && kind != KIND_TRUSTED_PUBLISHING;
        assert_true(dialogue_has_calls(ACTION_REVOKE, kind));
        assert_int_equal(dialogue_has_calls(ACTION_CHECK, kind), checks);
        assert_int_equal(dialogue_has_calls(ACTION_INSPECT, kind),
                         checks && kind != KIND_CRATES_IO);
    }
}

/* Names that every user of cargo has in the cargo home. */
static void the_hash_is_that_of_cargo(void **state)
{
    (void)state;
    static const struct {
        const char *canonical;
        const char *host;
        bool sparse;
        const char *directory;
    } cases[] = {
        {"sparse+https://index.crates.io/", "index.crates.io", true,
         "/c/registry/index/index.crates.io-1949cf8c6b5b557f"},
        {"https://github.com/rust-lang/crates.io-index", "github.com", false,
         "/c/registry/index/github.com-25cdd57fae9f0462"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct request request = {
            .sparse = cases[i].sparse,
            .canonical = str_of(cases[i].canonical),
            .host = str_of(cases[i].host),
            .cargo_home = STR("/c"),
        };
        struct str directory;
        assert_null(index_cache_directory(&arena, &request, &directory));
        assert_string_equal(directory.data, cases[i].directory);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),
        cmocka_unit_test(what_is_sent_for_a_stored_value),
        cmocka_unit_test(which_actions_call_at_all),
        cmocka_unit_test(the_hash_is_that_of_cargo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
