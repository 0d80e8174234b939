/* Prints the table of --status. */
#include "cli/report.h"
#include "util/map.h"
#include "util/text.h"
#include "util/unicode.h"

const char *const report_usable[] = {
    [USABLE_NO] = "no",
    [USABLE_UNKNOWN] = "unknown",
    [USABLE_YES] = "yes",
};

const char *const report_validity[] = {
    [VALIDITY_UNASKED] = "unknown",
    [VALIDITY_NO] = "no",
    [VALIDITY_YES] = "yes",
    [VALIDITY_UNKNOWN] = "unknown",
};

static const char *const plans[] = {
    [PLAN_LEAVE] = "left",
    [PLAN_REMOVE] = "removed",
    [PLAN_ASK] = "provider is asked",
    [PLAN_CANNOT] = "cannot be removed",
};

enum { COLUMNS = 7, GAP = 2, INDENT = 4, NARROWEST = 12 };

struct row {
    struct str cells[COLUMNS];
    bool warns; /* cargo can use it */
};

/* If a row does not fit on the terminal, its columns from `wide` on (index and location) are on
 * separate lines. */
struct table {
    struct arena *arena;
    struct row *rows; /* the first one is the header */
    size_t count;
    size_t size;
    size_t columns;
    size_t wide;
    size_t room; /* width of the terminal, or SIZE_MAX */
    bool has_valid;
    bool has_index;
};

/* Returns the location with `~` for the home directory. */
static struct str short_location(struct arena *arena, const struct credential *c)
{
    struct str location = credential_location(arena, c);
    struct str home = str_of(getenv("HOME"));
    bool below =
        c->file && home.len > 1 && str_starts(location, home) && location.data[home.len] == '/';
    return below ? str_format(arena, "~%s", location.data + home.len) : location;
}

static struct str valid_cell(struct arena *arena, const struct credential *c)
{
    const char *word = report_validity[c->valid];
    bool known = c->answer && c->answer->who.len > 0;
    return known ? str_format(arena, "%s (%s)", word, text_shown(arena, c->answer->who).data)
                 : str_of(word);
}

/* Adds the row of a credential, or the header if it is NULL. */
static void add_row(struct table *table, const struct credential *c)
{
    struct arena *arena = table->arena;
    table->rows = list_room(arena, table->rows, sizeof(struct row), table->count, &table->size);
    struct row *row = &table->rows[table->count++];
    struct str url = c ? credential_index_url(c) : STR("");
    struct str index = url.len > 0 ? index_url_shown(arena, url) : STR("");
    size_t column = 0;
    row->warns = c && credential_usable(c) == USABLE_YES;
    row->cells[column++] = c ? c->registry->shown : STR("REGISTRY");
    row->cells[column++] = c ? str_of(credential_keys[c->kind]) : STR("KIND");
    row->cells[column++] = c ? str_of(report_usable[credential_usable(c)]) : STR("USABLE");
    if (table->has_valid)
        row->cells[column++] = c ? valid_cell(arena, c) : STR("VALID");
    row->cells[column++] = c ? str_of(plans[c->plan]) : STR("ON LOGOUT");
    table->wide = column;
    if (table->has_index)
        row->cells[column++] = c ? index : STR("INDEX");
    row->cells[column++] = c ? short_location(arena, c) : STR("LOCATION");
    table->columns = column;
}

/* A cell is on the next line if the cell before is too wide. */
static void draw_row(struct buf *out, const struct table *table, const struct row *row,
                     const size_t *starts)
{
    size_t last = table->columns - 1;
    bool fits = starts[last] + unicode_width(row->cells[last]) <= table->room;
    size_t at = 0; /* position on the terminal */
    buf_add(out, row->warns ? STR(COLOR_WARN) : STR(""));
    for (size_t c = 0; c < table->columns; c++) {
        bool below = c >= table->wide && !fits;
        size_t start = below ? INDENT : starts[c];
        if (below || at > start) {
            buf_add_char(out, '\n');
            at = 0;
        }
        buf_add_times(out, ' ', start - at);
        buf_add(out, row->cells[c]);
        at = start + unicode_width(row->cells[c]);
    }
    buf_addf(out, "%s\n", row->warns ? COLOR_RESET : "");
}

