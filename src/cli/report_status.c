/* Prints the table of --status. */
#include "cli/report.h"
#include "util/text.h"

enum { COLUMNS = 7, GAP = 2, NARROWEST = 12 };

struct row {
    struct str cells[COLUMNS];
    bool warns; /* cargo can use it */
};

/* If a row does not fit on the terminal, its columns from `wide` on (index and location) are on
 * separate lines. */
struct table {
    struct row *rows;
    size_t count;
    size_t columns;
    size_t wide;
    size_t room; /* width of the terminal; 0: no limit */
};

/* Returns the location with `~` for the home directory. */
static struct str short_location(struct arena *arena, const struct credential *c)
{
    struct str location = credential_location(arena, c);
    const char *home = getenv("HOME");
    struct str dir = str_of(home);
    bool below =
        c->file && dir.len > 1 && str_starts(location, dir) && location.data[dir.len] == '/';
    return below ? str_format(arena, "~%s", location.data + dir.len) : location;
}

static const char *usable_name(const struct credential *c)
{
    enum usable usable = credential_usable(c);
    return usable == USABLE_YES ? "yes" : usable == USABLE_NO ? "no" : "unknown";
}

static const char *plan_name(const struct credential *c)
{
    switch (c->plan) {
    case PLAN_REMOVE:
        return "removed";
    case PLAN_ASK:
        return "provider is asked";
    case PLAN_CANNOT:
        return "cannot be removed";
    case PLAN_LEAVE:
        break;
    }
    return "left";
}

static struct str valid_name(struct arena *arena, const struct credential *c)
{
    const char *word = c->valid == VALIDITY_YES  ? "yes"
                       : c->valid == VALIDITY_NO ? "no"
                                                 : "unknown";
    if (c->answer && c->answer->who.len > 0) {
        return str_format(arena, "%s (%s)", word, text_shown(arena, c->answer->who).data);
    }
    return str_of(word);
}

static void add_cell(struct row *row, size_t *column, struct str cell)
{
    row->cells[(*column)++] = cell;
}

static void add_row(struct arena *arena, const struct shell *shell,
                    const struct logout_options *options, struct table *table,
                    const struct credential *c)
{
    struct row *row = &table->rows[table->count++];
    size_t column = 0;
    row->warns = c && credential_usable(c) == USABLE_YES;
    add_cell(row, &column, c ? c->registry->shown : STR("REGISTRY"));
    add_cell(row, &column, c ? str_of(credential_kind_name(c)) : STR("KIND"));
    add_cell(row, &column, c ? str_of(usable_name(c)) : STR("USABLE"));
    if (options->check) {
        add_cell(row, &column, c ? valid_name(arena, c) : STR("VALID"));
    }
    add_cell(row, &column, c ? str_of(plan_name(c)) : STR("ON LOGOUT"));
    if (shell->verbosity >= VERBOSITY_VERBOSE) {
        struct str url = c ? credential_index_url(c) : STR("");
        struct str index = url.len > 0 ? index_url_shown(arena, url) : STR("");
        add_cell(row, &column, c ? index : STR("INDEX"));
    }
    add_cell(row, &column, c ? short_location(arena, c) : STR("LOCATION"));
    table->columns = column;
}

static bool is_listed(const struct credential *c)
{
    return c->result != RESULT_NOT_FOUND && c->result != RESULT_NOT_SUPPORTED;
}

static void find_widths(const struct table *table, size_t *widths)
{
    for (size_t r = 0; r < table->count; r++) {
        for (size_t c = 0; c < table->columns; c++) {
            size_t width = text_width(table->rows[r].cells[c]);
            widths[c] = width > widths[c] ? width : widths[c];
        }
    }
}

/* If a row does not fit on the terminal, limits the registry's name to a quarter of the width. */
static void fit(const struct table *table, size_t *widths)
{
    size_t total = 0;
    for (size_t c = 0; c < table->columns; c++) {
        total += widths[c] + (c > 0 ? GAP : 0);
    }
    size_t most = table->room / 4 > NARROWEST ? table->room / 4 : NARROWEST;
    if (table->room > 0 && total > table->room && widths[0] > most) {
        widths[0] = most;
    }
}

