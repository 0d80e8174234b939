/* What there is and what would be done: --status and --dry-run. */
#include "cli/report.h"
#include "credential/remove.h"
#include "credential/revoke.h"

enum { COLUMNS = 6, GAP = 2 };

struct row {
    struct str cells[COLUMNS];
};

static const char *use_name(enum credential_use use)
{
    static const char *const names[] = {[USE_NO] = "no", [USE_MAYBE] = "maybe", [USE_YES] = "yes"};
    return names[use];
}

/* What --revoke can do about it, as far as its form tells. */
static const char *revocable_name(enum credential_revocable revocable)
{
    static const char *const names[] = {
        [REVOCABLE_UNKNOWN] = "unknown",
        [REVOCABLE_NO] = "no",
        [REVOCABLE_MAYBE] = "maybe",
        [REVOCABLE_YES] = "yes",
    };
    return names[revocable];
}

/* What a logout with these options does with it. */
static const char *plan_of(const struct logout_options *options,
                           const struct logout_registry *registry,
                           const struct credential *credential)
{
    if (remove_takes(options, registry, credential)) {
        return "removed";
    }
    bool asked = credential->place == PLACE_PROVIDER &&
                 credential->provider->kind != PROVIDER_TOKEN_FROM_STDOUT;
    return asked ? "provider is asked" : "stays";
}

static bool is_listed(const struct credential *credential)
{
    return credential->state != CREDENTIAL_ABSENT;
}

static struct row row_of(struct arena *arena, const struct logout_options *options,
                         const struct logout_registry *registry,
                         const struct credential *credential)
{
    return (struct row){{
        credential->registry,
        credential->state == CREDENTIAL_UNASKED ? STR("not asked")
                                                : str_of(credential_kind_name(credential->kind)),
        str_of(use_name(credential->use)),
        str_of(plan_of(options, registry, credential)),
        str_of(revocable_name(credential->revocable)),
        credential_place(arena, credential),
    }};
}

static size_t rows_make(struct arena *arena, const struct logout_options *options,
                        const struct logout *logout, struct row **out)
{
    size_t count = 1;
    for (size_t i = 0; i < logout->count; i++) {
        for (const struct credential *c = logout->registries[i].credentials; c; c = c->next) {
            count++;
        }
    }
    struct row *rows = arena_new_array(arena, struct row, count);
    rows[0] = (struct row){{STR("REGISTRY"), STR("KIND"), STR("IN USE"), STR("ON LOGOUT"),
                            STR("REVOCABLE"), STR("PLACE")}};
    count = 1;
    for (size_t i = 0; i < logout->count; i++) {
        const struct logout_registry *registry = &logout->registries[i];
        for (const struct credential *c = registry->credentials; c; c = c->next) {
            if (is_listed(c)) {
                rows[count++] = row_of(arena, options, registry, c);
            }
        }
    }
    *out = rows;
    return count;
}

static size_t characters(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    }
    return count;
}

/* Columns of the widest cell's characters; the last has no end. */
static struct str table(struct arena *arena, const struct row *rows, size_t count)
{
    size_t width[COLUMNS] = {0};
    for (size_t r = 0; r < count; r++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            size_t len = characters(rows[r].cells[c]);
            width[c] = len > width[c] ? len : width[c];
        }
    }
    struct buf out = buf_new(arena);
    for (size_t r = 0; r < count; r++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            struct str cell = rows[r].cells[c];
            buf_add(&out, cell);
            if (c + 1 < COLUMNS) {
                buf_add_times(&out, ' ', width[c] + GAP - characters(cell));
            }
        }
        buf_add_char(&out, '\n');
    }
    return buf_str(&out);
}

bool report_status(struct shell *shell, const struct logout_options *options,
                   const struct logout *logout)
{
    struct row *rows;
    size_t count = rows_make(shell->arena, options, logout, &rows);
    if (count == 1) {
        shell_status(shell, "Logout", "no credentials found");
        return true;
    }
    return shell_print_out(shell, table(shell->arena, rows, count));
}

/* Of one credential. */
static void plan_one(struct shell *shell, const struct logout_options *options,
                     const struct logout_registry *registry, const struct credential *credential)
{
    struct str place = credential_place(shell->arena, credential);
    const char *name = registry->registry.name.data;
    if (options->revoke && revoke_takes(options, registry, credential) &&
        !report_revoke_plan(shell, registry, credential)) {
        return;
    }
    if (remove_takes(options, registry, credential)) {
        shell_status(shell, "Logout", "%s for `%s` would be removed from %s",
                     credential_kind_name(credential->kind), name, place.data);
    } else if (credential->place == PLACE_PROVIDER) {
        shell_status(shell, "Logout", "%s would be asked to log out of `%s`", place.data, name);
    } else if (logout_leaves(credential)) {
        report_left(shell, registry, credential);
    }
}

void report_plan(struct shell *shell, const struct logout_options *options,
                 const struct logout *logout)
{
    for (size_t i = 0; i < logout->count; i++) {
        const struct logout_registry *registry = &logout->registries[i];
        bool any = false;
        for (const struct credential *c = registry->credentials; c; c = c->next) {
            if (is_listed(c)) {
                plan_one(shell, options, registry, c);
                any = true;
            }
        }
        if (!any && !registry->failure && !logout->failure) {
            shell_status(shell, "Logout", "not currently logged in to `%s`",
                         registry->registry.name.data);
        }
    }
}
