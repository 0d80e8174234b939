#include "credential/keyring.h"

#include "util/child.h"
#include "util/helper.h"

#define LINE_LIMIT  ((size_t)64 * 1024)
#define ITEMS_LIMIT 10000
#define DEADLINE_MS 30000
#define LABEL       "cargo-registry:"

static struct err *incomplete(struct arena *arena)
{
    return err_new(arena, "the Secret Service gave no list of its items");
}

static struct err *next_line(struct child *child, int64_t until, struct str *line)
{
    enum child_result result;
    TRY(child_read_line(child, LINE_LIMIT, until, &result, line));
    return result == CHILD_DONE ? NULL : incomplete(child->arena);
}

/* `URL<tab>cargo-registry:NAME` */
static struct keyring_item *item_of(struct arena *arena, struct str line, size_t tab)
{
    struct str label = str_slice(arena, line, tab + 1, line.len - 1);
    struct keyring_item *item = arena_new(arena, struct keyring_item);
    item->index_url = str_slice(arena, line, 0, tab);
    item->name = STR("");
    if (str_starts(label, STR(LABEL))) {
        item->name = str_slice(arena, label, strlen(LABEL), label.len);
    }
    return item;
}

struct err *keyring_items(struct arena *arena, struct keyring_item **out)
{
    struct str program;
    TRY(helper_path(arena, STR("cargo-credential-libsecret"), &program));
    const char *const argv[] = {program.data, "--list", NULL};
    int64_t until = child_clock() + DEADLINE_MS;
    CLEANUP(child_end) struct child child = CHILD_NONE;
    TRY(child_start(arena, argv, &child));
    struct keyring_item *items = NULL;
    for (int count = 0; count < ITEMS_LIMIT; count++) {
        struct str line;
        TRY(next_line(&child, until, &line));
        if (str_eq(line, STR(".\n"))) {
            *out = items;
            return NULL;
        }
        ptrdiff_t tab = str_find(line, '\t');
        if (tab < 0 || !str_ends(line, STR("\n"))) {
            return incomplete(arena);
        }
        struct keyring_item *item = item_of(arena, line, (size_t)tab);
        item->next = items;
        items = item;
    }
    return err_new(arena, "more than %d items in the Secret Service", ITEMS_LIMIT);
}
