#include "credential/keyring.h"

#include "util/child.h"
#include "util/fs.h"
#include "util/json.h"

#define HELPER         "cargo-credential-libsecret"
#define LABEL          "cargo-registry:"
#define LINE_LIMIT     ((size_t)64 * 1024)
#define ITEMS_LIMIT    10000
#define PEEK_SECONDS   2
#define SEARCH_SECONDS 20

struct look {
    struct shell *shell;
    struct keyring_view *view;
    struct keyring_item **end; /* of the list of items */
    int count;
};

/* Returns false if the environment leads to no keyring. The helper is then not needed. */
static bool can_have_keyring(struct arena *arena)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    return str_of(getenv("DBUS_SESSION_BUS_ADDRESS")).len > 0 ||
           str_eq(str_of(getenv("SECRET_BACKEND")), STR("file")) ||
           (runtime && path_exists(path_join(arena, str_of(runtime), STR("bus"))));
}

static struct keyring_item *item_of(struct arena *arena, const json_t *json)
{
    struct keyring_item *item = arena_new(arena, struct keyring_item);
    struct str label = json_get_str(arena, json, "label");
    item->index_url = json_get_str(arena, json, "url");
    item->locked = json_is_true(json_object_get(json, "locked"));
    item->name = STR("");
    if (str_starts(label, STR(LABEL)))
        item->name = str_slice(arena, label, strlen(LABEL), label.len);
    return item;
}

static const struct err *reason_of(struct arena *arena, const json_t *messages)
{
    const struct err *reason = NULL;
    for (size_t i = json_array_size(messages); i > 0; i--) {
        struct str message = json_to_str(arena, json_array_get(messages, i - 1));
        reason = err_wrap(arena, reason, "%s", message.data);
    }
    return reason;
}

static struct err *take_state(struct arena *arena, const json_t *json, struct keyring_view *view)
{
    static const char *const states[] = {
        [KEYRING_NONE] = "none",     [KEYRING_PRESENT] = "present", [KEYRING_LISTED] = "listed",
        [KEYRING_LOCKED] = "locked", [KEYRING_UNKNOWN] = "unknown",
    };
    struct str state = json_get_str(arena, json, "state");
    view->reason = reason_of(arena, json_object_get(json, "error"));
    for (size_t i = KEYRING_NONE; i < COUNT(states); i++) {
        bool has_reason = i != KEYRING_UNKNOWN || view->reason;
        if (str_eq(state, str_of(states[i])) && has_reason) {
            view->state = (enum keyring_state)i;
            return NULL;
        }
    }
    return err_new(arena, "`" HELPER "` did not print the state of the keyring");
}

static struct err *on_line(void *context, struct str line, struct str *reply, bool *done)
{
    struct look *look = context;
    struct arena *arena = look->shell->arena;
    json_auto_t *json = json_loadb(line.data, line.len, 0, NULL);
    (void)reply;
    if (!json_object_get(json, "url")) {
        *done = true;
        return take_state(arena, json, look->view);
    }
    if (look->count++ == ITEMS_LIMIT)
        return err_new(arena, "more than %d of cargo's items are in the keyring", ITEMS_LIMIT);
    *look->end = item_of(arena, json);
    look->end = &(*look->end)->next;
    return NULL;
}

static void on_notice(void *context)
{
    const struct look *look = context;
    shell_status(look->shell, "Waiting", "for the Secret Service to list cargo's tokens");
}

static struct err *look_at(struct look *look, bool peek)
{
    struct arena *arena = look->shell->arena;
    int seconds = peek ? PEEK_SECONDS : SEARCH_SECONDS;
    struct str program;
    TRY(helper_path(arena, STR(HELPER), &program));
    const char *const argv[] = {program.data, peek ? "--peek" : "--list", NULL};
    const struct child_exchange exchange = {
        .argv = argv,
        .until = child_clock() + (int64_t)seconds * 1000,
        .late = str_format(arena,
                           "the Secret Service did not answer within %d seconds; answer its dialog "
                           "if there is one, or restart the keyring, then try again",
                           seconds)
                    .data,
        .limit = LINE_LIMIT,
        .line = on_line,
        .notice = peek ? NULL : on_notice,
        .context = look,
    };
    enum child_step step;
    int status;
    struct err *err = child_exchange(arena, &exchange, &step, &status);
    if (err && step == CHILD_START)
        return err_wrap(arena, err, "failed to start `%s`", program.data);
    return step == CHILD_EXIT ? NULL : err; /* its list is complete, however it exits */
}

void keyring_look(struct shell *shell, enum keyring_search how, struct keyring_view *out)
{
    struct look look = {shell, out, &out->items, 0};
    *out = (struct keyring_view){.state = KEYRING_NONE};
    if (!can_have_keyring(shell->arena))
        return;
    json_wipe_memory();
    const struct err *err = look_at(&look, how == KEYRING_PEEK);
    if (err)
        *out = (struct keyring_view){KEYRING_UNKNOWN, NULL, err};
    else if (out->state == KEYRING_UNKNOWN)
        out->items = NULL;
}