static void draw_row(struct arena *arena, struct buf *out, const struct table *table,
                     const struct row *row, const size_t *widths)
{
    size_t column = 0; /* position on the terminal where the next cell begins */
    struct buf below = buf_new(arena);
    buf_add(out, row->warns ? STR(COLOR_WARN) : STR(""));
    for (size_t c = 0; c < table->columns; c++) {
        struct str cell = c == 0 ? text_fit(arena, row->cells[c], widths[c]) : row->cells[c];
        size_t width = text_width(cell);
        bool is_last = c + 1 == table->columns;
        size_t end = column + (is_last ? width : widths[c]);
        if (c >= table->wide && table->room > 0 && (below.len > 0 || end > table->room)) {
            buf_addf(&below, "\n    %s", cell.data);
            continue;
        }
        buf_add(out, cell);
        column = end + GAP;
        if (!is_last) {
            buf_add_times(out, ' ', widths[c] + GAP - (width < widths[c] ? width : widths[c]));
        }
    }
    buf_addf(out, "%s%s\n", buf_str(&below).data, row->warns ? COLOR_RESET : "");
}

static struct str draw(const struct shell *shell, const struct table *table)
{
    struct arena *arena = shell->arena;
    size_t widths[COLUMNS] = {0};
    find_widths(table, widths);
    fit(table, widths);
    struct buf out = buf_new(arena);
    for (size_t r = 0; r < table->count; r++) {
        draw_row(arena, &out, table, &table->rows[r], widths);
    }
    return buf_str(&out);
}

static size_t count_in(const struct inventory *inventory, const struct config_file *file)
{
    size_t count = 0;
    for (const struct credential *c = inventory_first(inventory); c;
         c = inventory_next(inventory, c)) {
        count += c->file == file;
    }
    return count;
}

/* With -v: lists every location that was checked, with its result. */
static struct str checked(struct arena *arena, const struct run *run)
{
    static const char *const keyring[] = {
        [KEYRING_NONE] = "none on this machine",
        [KEYRING_PRESENT] = "not searched",
        [KEYRING_LISTED] = "searched",
        [KEYRING_LOCKED] = "locked",
        [KEYRING_UNKNOWN] = "could not be searched",
    };
    const struct inventory *inventory = &run->inventory;
    const struct config *config = inventory->config;
    struct buf out = buf_new(arena);
    buf_add(&out, STR("Checked:\n"));
    for (const struct looked *l = config->looked; l; l = l->next) {
        buf_addf(&out, "  %s: does not exist\n", text_shown(arena, l->path).data);
    }
    for (const struct config_file *file = config->files; file; file = file->next) {
        size_t count = count_in(inventory, file);
        if (file->failure) {
            buf_addf(&out, "  %s: unreadable\n", file->shown.data);
        } else {
            buf_addf(&out, "  %s: %zu credential%s\n", file->shown.data, count,
                     count == 1 ? "" : "s");
        }
    }
    buf_addf(&out, "  environment: %zu variable%s of cargo\n", config->environment.count,
             config->environment.count == 1 ? "" : "s");
    buf_addf(&out, "  keyring: %s\n",
             inventory->keyring_asked
                 ? keyring[inventory->keyring.state]
                 : "not searched, because no configuration has cargo:libsecret");
    return buf_str(&out);
}

/* With --check: prints why VALID is `unknown`. */
static void explain_unknown(const struct shell *shell, const struct credential *c)
{
    if (c->valid != VALIDITY_UNKNOWN) {
        return;
    }
    struct buf why = buf_new(shell->arena);
    for (const struct err *e = c->error; e; e = e->cause) {
        buf_addf(&why, "%s%s", e == c->error ? "" : "; ", e->message.data);
    }
    shell_note(shell, "could not check the token for `%s` in %s: %s", c->registry->shown.data,
               credential_location(shell->arena, c).data, buf_str(&why).data);
}

bool report_status(const struct shell *shell, const struct logout_options *options,
                   const struct run *run)
{
    struct arena *arena = shell->arena;
    const struct inventory *inventory = &run->inventory;
    size_t count = 1;
    for (const struct credential *c = inventory_first(inventory); c;
         c = inventory_next(inventory, c)) {
        count++;
    }
    struct table table = {
        .rows = arena_new_array(arena, struct row, count),
        .wide = options->check ? 5 : 4,
        .room = shell_columns(shell),
    };
    add_row(arena, shell, options, &table, NULL);
    for (const struct credential *c = inventory_first(inventory); c;
         c = inventory_next(inventory, c)) {
        if (is_listed(c)) {
            add_row(arena, shell, options, &table, c);
        }
    }
    bool complete = true;
    if (table.count > 1) {
        complete = shell_print_out(shell, draw(shell, &table));
    } else if (run->totals.not_checked == 0 && run->totals.failed == 0) {
        shell_status(shell, "Logout", "no credentials found");
    }
    for (const struct credential *c = inventory_first(inventory); c;
         c = inventory_next(inventory, c)) {
        explain_unknown(shell, c);
    }
    if (shell->verbosity >= VERBOSITY_VERBOSE) {
        complete = shell_print_out(shell, checked(arena, run)) && complete;
    }
    return complete;
}
