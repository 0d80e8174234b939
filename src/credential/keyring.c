#include "credential/keyring.h"

#include "util/child.h"
#include "util/fs.h"
#include "util/helper.h"
#include "util/json.h"

#include <jansson.h>

#define HELPER      "cargo-credential-libsecret"
#define LABEL       "cargo-registry:"
#define LINE_LIMIT  ((size_t)64 * 1024)
#define ITEMS_LIMIT 10000
#define NOTICE_MS   2000
#define PEEK_MS     2000
#define SEARCH_MS   20000

struct look {
    struct shell *shell;
    struct arena *arena;
    enum keyring_search how;
    int64_t notice_at;
    int64_t end_at;
};

static void json_release(json_t **json)
{
    json_decref(*json);
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

/* Returns false if the environment leads to no keyring. The helper is then not needed. */
static bool can_have_keyring(struct arena *arena)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    return is_set("DBUS_SESSION_BUS_ADDRESS") ||
           str_eq(str_of(getenv("SECRET_BACKEND")), STR("file")) ||
           (runtime && path_exists(path_join(arena, str_of(runtime), STR("bus"))));
}

static struct err *too_late(const struct look *look)
{
    return err_new(
        look->arena,
        "the Secret Service did not answer within %d seconds; answer its dialog if there is "
        "one, or restart the keyring, then try again",
        (look->how == KEYRING_PEEK ? PEEK_MS : SEARCH_MS) / 1000);
}

static struct err *next_line(struct look *look, struct child *child, struct str *line)
{
    enum child_result result = CHILD_TIMED_OUT;
    while (result == CHILD_TIMED_OUT) {
        bool notice = look->notice_at < look->end_at;
        int64_t until = notice ? look->notice_at : look->end_at;
        TRY(child_read_line(child, LINE_LIMIT, until, &result, line));
        if (result == CHILD_TIMED_OUT && !notice) {
            return too_late(look);
        }
        if (result == CHILD_TIMED_OUT) {
            look->notice_at = CHILD_NO_LIMIT;
            shell_status(look->shell, "Waiting", "for the Secret Service to list cargo's tokens");
        }
    }
    return result == CHILD_DONE ? NULL : err_new(look->arena, "interrupted by a signal");
}

static struct str text_of(struct arena *arena, const json_t *json)
{
    return json_is_string(json) ? str_copy(arena, json_string_value(json), json_string_length(json))
                                : STR("");
}

static struct keyring_item *item_of(struct arena *arena, const json_t *json)
{
    struct keyring_item *item = arena_new(arena, struct keyring_item);
    struct str label = text_of(arena, json_object_get(json, "label"));
    item->index_url = text_of(arena, json_object_get(json, "url"));
    item->locked = json_is_true(json_object_get(json, "locked"));
    item->name = STR("");
    if (str_starts(label, STR(LABEL))) {
        item->name = str_slice(arena, label, strlen(LABEL), label.len);
    }
    return item;
}

static const struct err *reason_of(struct arena *arena, const json_t *messages)
{
    const struct err *reason = NULL;
    for (size_t i = json_array_size(messages); i > 0; i--) {
        struct str message = text_of(arena, json_array_get(messages, i - 1));
        reason = err_wrap(arena, reason, "%s", message.data);
    }
    return reason;
}

static struct err *view_of(const struct look *look, const json_t *json, struct keyring_view *view)
{
    static const char *const states[] = {
        [KEYRING_NONE] = "none",     [KEYRING_PRESENT] = "present", [KEYRING_LISTED] = "listed",
        [KEYRING_LOCKED] = "locked", [KEYRING_UNKNOWN] = "unknown",
    };
    struct str state = text_of(look->arena, json_object_get(json, "state"));
    view->reason = reason_of(look->arena, json_object_get(json, "error"));
    for (size_t i = 0; i < COUNT(states); i++) {
        bool has_reason = i != KEYRING_UNKNOWN || view->reason;
        if (str_eq(state, str_of(states[i])) && has_reason) {
            view->state = (enum keyring_state)i;
            return NULL;
        }
    }
    return err_new(look->arena, "`" HELPER "` did not print the state of the keyring");
}

static struct err *read_list(struct look *look, struct child *child, struct keyring_view *view)
{
    struct keyring_item **end = &view->items;
    for (int count = 0; count <= ITEMS_LIMIT; count++) {
        struct str line;
        TRY(next_line(look, child, &line));
        CLEANUP(json_release) json_t *json = json_loadb(line.data, line.len, 0, NULL);
        if (!json_object_get(json, "url")) {
            return view_of(look, json, view);
        }
        struct keyring_item *item = item_of(look->arena, json);
        *end = item;
        end = &item->next;
    }
    return err_new(look->arena, "more than %d of cargo's items are in the keyring", ITEMS_LIMIT);
}

static struct err *look_at(struct look *look, struct keyring_view *view)
{
    struct arena *arena = look->arena;
    struct str program;
    TRY(helper_path(arena, STR(HELPER), &program));
    const char *option = look->how == KEYRING_PEEK ? "--peek" : "--list";
    const char *const argv[] = {program.data, option, NULL};
    CLEANUP(child_end) struct child child = CHILD_NONE;
    struct err *err = child_start(arena, argv, &child);
    if (err) {
        return err_wrap(arena, err, "failed to start `%s`", program.data);
    }
    return read_list(look, &child, view);
}

void keyring_look(struct shell *shell, enum keyring_search how, struct keyring_view *out)
{
    int64_t now = child_clock();
    struct look look = {
        .shell = shell,
        .arena = shell->arena,
        .how = how,
        .notice_at = how == KEYRING_PEEK ? CHILD_NO_LIMIT : now + NOTICE_MS,
        .end_at = now + (how == KEYRING_PEEK ? PEEK_MS : SEARCH_MS),
    };
    *out = (struct keyring_view){.state = KEYRING_NONE};
    if (!can_have_keyring(look.arena)) {
        return;
    }
    json_wipe_memory();
    struct err *err = look_at(&look, out);
    if (err) {
        out->reason = err;
        out->state = KEYRING_UNKNOWN;
    }
    if (out->state == KEYRING_UNKNOWN) {
        out->items = NULL;
    }
}