/* On a terminal, the registry's name gets at most a quarter. */
static struct str draw(const struct table *table)
{
    size_t starts[COLUMNS] = {0};
    size_t most = table->room / 4 > NARROWEST ? table->room / 4 : NARROWEST;
    struct buf out = buf_new(table->arena);
    for (size_t c = 0; c + 1 < table->columns; c++) {
        size_t widest = 0;
        for (size_t r = 0; r < table->count; r++) {
            size_t width = unicode_width(table->rows[r].cells[c]);
            widest = width > widest ? width : widest;
        }
        starts[c + 1] = starts[c] + (c == 0 && widest > most ? most : widest) + GAP;
    }
    for (size_t r = 0; r < table->count; r++)
        draw_row(&out, table, &table->rows[r], starts);
    return buf_str(&out);
}

/* Returns the number of credentials in each file, by its path. */
static struct map count_by_path(struct arena *arena, const struct inventory *found)
{
    struct map counts = {0};
    for (const struct credential *c = NULL; (c = inventory_next(found, c));) {
        if (c->file) {
            size_t **count = (size_t **)map_place(arena, &counts, c->file->path);
            *count = *count ? *count : arena_new(arena, size_t);
            ++**count;
        }
    }
    return counts;
}

/* With -v: lists every location that was checked, with its result. */
static struct str checked(struct arena *arena, const struct run *run)
{
    static const char *const keyring[] = {
        [KEYRING_UNASKED] = "not searched, because no configuration has cargo:libsecret",
        [KEYRING_NONE] = "none on this machine",
        [KEYRING_PRESENT] = "not searched",
        [KEYRING_LISTED] = "searched",
        [KEYRING_LOCKED] = "locked",
        [KEYRING_UNKNOWN] = "could not be searched",
    };
    const struct inventory *inventory = &run->inventory;
    const struct config *config = inventory->config;
    const struct map counts = count_by_path(arena, inventory);
    struct buf out = buf_new(arena);
    buf_add(&out, STR("Checked:\n"));
    for (const struct config_file *l = config->looked; l; l = l->next)
        buf_addf(&out, "  %s: does not exist\n", text_shown(arena, l->path).data);
    for (const struct config_file *file = config->files; file; file = file->next) {
        const size_t *found = map_get(&counts, file->path);
        size_t count = found ? *found : 0;
        if (file->failure) {
            buf_addf(&out, "  %s: unreadable\n", file->shown.data);
        } else {
            buf_addf(&out, "  %s: %zu credential%s\n", file->shown.data, count,
                     count == 1 ? "" : "s");
        }
    }
    buf_addf(&out, "  environment: %zu variable%s of cargo\n", config->environment.count,
             config->environment.count == 1 ? "" : "s");
    buf_addf(&out, "  keyring: %s\n", keyring[inventory->keyring.state]);
    return buf_str(&out);
}

/* With --check: prints why VALID is `unknown`. */
static void explain_unknown(const struct shell *shell, const struct credential *c)
{
    if (c->valid != VALIDITY_UNKNOWN)
        return;
    struct buf why = buf_new(shell->arena);
    for (const struct err *e = c->error; e; e = e->cause)
        buf_addf(&why, "%s%s", e == c->error ? "" : "; ", e->message.data);
    shell_note(shell, "could not check the token for `%s` in %s: %s", c->registry->shown.data,
               credential_location(shell->arena, c).data, buf_str(&why).data);
}

bool report_status(const struct shell *shell, const struct run *run)
{
    const struct inventory *found = &run->inventory;
    struct table table = {
        .arena = shell->arena,
        .room = shell_columns(shell),
        .has_valid = run->options->check,
        .has_index = shell->verbosity >= VERBOSITY_VERBOSE,
    };
    add_row(&table, NULL);
    for (const struct credential *c = NULL; (c = inventory_next(found, c));) {
        if (c->result != RESULT_NOT_FOUND && c->result != RESULT_NOT_SUPPORTED)
            add_row(&table, c);
        explain_unknown(shell, c);
    }
    bool complete = true;
    if (table.count > 1)
        complete = shell_print_out(shell, draw(&table));
    else if (run->totals.not_checked == 0 && run->totals.failed == 0)
        shell_status(shell, "Logout", "no credentials found");
    if (table.has_index)
        complete = shell_print_out(shell, checked(shell->arena, run)) && complete;
    return complete;
}
